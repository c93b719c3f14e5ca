import { decode, encode } from '../../../engine/os/text.ts';
import { fromBase64, toBase64 } from '../base64.ts';
import { strftime } from '../strftime.ts';
import { JqError, type JsonValue } from './syntax.ts';
import { compare, contains, indices, isArray, isObject, remove, set, shown, toJson, typeOf, type Path } from './values.ts';

type Native = (input: JsonValue, ...args: JsonValue[]) => JsonValue;

const text = (value: JsonValue, message: (value: JsonValue) => string): string => {
  if (typeof value !== 'string') throw new JqError(message(value));
  return value;
};
const number = (value: JsonValue): number => {
  if (typeof value !== 'number') throw new JqError(`${typeOf(value)} (${shown(value)}) number required`);
  return value;
};
const list = (value: JsonValue, what: string): readonly JsonValue[] => {
  if (!isArray(value)) throw new JqError(`${typeOf(value)} (${shown(value)}) cannot be ${what}, as it is not an array`);
  return value;
};
const math =
  (act: (value: number) => number): Native =>
  (input) =>
    act(number(input));
const bySide =
  (act: (input: string, side: string) => JsonValue, name: string): Native =>
  (input, side = null) => {
    if (typeof input === 'string' && typeof side === 'string') return act(input, side);
    if (name === '') return input;
    throw new JqError(`${name}() requires string inputs`);
  };

