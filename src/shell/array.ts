import { encode } from '../engine/os/text.ts';

/** An array variable: keys are numbers written out, or any text when it is associative. */
export interface ArrayValue {
  readonly associative: boolean;
  readonly items: ReadonlyMap<string, string>;
}

export const EMPTY_ARRAY: ArrayValue = { associative: false, items: new Map() };

/** The elements in the order in which bash shows them. */
export function entriesOf({ associative, items }: ArrayValue): [string, string][] {
  const entries = [...items];
  if (!associative) return entries.sort(([a], [b]) => Number(a) - Number(b));
  // hashlib.c: by bucket, and in a bucket the newest first.
  return entries
    .reverse()
    .map((entry) => [bucketOf(entry[0]), entry] as const)
    .sort(([a], [b]) => a - b)
    .map(([, entry]) => entry);
}

/** FNV-1 over the bytes, in bash's 1024 buckets. */
function bucketOf(key: string): number {
  let hash = 0x811c9dc5;
  for (const byte of encode(key)) hash = Math.imul(hash, 0x01000193) ^ byte;
  return hash & 1023;
}

export function arrayOf(values: readonly string[]): ArrayValue {
  return { associative: false, items: new Map(values.map((value, i) => [String(i), value])) };
}

export function withElement(array: ArrayValue, key: string, value: string): ArrayValue {
  return { ...array, items: new Map(array.items).set(key, value) };
}
