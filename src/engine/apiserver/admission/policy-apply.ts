import type { Json, JsonObject } from '../../api/meta.ts';
import { isObject } from '../managed/compare.ts';
import { mergeTyped } from '../managed/merge.ts';
import { deduced, shapeOf, type Shape } from '../managed/shape.ts';
import { typeFaults } from '../managed/validate.ts';

/** A configuration that cannot be laid over an object. */
export class ApplyFault extends Error {}

/** Lays what a policy made over an object. Nobody comes to own it (`patch.ApplyStructuredMergeDiff`). */
export function applyToObject(object: JsonObject, configuration: JsonObject, schema: string): JsonObject {
  const shape = shapeOf(schema);
  const patch = { ...configuration, apiVersion: object['apiVersion'] ?? null, kind: object['kind'] ?? null };
  const faults = typeFaults(patch, shape);
  if (faults !== undefined) throw new ApplyFault(`failed to convert patch object to typed object: ${faults}`);
  const whole = atomics(patch, shape, '');
  if (whole.length > 0)
    throw new ApplyFault(`invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${whole.join(', ')}`);
  return mergeTyped(object, patch, shape) as JsonObject;
}

/** What would be replaced whole: a policy that means to add to it would remove the rest. */
function atomics(value: Json, given: Shape, path: string): string[] {
  const shape = deduced(given, value);
  if (shape.kind === 'list' && Array.isArray(value)) {
    const out = shape.list === 'atomic' ? [path] : [];
    for (const [index, item] of value.entries()) out.push(...atomics(item, shape.element, `${path}[${index}]`));
    return out;
  }
  if ((shape.kind !== 'struct' && shape.kind !== 'map') || !isObject(value)) return [];
  const out = shape.atomic ? [path] : [];
  if (shape.kind === 'struct')
    for (const [key, item] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
      const field = shape.field(key);
      if (field !== undefined) out.push(...atomics(item, field, `${path}.${key}`));
    }
  return out;
}
