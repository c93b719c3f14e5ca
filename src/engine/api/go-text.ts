import type { Json, JsonObject } from './meta.ts';
import { SCHEMA } from './known-types.ts';
import type { FieldSchema } from './schema.ts';

/** An object of a type as Go's encoder writes it: fields in the order of the struct, with those that have no `omitempty`; maps sorted. */
export function asGoWrites(object: JsonObject, type: string): JsonObject {
  const { fields = {}, always = [] } = SCHEMA[type] ?? {};
  const out: JsonObject = {};
  for (const [name, schema] of Object.entries(fields)) {
    const value = object[name];
    if (value !== undefined && value !== null) out[name] = valueAsGoWrites(value, schema);
    else if (always.includes(name)) out[name] = zeroOf(schema);
  }
  // What the type does not know stays where it stood: at the end.
  for (const [name, value] of Object.entries(object)) if (fields[name] === undefined) out[name] = value;
  return out;
}

/** What stands under a name in a value. */
export function fieldOf(schema: FieldSchema | undefined, name: string): FieldSchema | undefined {
  if (schema?.type === 'map') return schema.items;
  return schema?.type === 'ref' ? SCHEMA[schema.ref]?.fields[name] : undefined;
}

export function valueAsGoWrites(value: Json, schema: FieldSchema | undefined): Json {
  if (schema === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return schema.type === 'array' ? value.map((item) => valueAsGoWrites(item, schema.items)) : value;
  if (schema.type === 'ref') return asGoWrites(value, schema.ref);
  if (schema.type !== 'map') return value;
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, item]) => [key, valueAsGoWrites(item, schema.items)]));
}

function zeroOf({ type }: FieldSchema): Json {
  if (type === 'string') return '';
  if (type === 'boolean') return false;
  return type === 'integer' || type === 'number' ? 0 : null;
}
