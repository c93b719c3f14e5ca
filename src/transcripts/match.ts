/** What placeholders have stood for so far in an experiment. */
export type Bindings = Map<string, string>;

/**
 * Holds what was shown against what was expected. `{{name}}` stands for a word, the same wherever the name is used again;
 * `{{}}` for any word, `{{*}}` for the rest of a line; a line `...` for any lines. How wide a gap between columns is does not matter.
 * Undefined where they do not match; else the bindings with what was learnt.
 */
export function match(expected: readonly string[], shown: readonly string[], bindings: Bindings): Bindings | undefined {
  const [first, ...rest] = expected;
  if (first === undefined) return shown.length === 0 ? bindings : undefined;
  if (first.trim() === '...') {
    for (let skipped = 0; skipped <= shown.length; skipped++) {
      const learnt = match(rest, shown.slice(skipped), bindings);
      if (learnt !== undefined) return learnt;
    }
    return undefined;
  }
  const [line, ...others] = shown;
  if (line === undefined) return undefined;
  const learnt = matchLine(first, line, bindings);
  return learnt === undefined ? undefined : match(rest, others, learnt);
}

/** A line to type, with what its placeholders stand for. */
export function filled(line: string, bindings: Bindings): string {
  return line.replace(PLACEHOLDER, (all, name: string) => bindings.get(name) ?? all);
}

const PLACEHOLDER = /\{\{([a-z0-9]*|\*)\}\}/g;

function matchLine(expected: string, shown: string, bindings: Bindings): Bindings | undefined {
  const names: string[] = [];
  const pattern = even(expected)
    .split(PLACEHOLDER)
    .map((part, i) => {
      if (i % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      if (part === '') return '\\S+';
      if (part === '*') return '.*';
      const known = bindings.get(part);
      if (known !== undefined) return known.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      if (names.includes(part)) return `\\k<${part}>`;
      names.push(part);
      return `(?<${part}>\\S+?)`;
    })
    .join('');
  const found = new RegExp(`^${pattern}$`).exec(even(shown));
  if (found === null) return undefined;
  return new Map([...bindings, ...names.map((name) => [name, found.groups?.[name] ?? ''] as const)]);
}

function even(line: string): string {
  return line.trimEnd().replaceAll(/\s+/g, ' ');
}
