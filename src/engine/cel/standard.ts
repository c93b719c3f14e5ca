import {
  CelError,
  compare,
  Duration,
  equal,
  int,
  isList,
  isMap,
  keyOf,
  numeric,
  Optional,
  Timestamp,
  TypeValue,
  typeName,
  Unsigned,
} from './values.ts';
import type { Key, MapValue, Value } from './values.ts';
import { durationText, parseDuration, parseTimestamp, timestampText, zoned } from './time.ts';
import { regex } from './regex.ts';

const noOverload = (): never => {
  throw new CelError('no such overload');
};
const conversion = (from: string, to: string): never => {
  throw new CelError(`type conversion error from '${from}' to '${to}'`);
};

function ordered(test: (order: number) => boolean): (a: Value, b: Value) => boolean {
  return (a, b) => {
    const order = compare(a, b);
    return order === undefined ? noOverload() : test(order);
  };
}

function divide(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new CelError('division by zero');
  return int(a / b);
}
function modulus(a: bigint, b: bigint): bigint {
  if (b === 0n) throw new CelError('modulus by zero');
  return a % b;
}
function unsigned(value: bigint): Unsigned {
  if (value < 0n || value >= 2n ** 64n) throw new CelError('unsigned integer overflow');
  return new Unsigned(value);
}

export function size(value: Value): bigint {
  if (typeof value === 'string') return BigInt([...value].length);
  if (isList(value) || value instanceof Uint8Array) return BigInt(value.length);
  return isMap(value) ? BigInt(value.size) : noOverload();
}

export function index(of: Value, at: Value): Value {
  if (isMap(of)) {
    const key = keyOf(at);
    const found = key === undefined ? undefined : of.get(key);
    if (found === undefined) throw new CelError(`no such key: ${key === undefined ? String(at) : String(key)}`);
    return found;
  }
  if (!isList(of)) return noOverload();
  const position = numeric(at);
  if (position === undefined || (typeof position === 'number' && !Number.isInteger(position))) return noOverload();
  const item = position < 0 ? undefined : of[Number(position)];
  if (item === undefined) throw new CelError(`index out of bounds: ${position}`);
  return item;
}

export function contains(item: Value, of: Value): boolean {
  if (isList(of)) return of.some((one) => equal(one, item));
  if (!isMap(of)) return noOverload();
  const key = keyOf(item);
  return key !== undefined && of.has(key);
}

/** A double as Go's `%g` prints it: with an exponent from a million on, and below a ten-thousandth. */
function doubleText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const size = Number(exponent);
  if (value === 0 || (size >= -4 && size < 6)) return Object.is(value, -0) ? '-0' : String(value);
  return `${digits}e${size < 0 ? '-' : '+'}${String(Math.abs(size)).padStart(2, '0')}`;
}

export function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return doubleText(value);
  if (value instanceof Unsigned) return String(value.value);
  if (value instanceof Uint8Array) {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(value);
    } catch {
      throw new CelError('invalid UTF-8 in bytes, cannot convert to string');
    }
  }
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  return noOverload();
}

function toInt(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new CelError('integer overflow');
    return int(BigInt(Math.trunc(value)));
  }
  if (value instanceof Unsigned) return int(value.value);
  if (value instanceof Timestamp) return value.nanos / 1_000_000_000n;
  if (typeof value !== 'string') return noOverload();
  const read = /^[+-]?\d+$/.test(value) ? BigInt(value.replace('+', '')) : undefined;
  return read === undefined || BigInt.asIntN(64, read) !== read ? conversion('string', 'int') : read;
}
function toDouble(value: Value): number {
  const number = numeric(value);
  if (number !== undefined) return Number(number);
  if (typeof value !== 'string') return noOverload();
  return value.trim() !== '' && !Number.isNaN(Number(value)) ? Number(value) : conversion('string', 'double');
}
function toUint(value: Value): Unsigned {
  if (typeof value === 'string') return /^\d+$/.test(value) ? unsigned(BigInt(value)) : conversion('string', 'uint');
  const number = numeric(value);
  return number === undefined ? noOverload() : unsigned(BigInt(Math.trunc(Number(number))));
}
function toBool(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return noOverload();
  if (['true', 't', 'T', 'TRUE', 'True', '1'].includes(value)) return true;
  return ['false', 'f', 'F', 'FALSE', 'False', '0'].includes(value) ? false : conversion('string', 'bool');
}

