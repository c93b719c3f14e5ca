/** What expressions work with. Whole numbers are bigint, doubles are number. */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | Unsigned
  | Timestamp
  | Duration
  | Optional
  | TypeValue
  | Opaque
  | readonly Value[]
  | ReadonlyMap<Key, Value>;
export type Key = string | bigint | boolean;
export type MapValue = ReadonlyMap<Key, Value>;

/** A failure of an evaluation; the text is cel-go's. */
export class CelError extends Error {}

/** An evaluation that was stopped because it took too much: nothing goes on after it. */
export class CostError extends CelError {}

export class Unsigned {
  constructor(readonly value: bigint) {}
}
/** Nanoseconds since the epoch. */
export class Timestamp {
  constructor(readonly nanos: bigint) {}
}
/** Nanoseconds. */
export class Duration {
  constructor(readonly nanos: bigint) {}
}
export class Optional {
  constructor(readonly value: Value | undefined) {}
}
export class TypeValue {
  constructor(readonly name: string) {}
}
/** What `Object.spec{…}` makes: a map that knows its type. */
export class Struct extends Map<Key, Value> {
  constructor(
    readonly type: string,
    fields: Iterable<readonly [Key, Value]>,
  ) {
    super(fields);
  }
}
/** A value of a library: a quantity, an address, a URL. `text` says what it is equal to. */
export class Opaque<T = unknown> {
  constructor(
    readonly type: string,
    readonly value: T,
    readonly text: string,
  ) {}
}

export const isMap = (value: Value): value is MapValue => value instanceof Map;
export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

export function typeName(value: Value): string {
  if (value === null) return 'null_type';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    default:
  }
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Unsigned) return 'uint';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (value instanceof Optional) return 'optional_type';
  if (value instanceof TypeValue) return 'type';
  if (value instanceof Opaque || value instanceof Struct) return value.type;
  return isList(value) ? 'list' : 'map';
}

export function equal(a: Value, b: Value): boolean {
  const [left, right] = [numeric(a), numeric(b)];
  if (left !== undefined && right !== undefined) return left == right;
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, index) => equal(item, b[index] as Value));
  if (isMap(a)) {
    if (!isMap(b) || a.size !== b.size) return false;
    for (const [key, item] of a) {
      const other = b.get(key);
      if (other === undefined || !equal(item, other)) return false;
    }
    return true;
  }
  if (a instanceof Uint8Array) return b instanceof Uint8Array && a.length === b.length && a.every((byte, index) => byte === b[index]);
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof Opaque) return b instanceof Opaque && a.type === b.type && a.text === b.text;
  if (a instanceof Optional && b instanceof Optional)
    return a.value === undefined || b.value === undefined ? a.value === b.value : equal(a.value, b.value);
  return false;
}

export function numeric(value: Value): bigint | number | undefined {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof Unsigned ? value.value : undefined;
}

/** Negative, zero or positive; undefined where two values have no order. */
export function compare(a: Value, b: Value): number | undefined {
  const [left, right] = [numeric(a), numeric(b)];
  if (left !== undefined && right !== undefined) return left < right ? -1 : left > right ? 1 : 0;
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if ((a instanceof Timestamp && b instanceof Timestamp) || (a instanceof Duration && b instanceof Duration))
    return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
    return a.length - b.length;
  }
  return undefined;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A key as maps keep it: whole numbers of every type are one. */
export function keyOf(value: Value): Key | undefined {
  if (typeof value === 'string' || typeof value === 'bigint' || typeof value === 'boolean') return value;
  if (value instanceof Unsigned) return value.value;
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined;
}

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

export function int(value: bigint): bigint {
  if (value < MIN || value > MAX) throw new CelError('integer overflow');
  return value;
}

/** A plain JSON value; whole numbers are ints. Not for values whose schema says more. */
export function fromJson(value: unknown): Value {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return (value ?? null) as Value;
  if (Array.isArray(value)) return value.map(fromJson);
  const out = new Map<Key, Value>();
  for (const [key, item] of Object.entries(value)) if (item !== undefined) out.set(key, fromJson(item));
  return out;
}
