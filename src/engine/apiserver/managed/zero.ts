import { canonicalise } from '../../api/canonical.ts';
import type { Json, JsonObject } from '../../api/meta.ts';
import { SCHEMA } from '../../api/known-types.ts';
import { isCustomSchema } from './custom-shape.ts';

const known = new Map<string, JsonObject>();

/** The empty object of a type as Go has it: structs that are no pointers are there, and lists that are always written are null. */
export function zeroObject(type: string): JsonObject {
  let zero = known.get(type);
  if (zero === undefined) {
    zero = {};
    if (isCustomSchema(type)) return zero;
    if (SCHEMA[type]?.fields['metadata'] !== undefined) zero['metadata'] = {};
    canonicalise(zero, type);
    fillLists(zero, type);
    known.set(type, zero);
  }
  return zero;
}

function fillLists(value: JsonObject, type: string): void {
  const schema = SCHEMA[type];
  for (const [name, field] of Object.entries(schema?.fields ?? {})) {
    const item = value[name];
    if (field.type === 'ref' && isObject(item)) fillLists(item, field.ref);
    else if (item === undefined && (field.type === 'array' || field.type === 'map') && schema?.required?.includes(name) === true)
      value[name] = null;
  }
}

const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
