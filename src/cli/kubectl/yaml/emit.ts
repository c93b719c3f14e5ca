import { byCodePoint, isObject } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { resolvesToString } from '../../../engine/api/yaml/scalars.ts';

// What sigs.k8s.io/yaml prints: block style, keys in natural order, lists not indented under their key,
// quotes only where a YAML 1.1 reader would see no string, lines folded past column 80.
const WIDTH = 80;

export function toYaml(value: Json): string {
  if (isObject(value) && Object.keys(value).length > 0) return mapping(value, 0);
  if (Array.isArray(value) && value.length > 0) return sequence(value, 0);
  return `${scalar(value, 0, 0)}\n`;
}

function mapping(value: JsonObject, indent: number): string {
  const margin = ' '.repeat(indent);
  return Object.keys(value)
    .sort(naturalOrder)
    .map((key) => {
      const item = value[key] as Json;
      const head = `${margin}${scalar(key, Number.POSITIVE_INFINITY, 0)}:`;
      if (isObject(item) && Object.keys(item).length > 0) return `${head}\n${mapping(item, indent + 2)}`;
      if (Array.isArray(item) && item.length > 0) return `${head}\n${sequence(item, indent)}`;
      return `${head} ${scalar(item, indent + 2, head.length + 1)}\n`;
    })
    .join('');
}

function sequence(items: readonly Json[], indent: number): string {
  const margin = ' '.repeat(indent);
  return items
    .map((item) => {
      if (isObject(item) && Object.keys(item).length > 0) return `${margin}- ${mapping(item, indent + 2).slice(indent + 2)}`;
      if (Array.isArray(item) && item.length > 0) return `${margin}- ${sequence(item, indent + 2).slice(indent + 2)}`;
      return `${margin}- ${scalar(item, indent + 2, indent + 2)}\n`;
    })
    .join('');
}

/** `indent` is where continued lines start; infinite in a key, which never breaks. `column` is where the text begins. */
function scalar(value: Json, indent: number, column: number): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return '[]';
  if (typeof value === 'object') return '{}';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(value).replace(/e([+-])(\d)$/, 'e$10$2');
  if (typeof value === 'boolean') return String(value);
  return string(value, indent, column);
}

function string(value: string, indent: number, column: number): string {
  const facts = analyse(value);
  const simpleKey = indent === Number.POSITIVE_INFINITY;
  if (value.includes('\n')) {
    if (facts.block && !simpleKey) return literal(value, indent);
    return doubleQuoted(value, indent, column);
  }
  if (!resolvesToString(value)) return doubleQuoted(value, indent, column);
  if (facts.plain) return fold(value, indent, column, false);
  if (facts.single) return `'${fold(value.replace(/'/g, "''"), indent, column + 1, true)}'`;
  return doubleQuoted(value, indent, column);
}

/** Which styles can carry the text: libyaml's analysis of a scalar. */
function analyse(value: string): { plain: boolean; single: boolean; block: boolean } {
  if (value === '') return { plain: false, single: true, block: false };
  const special = /[^\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/.test(value);
  const spaceBreak = / \n/.test(value);
  const breakSpace = /\n /.test(value);
  const trailingSpace = value.endsWith(' ');
  const indicator =
    /^[#,[\]{}&*!|>'"%@`]/.test(value) ||
    /^[-?:]( |$)/.test(value) ||
    /:( |\n|$)/.test(value) ||
    /[ \n]#/.test(value) ||
    /^(---|\.\.\.)/.test(value);
  return {
    plain: !(special || spaceBreak || breakSpace || trailingSpace || indicator || /^[ \n]|[ \n]$/.test(value)),
    single: !(special || spaceBreak || breakSpace),
    block: !(special || spaceBreak || trailingSpace),
  };
}

function literal(value: string, indent: number): string {
  const hint = /^[ \n]/.test(value) ? '2' : '';
  const chomp = !value.endsWith('\n') ? '-' : value.endsWith('\n\n') || value === '\n' ? '+' : '';
  const margin = ' '.repeat(indent);
  const body = value
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => (line === '' ? '' : margin + line));
  return `|${hint}${chomp}\n${body.join('\n')}`;
}

/** Breaks at the first lone space past the width. */
function fold(value: string, indent: number, column: number, quoted: boolean): string {
  if (indent === Number.POSITIVE_INFINITY) return value;
  let out = '';
  let here = column;
  let spaces = false;
  const runes = [...value];
  runes.forEach((rune, i) => {
    if (rune === ' ') {
      if (!spaces && here > WIDTH && runes[i + 1] !== ' ' && (!quoted || (i > 0 && i < runes.length - 1))) {
        out += `\n${' '.repeat(indent)}`;
        here = indent;
      } else {
        out += ' ';
        here++;
      }
      spaces = true;
    } else {
      out += rune;
      here++;
      spaces = false;
    }
  });
  return out;
}

const ESCAPES: Record<string, string> = {
  '\0': '\\0', '\x07': '\\a', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r', '\x1b': '\\e', '"': '\\"', '\\': '\\\\', '\x85': '\\N', '\xa0': '\\_', '\u2028': '\\L', '\u2029': '\\P',
}; // prettier-ignore

function doubleQuoted(value: string, indent: number, column: number): string {
  let out = '"';
  let here = column + 1;
  let spaces = false;
  const runes = [...value];
  const add = (piece: string): void => {
    out += piece;
    here += piece.length;
  };
  runes.forEach((rune, i) => {
    const code = rune.codePointAt(0) as number;
    if (ESCAPES[rune] !== undefined) {
      add(ESCAPES[rune]);
      spaces = false;
    } else if (code < 0x20 || code === 0x7f || code > 0xffff || code === 0xfeff) {
      add(code <= 0xff ? `\\x${hex(code, 2)}` : code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`);
      spaces = false;
    } else if (rune === ' ') {
      if (indent !== Number.POSITIVE_INFINITY && !spaces && here > WIDTH && i > 0 && i < runes.length - 1) {
        out += `\n${' '.repeat(indent)}`;
        here = indent;
        if (runes[i + 1] === ' ') add('\\');
      } else add(' ');
      spaces = true;
    } else {
      add(rune);
      spaces = false;
    }
  });
  return `${out}"`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, '0');
}

/** Letters after everything else, runs of digits by their number. */
function naturalOrder(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const [x, y] = [left[i] as string, right[i] as string];
    if (x === y) continue;
    const [xLetter, yLetter] = [/\p{L}/u.test(x), /\p{L}/u.test(y)];
    if (xLetter && yLetter) return byCodePoint(x, y);
    if (xLetter || yLetter) return yLetter ? -1 : 1;
    let [m, n] = [0, 0];
    if (x === '0' || y === '0') {
      for (let j = i - 1; j >= 0 && /\d/.test(left[j] as string); j--) {
        if (left[j] !== '0') {
          [m, n] = [1, 1];
          break;
        }
      }
    }
    const digits = (runes: string[], start: number, from: number): [number, number] => {
      let [total, k] = [from, start];
      for (; k < runes.length && /\d/.test(runes[k] as string); k++) total = total * 10 + Number(runes[k]);
      return [total, k];
    };
    const [xNumber, xEnd] = digits(left, i, m);
    const [yNumber, yEnd] = digits(right, i, n);
    if (xNumber !== yNumber) return xNumber - yNumber;
    if (xEnd !== yEnd) return xEnd - yEnd;
    return byCodePoint(x, y);
  }
  return left.length - right.length;
}
