import { entriesOf } from './array.ts';
import type { Variable } from './shell-variables.ts';

/** The letters that `declare -p` and `${x@a}` show. */
export function attributesOf({ array, exported, readOnly, attributes = '' }: Variable): string {
  const of = (letters: string): string => [...letters].filter((c) => attributes.includes(c)).join('');
  return `${array === undefined ? '' : array.associative ? 'A' : 'a'}${of('in')}${readOnly ? 'r' : ''}${exported ? 'x' : ''}${of('clu')}`;
}

/** As `declare -p` shows a variable. */
export function declaration(name: string, variable: Variable | undefined): string {
  if (variable === undefined) return '';
  const { value, array } = variable;
  const shown =
    array !== undefined
      ? `=(${itemsOf(variable)}${array.associative && array.items.size > 0 ? ' ' : ''})`
      : value === undefined
        ? ''
        : `=${quote(value)}`;
  return `declare -${attributesOf(variable) || '-'} ${name}${shown}`;
}

function itemsOf({ array }: Variable): string {
  if (array === undefined) return '';
  return entriesOf(array)
    .map(([at, text]) => `[${array.associative && !/^\w+$/.test(at) ? quote(at) : at}]=${quote(text)}`)
    .join(' ');
}

/** With double quotes, as bash shows values of variables. */
export function quote(text: string): string {
  if (/[\x00-\x1f\x7f]/.test(text)) return ansiQuote(text); // eslint-disable-line no-control-regex
  return `"${text.replace(/[\\"$`]/g, '\\$&')}"`;
}

const NAMES: Readonly<Record<string, string>> = {
  '\n': '\\n', '\t': '\\t', '\r': '\\r', '\x1b': '\\E', '\x07': '\\a', '\b': '\\b', '\v': '\\v', '\f': '\\f', "'": "\\'", '\\': '\\\\',
}; // prettier-ignore

/** `$'…'`, for what has control characters. */
export function ansiQuote(text: string): string {
  const escaped = [...text].map((c) => NAMES[c] ?? (c < ' ' || c === '\x7f' ? `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}` : c));
  return `$'${escaped.join('')}'`;
}
