import { CommandError } from './errors.ts';
import { JsonPathError, parseJsonPath, relaxed } from './jsonpath.ts';
import type { JsonPath } from './jsonpath.ts';
import { parseQuantity } from './quantity.ts';
import { byCodePoint, object } from './values.ts';
import type { Json, JsonObject } from './values.ts';

/** `--sort-by` over objects. */
export function sortObjects(objects: readonly JsonObject[], expression: string): JsonObject[] {
  return sortBy(objects, expression, '*unstructured.Unstructured', (each) => each);
}

/** `--sort-by` over rows of a table that carry their objects. */
export function sortRows(rows: readonly JsonObject[], expression: string): JsonObject[] {
  return sortBy(rows, expression, '[][][]reflect.Value', (row) => object(row, 'object'));
}

function sortBy(items: readonly JsonObject[], expression: string, among: string, objectOf: (item: JsonObject) => JsonObject): JsonObject[] {
  const field = relaxed(expression);
  const path = checkedPath(field);
  const keyed = items.map((item) => ({ item, key: path.find(objectOf(item), true)[0]?.[0] }));
  if (items.length > 0 && keyed.every(({ key }) => key === undefined))
    throw new CommandError(`couldn't find any field with path "${field}" in the list of objects`);
  const wrong = keyed.length > 1 ? keyed.map(({ key }) => unsortable(key)).find((type) => type !== undefined) : undefined;
  if (wrong !== undefined)
    throw new Unsortable(`Field ${field} in ${among} is an unsortable type: interface, err: unsortable type: ${wrong}`);
  return keyed.sort((a, b) => compare(a.key, b.key)).map(({ item }) => item);
}

function checkedPath(source: string): JsonPath {
  try {
    return parseJsonPath(source);
  } catch (error) {
    throw error instanceof JsonPathError ? new CommandError(error.message) : error;
  }
}

/** Missing values first; quantities by amount, other text by its bytes. */
function compare(a: Json | undefined, b: Json | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== 'string' || typeof b !== 'string') return 0;
  const [x, y] = [parseQuantity(a), parseQuantity(b)];
  return x !== undefined && y !== undefined ? x - y : byCodePoint(a, b);
}

/** What no order is known of; upstream, it ends the program. */
export class Unsortable extends Error {}

function unsortable(value: Json | undefined): string | undefined {
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'object' && value !== null ? 'map[string]interface {}' : undefined;
}
