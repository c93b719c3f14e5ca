import { concat, encode } from '../../engine/os/text.ts';

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', e: '\x1b', f: '\f', v: '\v', '\\': '\\' };

const RAW = 0xf700;

/** Text with bytes that are no text (`unescape` with `raw`) as it goes out. */
export function encodeRaw(text: string): Uint8Array {
  if (!/[\uf780-\uf7ff]/.test(text)) return encode(text);
  return concat(
    text
      .split(/([\uf780-\uf7ff])/)
      .map((piece) => (/^[\uf780-\uf7ff]$/.test(piece) ? Uint8Array.of(piece.charCodeAt(0) - RAW) : encode(piece))),
  );
}

/** Backslash escapes of echo -e (`\0nnn`) and of printf's formats (`\nnn`). `\c` stops all output. `raw`: for `encodeRaw`. */
export function unescape(text: string, octalWithZero: boolean, raw = false): { text: string; stopped: boolean } {
  let result = '';
  // Bytes from 128 on are no characters: they stand in a private range until they go out.
  const byte = (code: number): string => String.fromCharCode(raw && code > 127 ? RAW + code : code);
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
      result += byte(Number.parseInt(octal[1] || '0', 8) & 255);
      i += octal[0].length - 1;
    } else if (hex !== null) {
      const code = Number.parseInt((hex[1] ?? hex[2]) as string, 16);
      result += hex[1] === undefined ? String.fromCodePoint(code) : byte(code);
      i += hex[0].length - 1;
    } else result += SIMPLE[next] ?? `\\${next}`;
  }
  return { text: result, stopped: false };
}
