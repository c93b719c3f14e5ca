import { CommandError } from './errors.ts';
import { parseJsonPath, relaxed } from './jsonpath.ts';
import { parseQuantity } from './quantity.ts';
import { object } from './values.ts';
import type { Json, JsonObject } from './values.ts';

/** `--sort-by` over objects. */
export function sortObjects(objects: readonly JsonObject[], expression: string): JsonObject[] {
  return sortBy(objects, expression, (each) => each);
}

/** `--sort-by` over rows of a table that carry their objects. */
export function sortRows(rows: readonly JsonObject[], expression: string): JsonObject[] {
  return sortBy(rows, expression, (row) => object(row, 'object'));
}

function sortBy(items: readonly JsonObject[], expression: string, objectOf: (item: JsonObject) => JsonObject): JsonObject[] {
  const path = parseJsonPath(relaxed(expression));
  const keyed = items.map((item) => ({ item, key: path.find(objectOf(item), true).flat()[0] }));
  // One alone is in order whatever it holds.
  if (items.length > 1 && keyed.every(({ key }) => key === undefined))
    throw new CommandError(`couldn't find any field with path "${relaxed(expression)}" in the list of objects`);
  return keyed.sort((a, b) => compare(a.key, b.key)).map(({ item }) => item);
}

/** Missing values first; quantities by amount; text naturally, with numbers inside counted as numbers. */
function compare(a: Json | undefined, b: Json | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [String(a), String(b)];
  const [x, y] = [parseQuantity(left), parseQuantity(right)];
  if (x !== undefined && y !== undefined) return x - y;
  if (/^\d{4}-\d\d-\d\dT/.test(left) && /^\d{4}-\d\d-\d\dT/.test(right)) return left < right ? -1 : left > right ? 1 : 0;
  return natural(left, right);
}

function natural(a: string, b: string): number {
  const [left, right] = [a.match(/\d+|\D+/g) ?? [], b.match(/\d+|\D+/g) ?? []];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const [x, y] = [left[i] as string, right[i] as string];
    if (x === y) continue;
    if (/^\d/.test(x) && /^\d/.test(y)) return Number(x) - Number(y) || x.length - y.length;
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}
