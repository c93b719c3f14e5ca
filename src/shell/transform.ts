import { unescape } from './utilities/escapes.ts';

const CONTROL = /[\x00-\x1f\x7f]/; // eslint-disable-line no-control-regex

/** `${x@Q}` and its like: quoted for the shell, in upper or lower case, with escapes read. */
export function transform(value: string, operator: string): string {
  switch (operator) {
    case '@U':
      return value.toUpperCase();
    case '@L':
      return value.toLowerCase();
    case '@u':
      return value.slice(0, 1).toUpperCase() + value.slice(1);
    case '@E':
      return unescape(value, false).text;
    default:
      return quoted(value);
  }
}

function quoted(value: string): string {
  if (!CONTROL.test(value)) return `'${value.replaceAll("'", `'\\''`)}'`;
  const names: Readonly<Record<string, string>> = {
    '\n': '\\n',
    '\t': '\\t',
    '\r': '\\r',
    '\x1b': '\\E',
    '\x07': '\\a',
    '\b': '\\b',
    "'": "\\'",
    '\\': '\\\\',
  };
  const escaped = [...value].map((c) => names[c] ?? (CONTROL.test(c) ? `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}` : c));
  return `$'${escaped.join('')}'`;
}
