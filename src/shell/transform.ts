import { ansiQuote } from './declaration.ts';
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

/** With single quotes where they do. */
export function quoted(value: string): string {
  return CONTROL.test(value) ? ansiQuote(value) : `'${value.replaceAll("'", `'\\''`)}'`;
}
