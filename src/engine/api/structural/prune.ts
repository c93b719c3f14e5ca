import type { Json, JsonObject } from '../meta.ts';
import { child, ENVELOPE, isEmbedded, isRecord, preservesUnknown, valuesOf, type Structural } from './schema.ts';

/**
 * Takes away what a schema does not name (`pruning.Prune`), in place; tells the paths. `root` is an object of its own, whose
 * envelope is known without being named.
 */
export function prune(value: Json, schema: Structural, root: boolean): string[] {
  const unknown: string[] = [];
  walk(value, schema, root, '', unknown);
  return unknown;
}

function walk(value: Json, schema: Structural, root: boolean, path: string, unknown: string[]): void {
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const [index, item] of value.entries()) into(item, schema.items, `${path}[${index}]`, unknown);
    return;
  }
  if (!isRecord(value)) return;
  const values = valuesOf(schema);
  for (const key of Object.keys(value)) {
    if (root && ENVELOPE.has(key)) continue;
    const at = child(path, key);
    const property = schema.properties !== undefined && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    if (property !== undefined) into(value[key] as Json, property, at, unknown);
    else if (values !== undefined) into(value[key] as Json, values, at, unknown);
    else if (!preservesUnknown(schema) && schema.additionalProperties !== true) {
      delete value[key];
      unknown.push(at);
    }
  }
}

function into(value: Json, schema: Structural, path: string, unknown: string[]): void {
  walk(value, schema, isEmbedded(schema), path, unknown);
}

/** Fills in defaults, in place, and drops nulls of fields that may not be null (`defaulting.Default`). */
export function applyDefaults(value: Json, schema: Structural): void {
  if (Array.isArray(value)) {
    if (schema.items === undefined) return;
    for (const [index, item] of value.entries()) {
      if (item === null && schema.items.nullable !== true && schema.items.default !== undefined) value[index] = clone(schema.items.default);
      applyDefaults(value[index] as Json, schema.items);
    }
    return;
  }
  if (!isRecord(value)) return;
  const values = valuesOf(schema);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const now = value[name];
    if (now !== undefined && (now !== null || property.nullable === true)) continue;
    if (property.default !== undefined) value[name] = clone(property.default);
    else if (now === null) delete value[name];
  }
  for (const key of Object.keys(value)) {
    const property = schema.properties?.[key] ?? values;
    if (property === undefined) continue;
    if (value[key] === null && property === values && property.nullable !== true) {
      if (property.default === undefined) delete value[key];
      else value[key] = clone(property.default);
    }
    if (value[key] !== undefined) applyDefaults(value[key] as Json, property);
  }
}

/** Visits every embedded resource below a value. */
export function embedded(value: Json, schema: Structural, visit: (object: JsonObject, path: string) => void, path = ''): void {
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const [index, item] of value.entries()) found(item, schema.items, visit, `${path}[${index}]`);
    return;
  }
  if (!isRecord(value)) return;
  const values = valuesOf(schema);
  for (const key of Object.keys(value)) {
    const property = schema.properties?.[key] ?? values;
    if (property !== undefined) found(value[key] as Json, property, visit, child(path, key));
  }
}

function found(value: Json, schema: Structural, visit: (object: JsonObject, path: string) => void, path: string): void {
  if (isEmbedded(schema) && isRecord(value)) visit(value, path);
  embedded(value, schema, visit, path);
}

function clone(value: Json): Json {
  if (Array.isArray(value)) return value.map(clone);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, clone(item)]));
}
