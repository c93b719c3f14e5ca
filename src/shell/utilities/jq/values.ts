import { JqError, type JsonValue } from './syntax.ts';

type JsonObject = { readonly [key: string]: JsonValue };
export type Path = readonly (string | number | { readonly start: number | null; readonly end: number | null })[];

export function typeOf(value: JsonValue): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

export function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isTrue(value: JsonValue): boolean {
  return value !== null && value !== false;
}

/** A value in a message: cut off after eleven bytes. */
export function shown(value: JsonValue): string {
  const text = toJson(value);
  return text.length > 11 ? `${text.slice(0, 10)}...` : text;
}

const ORDER = ['null', 'false', 'true', 'number', 'string', 'array', 'object'];
const rank = (value: JsonValue): number => ORDER.indexOf(typeof value === 'boolean' ? String(value) : typeOf(value));

/** jq's order of everything: null, false, true, numbers, strings, arrays, objects. */
export function compare(a: JsonValue, b: JsonValue): number {
  const by = rank(a) - rank(b);
  if (by !== 0) return by;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (isArray(a) && isArray(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const each = compare(a[i] as JsonValue, b[i] as JsonValue);
      if (each !== 0) return each;
    }
    return a.length - b.length;
  }
  if (isObject(a) && isObject(b)) {
    const [left, right] = [Object.keys(a).sort(), Object.keys(b).sort()];
    const keys = compare(left, right);
    if (keys !== 0) return keys;
    for (const key of left) {
      const each = compare(a[key] as JsonValue, b[key] as JsonValue);
      if (each !== 0) return each;
    }
  }
  return 0;
}

export function get(value: JsonValue, key: Path[number] | JsonValue): JsonValue {
  if (typeof key === 'object' && key !== null && !Array.isArray(key)) {
    const { start, end } = key as { start: number | null; end: number | null };
    if (value === null) return null;
    if (typeof value !== 'string' && !isArray(value)) throw new JqError(`Cannot index ${typeOf(value)} with object`);
    return typeof value === 'string'
      ? [...value].slice(...bounds([...value].length, start, end)).join('')
      : value.slice(...bounds(value.length, start, end));
  }
  if (value === null && (typeof key === 'string' || typeof key === 'number' || key === null)) return null;
  if (typeof key === 'string' && isObject(value)) return Object.hasOwn(value, key) ? (value[key] as JsonValue) : null;
  if (typeof key === 'number' && isArray(value))
    return value[Math.floor(key) < 0 ? value.length + Math.floor(key) : Math.floor(key)] ?? null;
  if (isArray(value) && isArray(key as JsonValue)) return indices(value, key as JsonValue);
  throw new JqError(`Cannot index ${typeOf(value)} with ${typeof key === 'string' ? `"${key}"` : typeOf(key as JsonValue)}`);
}

function bounds(length: number, start: number | null, end: number | null): [number, number] {
  const from = start ?? 0;
  const to = end ?? length;
  return [Math.max(0, Math.floor(from < 0 ? length + from : from)), Math.max(0, Math.ceil(to < 0 ? length + to : to))];
}

export function set(value: JsonValue, path: Path, update: (old: JsonValue) => JsonValue): JsonValue {
  const [key, ...rest] = path;
  if (key === undefined) return update(value);
  if (typeof key === 'object') {
    if (value !== null && !isArray(value)) throw new JqError(`Cannot update field at object index of ${typeOf(value)}`);
    const list = value ?? [];
    const [from, to] = bounds(list.length, key.start, key.end);
    const changed = set(list.slice(from, to), rest, update);
    if (!isArray(changed)) throw new JqError('A slice of an array can only be assigned another array');
    return [...list.slice(0, from), ...changed, ...list.slice(to)];
  }
  const inner = set(get(value, key), rest, update);
  if (typeof key === 'string') return { ...(value as JsonObject | null), [key]: inner };
  const list = [...((value as readonly JsonValue[] | null) ?? [])];
  const at = key < 0 ? list.length + key : key;
  if (at < 0) throw new JqError('Out of bounds negative array index');
  while (list.length < at) list.push(null);
  list[at] = inner;
  return list;
}

export function remove(value: JsonValue, path: Path): JsonValue {
  const [key, ...rest] = path;
  if (key === undefined || value === null) return null;
  if (rest.length > 0) {
    const inner = get(value, key);
    return inner === null ? value : set(value, [key], () => remove(inner, rest));
  }
  if (typeof key === 'object' && isArray(value)) {
    const [from, to] = bounds(value.length, key.start, key.end);
    return [...value.slice(0, from), ...value.slice(to)];
  }
  if (typeof key === 'number' && isArray(value)) return value.filter((_, i) => i !== (key < 0 ? value.length + key : key));
  if (typeof key === 'string' && isObject(value)) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  throw new JqError(`Cannot delete field at ${typeof key === 'string' ? 'object' : 'array'} index of ${typeOf(value)}`);
}

