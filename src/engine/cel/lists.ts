import { CelError, compare, Duration, equal, int, isList, Optional, typeName, Unsigned, type Value } from './values.ts';

type List = readonly Value[];

const COMPARABLE = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'];
const SUMMABLE: Readonly<Record<string, Value>> = { int: 0n, uint: new Unsigned(0n), double: 0, duration: new Duration(0n) };

function add(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return int(a + b);
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (a instanceof Unsigned && b instanceof Unsigned) return new Unsigned(a.value + b.value);
  if (a instanceof Duration && b instanceof Duration) return new Duration(a.nanos + b.nanos);
  throw new CelError('no such overload');
}

function extreme(list: List, wanted: 1 | -1, name: string): Value {
  const [first, ...rest] = list;
  if (first === undefined) throw new CelError(`${name} called on empty list`);
  return rest.reduce((best, item) => (order(item, best) * wanted > 0 ? item : best), first);
}

function order(a: Value, b: Value): number {
  const found = compare(a, b);
  if (found === undefined) throw new CelError('no such overload');
  return found;
}

function slice(list: List, start: bigint, end: bigint): List {
  const cannot = (why: string): never => {
    throw new CelError(`cannot slice(${start}, ${end}), ${why}`);
  };
  if (start < 0n || end < 0n) cannot('negative indexes not supported');
  if (start > end) cannot('start index must be less than or equal to end index');
  if (end > list.length) cannot(`list is length ${list.length}`);
  return list.slice(Number(start), Number(end));
}

function flatten(list: List, depth: bigint): List {
  if (depth < 0n) throw new CelError('level must be non-negative');
  return list.flatMap((item) => (isList(item) && depth > 0n ? [...flatten(item, depth - 1n)] : [item]));
}

/** A list in the order of its keys; all of them must be of one type that has an order. */
export function sortedBy(list: List, keys: List): List {
  const [first] = keys;
  for (const key of keys) {
    if (compare(key, key) === undefined) throw new CelError('list elements must be comparable');
    if (first !== undefined && typeName(key) !== typeName(first)) throw new CelError('list elements must have the same type');
  }
  return list
    .map((item, at) => [item, keys[at] as Value] as const)
    .sort(([, a], [, b]) => order(a, b))
    .map(([item]) => item);
}

function range(count: bigint): List {
  if (count > 1_000_000n) throw new CelError('operation cancelled: actual cost limit exceeded');
  return Array.from({ length: Math.max(0, Number(count)) }, (_, at) => BigInt(at));
}

/** What lists can do beside the language's own: Kubernetes' functions, cel-go's `lists`, and those of optional values. */
export const LISTS: Readonly<Record<string, (...args: never[]) => Value>> = {
  ...Object.fromEntries(
    COMPARABLE.flatMap((type) => [
      [`list(${type}).isSorted():bool`, (list: List) => list.every((item, at) => at === 0 || order(list[at - 1] as Value, item) <= 0)],
      [`list(${type}).min():${type}`, (list: List) => extreme(list, -1, 'min')],
      [`list(${type}).max():${type}`, (list: List) => extreme(list, 1, 'max')],
      [`list(${type}).sort():list(${type})`, (list: List) => sortedBy(list, list)],
    ]),
  ),
  ...Object.fromEntries(Object.entries(SUMMABLE).map(([type, zero]) => [`list(${type}).sum():${type}`, (list: List) => sum(list, zero)])),
  'list(A).indexOf(A):int': (list: List, item: Value) => BigInt(list.findIndex((one) => equal(one, item))),
  'list(A).lastIndexOf(A):int': (list: List, item: Value) => BigInt(list.findLastIndex((one) => equal(one, item))),
  'list(A).slice(int,int):list(A)': slice,
  'list(list(A)).flatten():list(A)': (list: List) => flatten(list, 1n),
  'list(dyn).flatten(int):list(dyn)': flatten,
  'list(A).reverse():list(A)': (list: List) => [...list].reverse(),
  'list(A).distinct():list(A)': (list: List) => list.filter((item, at) => list.findIndex((one) => equal(one, item)) === at),
  'lists.range(int):list(int)': range,
  'list(A).first():optional(A)': (list: List) => new Optional(list[0]),
  'list(A).last():optional(A)': (list: List) => new Optional(list.at(-1)),
  'optional.unwrap(list(optional(A))):list(A)': unwrap,
  'list(optional(A)).unwrapOpt():list(A)': unwrap,
};

/** Of an empty list the sum is a whole number, whatever it was to hold: its items would have told. */
function sum(list: List, zero: Value): Value {
  const [first] = list;
  return first === undefined ? zero : list.slice(1).reduce(add, first);
}

function unwrap(list: List): List {
  return list.flatMap((item) => (item instanceof Optional && item.value !== undefined ? [item.value] : []));
}