const arithmetic: Record<string, (...args: never[]) => Value> = {};
for (const [sign, whole, real] of [
  ['+', (a: bigint, b: bigint) => a + b, (a: number, b: number) => a + b],
  ['-', (a: bigint, b: bigint) => a - b, (a: number, b: number) => a - b],
  ['*', (a: bigint, b: bigint) => a * b, (a: number, b: number) => a * b],
  ['/', divide, (a: number, b: number) => a / b],
] as const) {
  arithmetic[`_${sign}_(int,int):int`] = (a: bigint, b: bigint) => int(whole(a, b));
  arithmetic[`_${sign}_(uint,uint):uint`] = (a: Unsigned, b: Unsigned) => unsigned(whole(a.value, b.value));
  arithmetic[`_${sign}_(double,double):double`] = real;
}
const KEY_TYPES = ['bool', 'string', 'bytes', 'timestamp', 'duration'];
const NUMBERS = ['int', 'uint', 'double'];
const comparisons: Record<string, (a: Value, b: Value) => boolean> = {};
for (const [sign, test] of [
  ['<', (order: number) => order < 0],
  ['<=', (order: number) => order <= 0],
  ['>', (order: number) => order > 0],
  ['>=', (order: number) => order >= 0],
] as const) {
  for (const type of KEY_TYPES) comparisons[`_${sign}_(${type},${type}):bool`] = ordered(test);
  for (const left of NUMBERS) for (const right of NUMBERS) comparisons[`_${sign}_(${left},${right}):bool`] = ordered(test);
}

const parts: readonly [string, (date: Date) => number][] = [
  ['getFullYear', (date) => date.getUTCFullYear()],
  ['getMonth', (date) => date.getUTCMonth()],
  ['getDate', (date) => date.getUTCDate()],
  ['getDayOfMonth', (date) => date.getUTCDate() - 1],
  ['getDayOfWeek', (date) => date.getUTCDay()],
  ['getDayOfYear', (date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000)],
];
const clock: readonly [string, (date: Date) => number, bigint][] = [
  ['getHours', (date) => date.getUTCHours(), 3_600_000_000_000n],
  ['getMinutes', (date) => date.getUTCMinutes(), 60_000_000_000n],
  ['getSeconds', (date) => date.getUTCSeconds(), 1_000_000_000n],
  ['getMilliseconds', (date) => date.getUTCMilliseconds(), 1_000_000n],
];
const times: Record<string, (...args: never[]) => Value> = {};
for (const [name, part] of [...parts, ...clock]) {
  times[`timestamp.${name}():int`] = (time: Timestamp) => BigInt(part(zoned(time)));
  times[`timestamp.${name}(string):int`] = (time: Timestamp, zone: string) => BigInt(part(zoned(time, zone)));
}
for (const [name, , unit] of clock)
  times[`duration.${name}():int`] = (time: Duration) => (name === 'getMilliseconds' ? (time.nanos / unit) % 1000n : time.nanos / unit);