export function indices(value: JsonValue, wanted: JsonValue): JsonValue {
  if (value === null) return null;
  const found: number[] = [];
  if (typeof value === 'string' && typeof wanted === 'string') {
    for (let at = value.indexOf(wanted); at >= 0 && wanted !== ''; at = value.indexOf(wanted, at + 1)) found.push(at);
    return found;
  }
  if (!isArray(value)) throw new JqError(`Cannot index ${typeOf(value)} with ${typeOf(wanted)}`);
  const list = isArray(wanted) ? wanted : [wanted];
  for (let at = 0; at + list.length <= value.length && list.length > 0; at++)
    if (list.every((each, i) => compare(each, value[at + i] as JsonValue) === 0)) found.push(at);
  return found;
}

export function contains(a: JsonValue, b: JsonValue): boolean {
  if (isObject(a) && isObject(b))
    return Object.entries(b).every(([key, value]) => Object.hasOwn(a, key) && contains(a[key] as JsonValue, value));
  if (isArray(a) && isArray(b)) return b.every((wanted) => a.some((each) => contains(each, wanted)));
  if (typeof a === 'string' && typeof b === 'string') return a.includes(b);
  if (typeOf(a) === typeOf(b)) return compare(a, b) === 0;
  throw new JqError(`${typeOf(a)} (${shown(a)}) and ${typeOf(b)} (${shown(b)}) cannot have their containment checked`);
}

export function arithmetic(operator: string, a: JsonValue, b: JsonValue): JsonValue {
  switch (operator) {
    case '==':
      return compare(a, b) === 0;
    case '!=':
      return compare(a, b) !== 0;
    case '<':
      return compare(a, b) < 0;
    case '<=':
      return compare(a, b) <= 0;
    case '>':
      return compare(a, b) > 0;
    case '>=':
      return compare(a, b) >= 0;
    case '+':
      if (a === null) return b;
      if (b === null) return a;
      if (typeof a === 'number' && typeof b === 'number') return a + b;
      if (typeof a === 'string' && typeof b === 'string') return a + b;
      if (isArray(a) && isArray(b)) return [...a, ...b];
      if (isObject(a) && isObject(b)) return { ...a, ...b };
      break;
    case '-':
      if (typeof a === 'number' && typeof b === 'number') return a - b;
      if (isArray(a) && isArray(b)) return a.filter((each) => !b.some((other) => compare(each, other) === 0));
      break;
    case '*':
      if (typeof a === 'number' && typeof b === 'number') return a * b;
      if (typeof a === 'string' && typeof b === 'number') return b > 0 ? a.repeat(Math.max(1, Math.floor(b))) : null;
      if (isObject(a) && isObject(b)) return merge(a, b);
      break;
    case '/':
      if (typeof a === 'number' && typeof b === 'number') {
        if (b === 0) throw new JqError(`number (${shown(a)}) and number (${shown(b)}) cannot be divided because the divisor is zero`);
        return a / b;
      }
      if (typeof a === 'string' && typeof b === 'string') return a === '' ? [] : a.split(b);
      break;
    case '%':
      if (typeof a === 'number' && typeof b === 'number') {
        if (Math.trunc(b) === 0)
          throw new JqError(`number (${shown(a)}) and number (${shown(b)}) cannot be divided because the divisor is zero`);
        return Math.trunc(a) % Math.abs(Math.trunc(b));
      }
  }
  const verb = { '+': 'added', '-': 'subtracted', '*': 'multiplied', '/': 'divided', '%': 'divided' }[operator];
  throw new JqError(`${typeOf(a)} (${shown(a)}) and ${typeOf(b)} (${shown(b)}) cannot be ${verb}`);
}

function merge(a: JsonObject, b: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const old = result[key];
    result[key] = old !== undefined && isObject(old) && isObject(value) ? merge(old, value) : value;
  }
  return result;
}

interface Layout {
  readonly indent?: string;
  readonly sort?: boolean;
  readonly ascii?: boolean;
}

export function toJson(value: JsonValue, layout: Layout = {}, depth = 0): string {
  const { indent = '', sort = false, ascii = false } = layout;
  if (typeof value === 'number') return Number.isNaN(value) ? 'null' : numberText(value);
  if (typeof value === 'string') {
    const text = JSON.stringify(value).replaceAll('\x7f', '\\u007f');
    return ascii ? text.replace(/[^\x00-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`) : text;
  }
  if (value === null || typeof value === 'boolean') return String(value);
  const [open, close] = isArray(value) ? '[]' : '{}';
  const keys = isArray(value) ? [] : sort ? Object.keys(value).sort() : Object.keys(value);
  const items = isArray(value)
    ? value.map((each) => toJson(each, layout, depth + 1))
    : keys.map(
        (key) => `${toJson(key, layout)}:${indent === '' ? '' : ' '}${toJson((value as JsonObject)[key] as JsonValue, layout, depth + 1)}`,
      );
  if (items.length === 0) return `${open}${close}`;
  if (indent === '') return `${open}${items.join(',')}${close}`;
  const margin = `\n${indent.repeat(depth + 1)}`;
  return `${open}${margin}${items.join(`,${margin}`)}\n${indent.repeat(depth)}${close}`;
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '1.7976931348623157e+308';
  if (value === Number.NEGATIVE_INFINITY) return '-1.7976931348623157e+308';
  return String(value).replace(/e([-+])(\d)$/, 'e$10$2');
}
