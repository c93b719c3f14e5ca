import type { Json } from '../../api/meta.ts';

/** A value as Go's `%v` prints what JSON was read into: `map[a:1 b:[x y]]`, keys sorted. */
export function goPrint(value: Json): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goPrint).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  const keys = Object.keys(value).sort();
  return `map[${keys.map((key) => `${key}:${goPrint(value[key] as Json)}`).join(' ')}]`;
}