/** The functions of the language itself. Those that decide what is evaluated (`&&`, `||`, `? :`) are the interpreter's. */
export const STANDARD: Readonly<Record<string, (...args: never[]) => Value>> = {
  '_==_(A,A):bool': (a: Value, b: Value) => equal(a, b),
  '_!=_(A,A):bool': (a: Value, b: Value) => !equal(a, b),
  '@in(A,list(A)):bool': contains,
  '@in(A,map(A,B)):bool': contains,
  '_[_](list(A),int):A': index,
  '_[_](map(A,B),A):B': index,
  '_[?_](list(A),int):optional(A)': optionalIndex,
  '_[?_](map(A,B),A):optional(B)': optionalIndex,
  '_[_](optional(list(A)),int):optional(A)': optionalIndex,
  '_[_](optional(map(A,B)),A):optional(B)': optionalIndex,
  '!_(bool):bool': (a: Value) => (typeof a === 'boolean' ? !a : noOverload()),
  '-_(int):int': (a: bigint) => int(-a),
  '-_(double):double': (a: number) => -a,
  ...arithmetic,
  '_%_(int,int):int': modulus,
  '_%_(uint,uint):uint': (a: Unsigned, b: Unsigned) => new Unsigned(modulus(a.value, b.value)),
  '_+_(string,string):string': (a: string, b: string) => a + b,
  '_+_(bytes,bytes):bytes': (a: Uint8Array, b: Uint8Array) => new Uint8Array([...a, ...b]),
  '_+_(list(A),list(A)):list(A)': (a: readonly Value[], b: readonly Value[]) => [...a, ...b],
  '_+_(timestamp,duration):timestamp': (a: Timestamp, b: Duration) => new Timestamp(a.nanos + b.nanos),
  '_+_(duration,timestamp):timestamp': (a: Duration, b: Timestamp) => new Timestamp(a.nanos + b.nanos),
  '_+_(duration,duration):duration': (a: Duration, b: Duration) => new Duration(a.nanos + b.nanos),
  '_-_(timestamp,timestamp):duration': (a: Timestamp, b: Timestamp) => new Duration(a.nanos - b.nanos),
  '_-_(timestamp,duration):timestamp': (a: Timestamp, b: Duration) => new Timestamp(a.nanos - b.nanos),
  '_-_(duration,duration):duration': (a: Duration, b: Duration) => new Duration(a.nanos - b.nanos),
  ...comparisons,
  'size(string):int': size,
  'size(bytes):int': size,
  'size(list(A)):int': size,
  'size(map(A,B)):int': size,
  'string.size():int': size,
  'bytes.size():int': size,
  'list(A).size():int': size,
  'map(A,B).size():int': size,
  'string.contains(string):bool': (a: string, b: string) => a.includes(b),
  'string.startsWith(string):bool': (a: string, b: string) => a.startsWith(b),
  'string.endsWith(string):bool': (a: string, b: string) => a.endsWith(b),
  'string.matches(string):bool': (a: string, b: string) => regex(b).test(a),
  'matches(string,string):bool': (a: string, b: string) => regex(b).test(a),
  ...Object.fromEntries(['int', 'uint', 'double', 'string', 'timestamp'].map((type) => [`int(${type}):int`, toInt])),
  ...Object.fromEntries(['int', 'uint', 'double', 'string'].map((type) => [`uint(${type}):uint`, toUint])),
  ...Object.fromEntries(['int', 'uint', 'double', 'string'].map((type) => [`double(${type}):double`, toDouble])),
  ...Object.fromEntries(
    ['int', 'uint', 'double', 'string', 'bool', 'bytes', 'timestamp', 'duration'].map((type) => [`string(${type}):string`, textOf]),
  ),
  'bytes(string):bytes': (a: string) => new TextEncoder().encode(a),
  'bytes(bytes):bytes': (a: Uint8Array) => a,
  'bool(string):bool': toBool,
  'bool(bool):bool': toBool,
  'dyn(A):dyn': (a: Value) => a,
  'type(A):type': (a: Value) => new TypeValue(typeName(a)),
  'timestamp(string):timestamp': parseTimestamp,
  'timestamp(timestamp):timestamp': (a: Timestamp) => a,
  'timestamp(int):timestamp': (a: bigint) => new Timestamp(a * 1_000_000_000n),
  'duration(string):duration': parseDuration,
  'duration(duration):duration': (a: Duration) => a,
  'duration(int):duration': (a: bigint) => new Duration(a),
  ...times,
  'optional.of(A):optional(A)': (a: Value) => new Optional(a),
  'optional.none():optional(A)': () => new Optional(undefined),
  'optional.ofNonZeroValue(A):optional(A)': (a: Value) => new Optional(isZero(a) ? undefined : a),
  'optional(A).hasValue():bool': (a: Optional) => a.value !== undefined,
  'optional(A).value():A': (a: Optional) => {
    if (a.value === undefined) throw new CelError('optional.none() dereference');
    return a.value;
  },
  'optional(A).or(optional(A)):optional(A)': (a: Optional, b: Optional) => (a.value === undefined ? b : a),
  'optional(A).orValue(A):A': (a: Optional, b: Value) => a.value ?? b,
};

function optionalIndex(of: Value, at: Value): Value {
  const inside = of instanceof Optional ? of.value : of;
  if (inside === undefined) return new Optional(undefined);
  if (isMap(inside)) {
    const key = keyOf(at);
    return new Optional(key === undefined ? undefined : (inside as MapValue).get(key as Key));
  }
  return isList(inside) ? new Optional(inside[Number(at)]) : noOverload();
}

function isZero(value: Value): boolean {
  if (value === null || value === false || value === '') return true;
  if (isList(value)) return value.length === 0;
  if (isMap(value)) return value.size === 0;
  return numeric(value) === 0n || numeric(value) === 0;
}
