/** Kubernetes' `$(VAR)` expansion: `$$` is a dollar sign, unknown variables stay as they are written. */
export function expand(input: string, lookup: (name: string) => string | undefined): string {
  if (!input.includes('$')) return input;
  let output = '';
  for (let i = 0; i < input.length; i++) {
    const char = input[i] as string;
    if (char !== '$' || i + 1 >= input.length) {
      output += char;
      continue;
    }
    const next = input[i + 1] as string;
    if (next === '$') {
      output += '$';
      i++;
    } else if (next === '(') {
      const end = input.indexOf(')', i + 2);
      if (end < 0) {
        output += '$(';
        i++;
        continue;
      }
      const name = input.slice(i + 2, end);
      output += lookup(name) ?? `$(${name})`;
      i = end;
    } else {
      output += `$${next}`;
      i++;
    }
  }
  return output;
}
