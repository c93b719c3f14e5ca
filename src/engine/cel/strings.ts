import { regex as standardRegex } from './regex.ts';
import { formatText } from './text-format.ts';
import { CelError, equal, type Value } from './values.ts';

/** `find` and `findAll` tell a pattern that is none in words of their own. */
function regex(pattern: string, flags = ''): RegExp {
  try {
    return standardRegex(pattern, flags);
  } catch (error) {
    if (error instanceof CelError) throw new CelError(`Illegal regex: ${error.message}`);
    throw error;
  }
}

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
  'strings.quote(string):string': (text: string) => JSON.stringify(text),
  'string.format(list(dyn)):string': formatText,
  'list(string).join():string': (list: readonly string[]) => list.join(''),
  'list(string).join(string):string': (list: readonly string[], by: string) => list.join(by),
  'string.find(string):string': (text: string, pattern: string) => regex(pattern).exec(text)?.[0] ?? '',
  'string.findAll(string):list(string)': (text: string, pattern: string) => [...text.matchAll(regex(pattern, 'g'))].map(([all]) => all),
  'string.findAll(string,int):list(string)': (text: string, pattern: string, most: bigint) => {
    const all = [...text.matchAll(regex(pattern, 'g'))].map(([one]) => one);
    return most < 0n ? all : all.slice(0, Number(most));
  },
  'sets.contains(list(A),list(A)):bool': (list: readonly Value[], part: readonly Value[]) => part.every((item) => has(list, item)),
  'sets.equivalent(list(A),list(A)):bool': (a: readonly Value[], b: readonly Value[]) =>
    a.every((item) => has(b, item)) && b.every((item) => has(a, item)),
  'sets.intersects(list(A),list(A)):bool': (a: readonly Value[], b: readonly Value[]) => a.some((item) => has(b, item)),
};
