import type { Fault, Literal } from './syntax.ts';

export interface Token {
  readonly kind: 'literal' | 'name' | 'sign' | 'end';
  /** As it stands in the source. */
  readonly text: string;
  readonly value?: Literal;
  readonly at: number;
}

const SIGNS = [
  '&&',
  '||',
  '==',
  '!=',
  '<=',
  '>=',
  '[',
  ']',
  '{',
  '}',
  '(',
  ')',
  '.',
  ',',
  '-',
  '!',
  '?',
  ':',
  '+',
  '*',
  '/',
  '%',
  '<',
  '>',
];

/** Splits a source into tokens; what is none is a fault. */
export function tokens(source: string, faults: Fault[]): Token[] {
  const out: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const rest = source.slice(at);
    const space = /^(\s+|\/\/[^\n]*)/.exec(rest);
    if (space !== null) {
      at += space[0].length;
      continue;
    }
    const text = textToken(source, at) ?? numberToken(rest, at);
    if (text !== undefined) {
      out.push(text);
      at += text.text.length;
      continue;
    }
    const name = /^([A-Za-z_][A-Za-z0-9_]*|`[A-Za-z0-9_.\-/ ]+`)/.exec(rest);
    if (name !== null) {
      out.push(nameToken(name[0], at));
      at += name[0].length;
      continue;
    }
    const sign = SIGNS.find((one) => rest.startsWith(one));
    if (sign === undefined) {
      faults.push({ at, text: `Syntax error: token recognition error at: '${rest[0]}'` });
      at++;
      continue;
    }
    out.push({ kind: 'sign', text: sign, at });
    at += sign.length;
  }
  out.push({ kind: 'end', text: '<EOF>', at: source.length });
  return out;
}

function nameToken(text: string, at: number): Token {
  if (text === 'true' || text === 'false') return { kind: 'literal', text, value: text === 'true', at };
  if (text === 'null') return { kind: 'literal', text, value: null, at };
  return text === 'in' ? { kind: 'sign', text, at } : { kind: 'name', text, at };
}

function numberToken(rest: string, at: number): Token | undefined {
  const hex = /^0x([0-9a-fA-F]+)([uU])?/.exec(rest);
  if (hex !== null) {
    const value = BigInt(`0x${hex[1] as string}`);
    return { kind: 'literal', text: hex[0], value: hex[2] === undefined ? value : { unsigned: value }, at };
  }
  const float = /^(\d+\.\d+([eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+([eE][+-]?\d+)?)/.exec(rest);
  if (float !== null) return { kind: 'literal', text: float[0], value: Number(float[0]), at };
  const int = /^(\d+)([uU])?/.exec(rest);
  if (int === null) return undefined;
  const value = BigInt(int[1] as string);
  return { kind: 'literal', text: int[0], value: int[2] === undefined ? value : { unsigned: value }, at };
}

function textToken(source: string, at: number): Token | undefined {
  const open = /^([rRbB]{0,2})("""|'''|"|')/.exec(source.slice(at, at + 5));
  if (open === null) return undefined;
  const [lead, prefix = '', quote = ''] = open;
  const raw = /r/i.test(prefix);
  let value = '';
  let i = at + lead.length;
  for (; i < source.length;) {
    if (source.startsWith(quote, i)) {
      const text = source.slice(at, i + quote.length);
      return { kind: 'literal', text, value: /b/i.test(prefix) ? new TextEncoder().encode(value) : value, at };
    }
    if (source[i] === '\n' && quote.length === 1) return undefined;
    if (source[i] === '\\' && !raw) {
      const [piece, length] = escape(source.slice(i + 1));
      value += piece;
      i += 1 + length;
    } else value += source[i++] as string;
  }
  return undefined;
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', '?': '?', '"': '"', "'": "'", '`': '`',
}; // prettier-ignore

function escape(rest: string): [string, number] {
  const simple = SIMPLE[rest[0] ?? ''];
  if (simple !== undefined) return [simple, 1];
  const code = /^(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|[xX]([0-9a-fA-F]{2})|([0-3][0-7]{2}))/.exec(rest);
  if (code === null) return [rest[0] ?? '', 1];
  const digits = code[1] ?? code[2] ?? code[3];
  return [String.fromCodePoint(digits === undefined ? Number.parseInt(code[4] as string, 8) : Number.parseInt(digits, 16)), code[0].length];
}
