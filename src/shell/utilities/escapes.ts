const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', e: '\x1b', f: '\f', v: '\v', '\\': '\\' };

/** Backslash escapes of echo -e (`\0nnn`) and of printf's formats (`\nnn`). `\c` stops all output. */
export function unescape(text: string, octalWithZero: boolean): { text: string; stopped: boolean } {
  let result = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    const next = text[i + 1];
    if (c !== '\\' || next === undefined) {
      result += c;
      continue;
    }
    i++;
    const rest = text.slice(i);
    const octal = (octalWithZero ? /^0([0-7]{0,3})/ : /^([0-7]{1,3})/).exec(rest);
    const hex = /^x([0-9a-fA-F]{1,2})|^u([0-9a-fA-F]{1,4})/.exec(rest);
    if (next === 'c') return { text: result, stopped: true };
    if (octal !== null) {
      result += String.fromCharCode(Number.parseInt(octal[1] || '0', 8) & 255);
      i += octal[0].length - 1;
    } else if (hex !== null) {
      result += String.fromCodePoint(Number.parseInt((hex[1] ?? hex[2]) as string, 16));
      i += hex[0].length - 1;
    } else result += SIMPLE[next] ?? `\\${next}`;
  }
  return { text: result, stopped: false };
}
