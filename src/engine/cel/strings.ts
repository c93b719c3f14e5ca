import { textOf } from './standard.ts';
import { regex } from './regex.ts';
import { CelError, compare, equal, isList, isMap, type Value } from './values.ts';

const chars = (text: string): string[] => [...text];

function outOfRange(at: bigint): never {
  throw new CelError(`index out of range: ${at}`);
}

function substring(text: string, from: bigint, to?: bigint): string {
  const all = chars(text);
  const end = to ?? BigInt(all.length);
  if (from < 0n || from > all.length) outOfRange(from);
  if (end < 0n || end > all.length) outOfRange(end);
  if (from > end) throw new CelError(`invalid substring range. start: ${from}, end: ${end}`);
  return all.slice(Number(from), Number(end)).join('');
}

function find(text: string, part: string, from: bigint): bigint {
  const all = chars(text);
  if (from < 0n || from > all.length) outOfRange(from);
  const at = all.slice(Number(from)).join('').indexOf(part);
  return at < 0 ? -1n : from + BigInt(chars(all.slice(Number(from)).join('').slice(0, at)).length);
}

function replace(text: string, old: string, by: string, times: bigint): string {
  if (times < 0n) return text.replaceAll(old, by);
  let out = text;
  let at = 0;
  for (let i = 0n; i < times; i++) {
    const found = out.indexOf(old, at);
    if (found < 0) break;
    out = out.slice(0, found) + by + out.slice(found + old.length);
    at = found + by.length;
  }
  return out;
}

function split(text: string, by: string, times = -1n): string[] {
  if (times === 0n) return [];
  const pieces = by === '' ? chars(text) : text.split(by);
  if (times < 0n || BigInt(pieces.length) <= times) return pieces;
  return [...pieces.slice(0, Number(times) - 1), pieces.slice(Number(times) - 1).join(by)];
}

const lower = (text: string): string => text.replace(/[A-Z]/g, (c) => c.toLowerCase());
const upper = (text: string): string => text.replace(/[a-z]/g, (c) => c.toUpperCase());