/** Functions that need more than jq has, by name and number of arguments. */
export const NATIVE: Readonly<Record<string, Native>> = {
  'length/0': (input) => {
    if (input === null) return 0;
    if (typeof input === 'number') return Math.abs(input);
    if (typeof input === 'string') return [...input].length;
    if (typeof input === 'boolean') throw new JqError(`boolean (${input}) has no length`);
    return isArray(input) ? input.length : Object.keys(input).length;
  },
  'utf8bytelength/0': (input) =>
    encode(text(input, (value) => `${typeOf(value)} (${shown(value)}) only strings have UTF-8 byte length`)).length,
  'not/0': (input) => input === null || input === false,
  'keys/0': (input) => keys(input).sort((a, b) => compare(a, b)),
  'keys_unsorted/0': keys,
  'has/1': (input, key = null) => {
    if (isObject(input) && typeof key === 'string') return Object.hasOwn(input, key);
    if (isArray(input) && typeof key === 'number') return key >= 0 && key < input.length;
    throw new JqError(`Cannot check whether ${typeOf(input)} has a ${typeof key === 'string' ? 'string' : typeOf(key)} key`);
  },
  'contains/1': (input, other = null) => contains(input, other),
  'indices/1': (input, wanted = null) => indices(input, wanted),
  'type/0': typeOf,
  'tostring/0': (input) => (typeof input === 'string' ? input : toJson(input)),
  'tojson/0': (input) => toJson(input),
  'fromjson/0': (input) => {
    const source = text(input, (value) => `${typeOf(value)} (${shown(value)}) cannot be parsed as JSON`);
    try {
      return JSON.parse(source) as JsonValue;
    } catch {
      throw new JqError(`${source} (while parsing '${source}')`);
    }
  },
  'tonumber/0': (input) => {
    if (typeof input === 'number') return input;
    if (typeof input === 'string' && /^\s*-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$/.test(input)) return Number(input);
    throw new JqError(`${typeOf(input)} (${shown(input)}) cannot be parsed as a number`);
  },
  'sort/0': (input) => [...list(input, 'sorted')].sort(compare),
  'reverse/0': (input) =>
    input === null ? [] : typeof input === 'string' ? [...input].reverse().join('') : [...list(input, 'reversed')].reverse(),
  '__sorted/0': (input) => sorted(input),
  '__grouped/0': (input) => {
    const groups: JsonValue[][] = [];
    let before: JsonValue | undefined;
    for (const { v, k } of sorted(input)) {
      if (before === undefined || compare(before, k) !== 0) groups.push([]);
      groups.at(-1)?.push(v);
      before = k;
    }
    return groups;
  },
  'flatten/0': (input) => flatten(input, Number.POSITIVE_INFINITY),
  'flatten/1': (input, depth = null) => {
    if (Number(depth) < 0) throw new JqError('flatten depth must not be negative');
    return flatten(input, number(depth));
  },
  'floor/0': math(Math.floor),
  'ceil/0': math(Math.ceil),
  'round/0': math(Math.round),
  'sqrt/0': math(Math.sqrt),
  'fabs/0': math(Math.abs),
  'log/0': math(Math.log),
  'log2/0': math(Math.log2),
  'log10/0': math(Math.log10),
  'exp/0': math(Math.exp),
  'trunc/0': math(Math.trunc),
  'pow/2': (_, base = null, exponent = null) => number(base) ** number(exponent),
  'infinite/0': () => Number.POSITIVE_INFINITY,
  'nan/0': () => Number.NaN,
  'isnan/0': (input) => Number.isNaN(number(input)),
  'isinfinite/0': (input) => Math.abs(number(input)) === Number.POSITIVE_INFINITY,
  'isnormal/0': (input) => Number.isFinite(number(input)) && input !== 0,
  'ascii_downcase/0': (input) => text(input, () => 'ascii_downcase input must be a string').replace(/[A-Z]/g, (c) => c.toLowerCase()),
  'ascii_upcase/0': (input) => text(input, () => 'ascii_upcase input must be a string').replace(/[a-z]/g, (c) => c.toUpperCase()),
  'startswith/1': bySide((input, side) => input.startsWith(side), 'startswith'),
  'endswith/1': bySide((input, side) => input.endsWith(side), 'endswith'),
  'ltrimstr/1': bySide((input, side) => (input.startsWith(side) ? input.slice(side.length) : input), ''),
  'rtrimstr/1': bySide((input, side) => (side !== '' && input.endsWith(side) ? input.slice(0, -side.length) : input), ''),
  'trim/0': (input) => text(input, (value) => `${typeOf(value)} (${shown(value)}) cannot be trimmed`).trim(),
  'ltrim/0': (input) => text(input, (value) => `${typeOf(value)} (${shown(value)}) cannot be trimmed`).trimStart(),
  'rtrim/0': (input) => text(input, (value) => `${typeOf(value)} (${shown(value)}) cannot be trimmed`).trimEnd(),
  'split/1': bySide((input, side) => (input === '' ? [] : input.split(side)), 'split input and separator must be strings'),
  'split/2': (input, pattern = null, flags = null) => {
    const pieces: JsonValue[] = [];
    const source = text(input, (value) => `${typeOf(value)} (${shown(value)}) cannot be matched, as it is not a string`);
    let from = 0;
    for (const found of source.matchAll(regExp(pattern, `${typeof flags === 'string' ? flags : ''}g`))) {
      pieces.push(source.slice(from, found.index));
      from = found.index + found[0].length;
    }
    return [...pieces, source.slice(from)];
  },
  'explode/0': (input) =>
    [...text(input, (value) => `${typeOf(value)} (${shown(value)}) cannot be exploded`)].map((c) => c.codePointAt(0) ?? 0),
  'implode/0': (input) => String.fromCodePoint(...list(input, 'imploded').map(number)),
  '__match/2': (input, pattern = null, flags = null) => {
    const source = text(input, (value) => `${typeOf(value)} (${shown(value)}) cannot be matched, as it is not a string`);
    const letters = typeof flags === 'string' ? flags : '';
    const expression = regExp(pattern, `${letters}g`);
    const names = [...expression.source.matchAll(/\\.|\((\?<(?!=|!)(\w+)>|(?!\?))/g)]
      .filter((found) => found[1] !== undefined)
      .map((found) => found[2] ?? null);
    const all = [...source.matchAll(expression)].map((found) => ({
      offset: Array.from(source.slice(0, found.index)).length,
      length: [...found[0]].length,
      string: found[0],
      captures: found.slice(1).map((part, i): JsonValue => ({
        offset: part === undefined ? -1 : source.indexOf(part, found.index),
        length: part === undefined ? 0 : [...part].length,
        string: part ?? null,
        name: names[i] ?? null,
      })),
    }));
    return letters.includes('g') ? all : all.slice(0, 1);
  },
  'setpath/2': (input, path = null, value = null) => set(input, list(path, 'a path') as Path, () => value),
  'delpaths/1': (input, paths = null) =>
    [...list(paths, 'paths')]
      .sort(compare)
      .reverse()
      .reduce((value: JsonValue, path) => remove(value, path as unknown as Path), input),
  'transpose/0': (input) => {
    const rows = list(input, 'transposed') as readonly (readonly JsonValue[])[];
    return Array.from({ length: Math.max(0, ...rows.map((row) => row.length)) }, (_, i) => rows.map((row) => row[i] ?? null));
  },
  'strftime/1': (input, format = null) => strftime(String(format), Math.floor(number(input)) * 1000),
  'fromdateiso8601/0': (input) => {
    const at = Date.parse(text(input, () => `strptime/1 requires string inputs and arguments`));
    if (Number.isNaN(at) || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(String(input)))
      throw new JqError(`date "${String(input)}" does not match format "%Y-%m-%dT%H:%M:%SZ"`);
    return at / 1000;
  },
  'input_line_number/0': () => 0,
};

function keys(input: JsonValue): JsonValue[] {
  if (isArray(input)) return input.map((_, i) => i);
  if (isObject(input)) return Object.keys(input);
  throw new JqError(`${typeOf(input)} (${shown(input)}) has no keys`);
}

function sorted(input: JsonValue): { v: JsonValue; k: JsonValue }[] {
  return [...(input as unknown as { v: JsonValue; k: JsonValue }[])].sort((a, b) => compare(a.k, b.k));
}

function flatten(input: JsonValue, depth: number): JsonValue[] {
  return list(input, 'flattened').flatMap((each) => (isArray(each) && depth > 0 ? flatten(each, depth - 1) : [each]));
}

function regExp(pattern: JsonValue, flags: string): RegExp {
  if (typeof pattern !== 'string') throw new JqError(`${shown(pattern)} (${typeOf(pattern)}) cannot be matched, as it is not a string`);
  const letters = `g${flags.includes('i') ? 'i' : ''}${flags.includes('s') ? 's' : ''}u`;
  try {
    return new RegExp(flags.includes('x') ? pattern.replace(/\s+/g, '') : pattern, letters);
  } catch {
    throw new JqError(`${pattern} (at offset 0) is not a valid regex`);
  }
}

const HTML: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', "'": '&#39;', '"': '&quot;' };

/** `@base64` and its like. */
export function formatText(name: string, value: JsonValue): string {
  const plain = typeof value === 'string' ? value : toJson(value);
  const row = (each: (item: JsonValue) => string, what: string): string[] => {
    if (!isArray(value)) throw new JqError(`${typeOf(value)} (${shown(value)}) cannot be ${what}-formatted, only an array can be`);
    return value.map((item) => {
      if (isArray(item) || isObject(item)) throw new JqError(`${typeOf(item)} (${shown(item)}) is not valid in a ${what} row`);
      return each(item);
    });
  };
  switch (name) {
    case '@text':
      return plain;
    case '@json':
      return toJson(value);
    case '@base64':
      return toBase64(encode(plain));
    case '@base64d':
      return decode(fromBase64(plain.replace(/=+$/, '')));
    case '@csv':
      return row((item) => (typeof item === 'string' ? `"${item.replaceAll('"', '""')}"` : item === null ? '' : toJson(item)), 'csv').join(
        ',',
      );
    case '@tsv':
      return row((item) => (item === null ? '' : typeof item === 'string' ? item : toJson(item)), 'tsv')
        .map((cell) => cell.replace(/[\\\t\n\r]/g, (c) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[c] as string))
        .join('\t');
    case '@html':
      return plain.replace(/[<>&'"]/g, (c) => HTML[c] as string);
    case '@uri':
      return encodeURIComponent(plain).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    case '@sh': {
      const quote = (item: JsonValue): string => {
        if (isArray(item) || isObject(item)) throw new JqError(`${typeOf(item)} (${shown(item)}) can not be escaped for shell`);
        return typeof item === 'string' ? `'${item.replaceAll("'", `'\\''`)}'` : toJson(item);
      };
      return isArray(value) ? value.map(quote).join(' ') : quote(value);
    }
    default:
      throw new JqError(`${name.slice(1)} is not a valid format`);
  }
}
