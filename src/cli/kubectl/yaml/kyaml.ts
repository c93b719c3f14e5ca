import { isObject, sortedKeys } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { resolvesToString } from '../../../engine/api/yaml/scalars.ts';

/** A document of KYAML: flow style with strings always quoted, keys where they could be read as something else. */
export function toKyaml(value: Json): string {
  return `---\n${node(value, 0)}\n`;
}

function node(value: Json, depth: number): string {
  if (Array.isArray(value)) return sequence(value, depth);
  if (isObject(value)) return mapping(value, depth);
  return typeof value === 'string' ? quoted(value, depth + 1) : String(value);
}

function mapping(value: JsonObject, depth: number): string {
  const keys = sortedKeys(value);
  if (keys.length === 0) return '{}';
  const lines = keys.map((key) => `${margin(depth + 1)}${keyText(key)}: ${node(value[key] as Json, depth + 1)},\n`);
  return `{\n${lines.join('')}${margin(depth)}}`;
}

/** Brackets of a list of objects or lists stand beside theirs. */
function sequence(items: readonly Json[], depth: number): string {
  if (items.length === 0) return '[]';
  if (items.every((item) => typeof item === 'object' && item !== null)) return `[${items.map((item) => node(item, depth)).join(', ')}]`;
  return `[\n${items.map((item) => `${margin(depth + 1)}${node(item, depth + 1)},\n`).join('')}${margin(depth)}]`;
}

function keyText(key: string): string {
  const plain = /^[\p{L}\p{N}_]([\p{L}\p{N}_./-]*[\p{L}\p{N}_])?$/u.test(key);
  return plain && !ambiguous(key) ? key : `"${escaped(key, true)}"`;
}

/** Whether some reader of YAML would see no string: 1.1's booleans, numbers with underscores or colons, dates. */
function ambiguous(key: string): boolean {
  return (
    !resolvesToString(key) ||
    /^(null|~|t|f|y|n|yes|no|on|off|true|false|0|1)$/i.test(key) ||
    (/^[+-]?(0[xob])?[\da-f_]*\d[\d_]*(\.[\d_]*)?(e[+-]?\d+)?$/i.test(key.replaceAll('_', '')) &&
      Number.isFinite(Number(key.replaceAll('_', '') || 'x'))) ||
    /^[+-]?[1-9][\d_]*(:[0-5]?\d)+(\.[\d_]*)?$/.test(key) ||
    /^(inf|infinity|nan)$/i.test(key.replace(/^[+-]/, '')) ||
    /^\d{4}-\d{1,2}-\d{1,2}([Tt ].*)?$/.test(key)
  );
}

/** Text of several lines goes on after each of them; the lines are indented one level, with a space before what has none. */
function quoted(value: string, depth: number): string {
  if (!value.includes('\n')) return `"${escaped(value, false)}"`;
  const lines = value.split('\n');
  const last = lines.pop() as string;
  const shown = (line: string): string => `${margin(depth)}${/^\s/.test(line) ? '\\' : ' '}${escaped(line, false)}`;
  const body = lines.map((line) => `${shown(line)}\\n\\\n`).join('');
  return `"\\\n${body}${last === '' ? '' : `${shown(last)}\\\n`}${margin(depth)}"`;
}

const NAMED: Readonly<Record<string, string>> = {
  '"': '\\"', '\\': '\\\\', '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\v': '\\v', '\0': '\\0', '\x1b': '\\e',
  '\x85': '\\N', '\xa0': '\\_', '\u2028': '\\L', '\u2029': '\\P',
}; // prettier-ignore

function escaped(text: string, key: boolean): string {
  return [...text]
    .map((char) => {
      if (char === '\t') return key ? '\\t' : '\t';
      const named = NAMED[char];
      if (named !== undefined) return named;
      // Unicode's letters, marks, numbers, punctuation, symbols and the ASCII space are printed as they are.
      if (/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(char)) return char;
      const code = char.codePointAt(0) as number;
      if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
      return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
    })
    .join('');
}

function margin(depth: number): string {
  return '  '.repeat(depth);
}
