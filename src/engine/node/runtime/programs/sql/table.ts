import type { Value } from './syntax.ts';

/** A value as psql and mysql print it; what NULL is differs. */
export function textOf(value: Value, nothing: string): string {
  if (value === null) return nothing;
  if (value === true) return 't';
  if (value === false) return 'f';
  return typeof value === 'number' && !Number.isInteger(value) ? String(Number(value.toPrecision(15))) : String(value);
}