/** `format` of the strings library: `%s`, `%d`, `%f`, `%x`, `%b`, `%o`, `%e`, `%%`. */
function format(pattern: string, values: readonly Value[]): string {
  let next = 0;
  return pattern.replace(/%(?:\.(\d+))?([a-zA-Z%])/g, (_all, precision: string | undefined, verb: string) => {
    if (verb === '%') return '%';
    const value = values[next++];
    if (value === undefined) throw new CelError(`index ${next - 1} out of range`);
    const number = typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
    switch (verb) {
      case 's':
        return shown(value);
      case 'd':
        return String(number ?? shown(value));
      case 'f':
        return Number(number).toFixed(precision === undefined ? 6 : Number(precision));
      case 'e':
        return Number(number)
          .toExponential(precision === undefined ? 6 : Number(precision))
          .replace(/e([+-])(\d)$/, 'e$10$2');
      case 'b':
        return typeof value === 'boolean' ? (value ? '1' : '0') : (number ?? 0).toString(2);
      case 'o':
        return (number ?? 0).toString(8);
      case 'x':
      case 'X': {
        const hex =
          typeof value === 'string'
            ? [...new TextEncoder().encode(value)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
            : (number ?? 0).toString(16);
        return verb === 'X' ? hex.toUpperCase() : hex;
      }
      default:
        throw new CelError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
    }
  });
}

function shown(value: Value): string {
  if (value === null) return 'null';
  if (isList(value)) return `[${value.map(shown).join(', ')}]`;
  if (isMap(value))
    return `{${[...value]
      .map(([key, item]) => `${shown(key)}: ${shown(item)}`)
      .sort()
      .join(', ')}}`;
  return textOf(value);
}

function sum(list: readonly Value[], zero: Value): Value {
  let total = zero;
  for (const item of list) {
    if (typeof item === 'bigint' && typeof total === 'bigint') total += item;
    else if (typeof item === 'number' && typeof total === 'number') total += item;
    else throw new CelError('no such overload');
  }
  return total;
}

function extreme(list: readonly Value[], wanted: 1 | -1, name: string): Value {
  const [first, ...rest] = list;
  if (first === undefined) throw new CelError(`${name} called on empty list`);
  return rest.reduce((best, item) => ((compare(item, best) ?? 0) * wanted > 0 ? item : best), first);
}

const has = (list: readonly Value[], item: Value): boolean => list.some((one) => equal(one, item));

/** Strings, lists, sets and regular expressions, as Kubernetes extends the language. */
export const COLLECTIONS: Readonly<Record<string, (...args: never[]) => Value>> = {
  'string.charAt(int):string': (text: string, at: bigint) => {
    const all = chars(text);
    if (at < 0n || at > all.length) outOfRange(at);
    return all[Number(at)] ?? '';
  },
  'string.indexOf(string):int': (text: string, part: string) => find(text, part, 0n),
  'string.indexOf(string,int):int': find,
  'string.lastIndexOf(string):int': (text: string, part: string) => {
    const at = text.lastIndexOf(part);
    return at < 0 ? -1n : BigInt(chars(text.slice(0, at)).length);
  },
  'string.lowerAscii():string': lower,
  'string.upperAscii():string': upper,
  'string.replace(string,string):string': (text: string, old: string, by: string) => text.replaceAll(old, by),
  'string.replace(string,string,int):string': replace,
  'string.split(string):list(string)': (text: string, by: string) => split(text, by),
  'string.split(string,int):list(string)': split,
  'string.substring(int):string': (text: string, from: bigint) => substring(text, from),
  'string.substring(int,int):string': substring,
  'string.trim():string': (text: string) => text.trim(),
  'string.reverse():string': (text: string) => chars(text).reverse().join(''),
  'strings.quote(string):string': (text: string) => JSON.stringify(text),
  'string.format(list(dyn)):string': format,
  'list(string).join():string': (list: readonly string[]) => list.join(''),
  'list(string).join(string):string': (list: readonly string[], by: string) => list.join(by),
  'string.find(string):string': (text: string, pattern: string) => regex(pattern).exec(text)?.[0] ?? '',
  'string.findAll(string):list(string)': (text: string, pattern: string) => [...text.matchAll(regex(pattern, 'g'))].map(([all]) => all),
  'string.findAll(string,int):list(string)': (text: string, pattern: string, most: bigint) => {
    const all = [...text.matchAll(regex(pattern, 'g'))].map(([one]) => one);
    return most < 0n ? all : all.slice(0, Number(most));
  },
  'list(A).isSorted():bool': (list: readonly Value[]) =>
    list.every((item, at) => at === 0 || (compare(list[at - 1] as Value, item) ?? 1) <= 0),
  'list(int).sum():int': (list: readonly Value[]) => sum(list, 0n),
  'list(double).sum():double': (list: readonly Value[]) => sum(list, 0),
  'list(A).min():A': (list: readonly Value[]) => extreme(list, -1, 'min'),
  'list(A).max():A': (list: readonly Value[]) => extreme(list, 1, 'max'),
  'list(A).indexOf(A):int': (list: readonly Value[], item: Value) => BigInt(list.findIndex((one) => equal(one, item))),
  'list(A).lastIndexOf(A):int': (list: readonly Value[], item: Value) => BigInt(list.findLastIndex((one) => equal(one, item))),
  'list(A).slice(int,int):list(A)': (list: readonly Value[], from: bigint, to: bigint) => list.slice(Number(from), Number(to)),
  'list(A).distinct():list(A)': (list: readonly Value[]) => list.filter((item, at) => list.findIndex((one) => equal(one, item)) === at),
  'list(A).sort():list(A)': (list: readonly Value[]) => [...list].sort((a, b) => compare(a, b) ?? 0),
  'list(list(A)).flatten():list(A)': (list: readonly Value[]) => list.flatMap((item) => (isList(item) ? item : [item])),
  'sets.contains(list(A),list(A)):bool': (list: readonly Value[], part: readonly Value[]) => part.every((item) => has(list, item)),
  'sets.equivalent(list(A),list(A)):bool': (a: readonly Value[], b: readonly Value[]) =>
    a.every((item) => has(b, item)) && b.every((item) => has(a, item)),
  'sets.intersects(list(A),list(A)):bool': (a: readonly Value[], b: readonly Value[]) => a.some((item) => has(b, item)),
};
