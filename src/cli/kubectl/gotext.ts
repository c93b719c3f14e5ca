import { isObject, sortedKeys } from './values.ts';
import type { Json, JsonObject } from './values.ts';

/**
 * JSON as Go's encoder writes it: keys sorted, `<`, `>` and `&` escaped. `indent` as in `MarshalIndent`. With `keys: Object.keys` as
 * it writes a struct whose fields stand in that order.
 */
export function goJson(value: Json | undefined, indent = '', level = '', keys: (value: JsonObject) => string[] = sortedKeys): string {
  if (value === undefined || value === null) return 'null';
  const inner = level + indent;
  const [open, close, colon] = indent === '' ? ['', '', ':'] : [`\n${inner}`, `\n${level}`, ': '];
  const comma = indent === '' ? ',' : `,\n${inner}`;
  if (Array.isArray(value))
    return value.length === 0 ? '[]' : `[${open}${value.map((item) => goJson(item, indent, inner, keys)).join(comma)}${close}]`;
  if (isObject(value)) {
    const present = keys(value).filter((key) => value[key] !== undefined);
    if (present.length === 0) return '{}';
    return `{${open}${present.map((key) => `${goJsonString(key)}${colon}${goJson(value[key], indent, inner, keys)}`).join(comma)}${close}}`;
  }
  return typeof value === 'string' ? goJsonString(value) : goNumberOrBool(value);
}

// What nearly all texts consist of.
const PLAIN = /^[ !#-%'-;=?-[\]-~]*$/;

function goJsonString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  return JSON.stringify(text)
    .replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/\\b/g, (m, i: number, all: string) => (escaped(all, i) ? m : '\\u0008'))
    .replace(/\\f/g, (m, i: number, all: string) => (escaped(all, i) ? m : '\\u000c'));
}

function escaped(all: string, i: number): boolean {
  let slashes = 0;
  for (let j = i - 1; j >= 0 && all[j] === '\\'; j--) slashes++;
  return slashes % 2 === 1;
}

function goNumberOrBool(value: number | boolean): string {
  if (typeof value === 'boolean' || Number.isSafeInteger(value)) return String(value);
  return goFloat(value);
}

/** `%v` of a float64. */
function goFloat(value: number): string {
  return String(value).replace(/e([+-])(\d)$/, 'e$10$2');
}

/** Go's `%v` of decoded JSON: `map[a:1 b:[x y]]`, `<nil>`. */
export function goValue(value: Json | undefined): string {
  if (value === undefined || value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (isObject(value))
    return `map[${sortedKeys(value)
      .map((key) => `${key}:${goValue(value[key])}`)
      .join(' ')}]`;
  return typeof value === 'string' ? value : goNumberOrBool(value);
}

/** Go's `%#v` of decoded JSON. */
export function goSyntax(value: Json | undefined): string {
  if (value === undefined || value === null) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (isObject(value)) {
    return `map[string]interface {}{${sortedKeys(value)
      .map((key) => `${goQuote(key)}:${goSyntax(value[key])}`)
      .join(', ')}}`;
  }
  return typeof value === 'string' ? goQuote(value) : goNumberOrBool(value);
}

/** Go's `%q`. */
export function goQuote(text: string): string {
  const escapes: Record<string, string> = {
    '\\': '\\\\',
    '"': '\\"',
    '\n': '\\n',
    '\t': '\\t',
    '\r': '\\r',
    '\x07': '\\a',
    '\b': '\\b',
    '\f': '\\f',
    '\v': '\\v',
  };
  let out = '"';
  for (const c of text) out += escapes[c] ?? (c < ' ' || c === '\x7f' ? `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}` : c);
  return `${out}"`;
}

/** `Mon, 02 Jan 2006 15:04:05 +0000` (RFC 1123 with a numeric zone). */
export function rfc1123(timestamp: string): string {
  return new Date(timestamp).toUTCString().replace('GMT', '+0000');
}
