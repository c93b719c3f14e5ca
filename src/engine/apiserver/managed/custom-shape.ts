import type { Structural } from '../../api/structural/schema.ts';
import { isIntOrString, preservesUnknown, valuesOf } from '../../api/structural/schema.ts';
import type { Shape } from './shape-type.ts';

const PREFIX = 'custom:';

/** The name of a type that a definition made: its name in OpenAPI, and the schema itself. */
export function customSchema(name: string, schema: Structural): string {
  return `${PREFIX}${name}:${JSON.stringify(schema)}`;
}

/** The two parts of such a name. */
export function customParts(type: string): { readonly name: string; readonly schema: Structural } {
  const colon = type.indexOf(':', PREFIX.length);
  return { name: type.slice(PREFIX.length, colon), schema: JSON.parse(type.slice(colon + 1)) as Structural };
}

export const isCustomSchema = (type: string): boolean => type.startsWith(PREFIX);

/** The shape of such a type. `metadata` is that of every object. */
export function customShape(type: string, metadata: Shape): Shape {
  const { schema } = customParts(type);
  const text: Shape = { kind: 'scalar', scalar: 'string' };
  const own = shapeOf(schema);
  if (own.kind !== 'struct') return own;
  return {
    ...own,
    field: (name) => (name === 'apiVersion' || name === 'kind' ? text : name === 'metadata' ? metadata : own.field(name)),
  };
}

const ANY: Shape = { kind: 'any' };

function shapeOf(schema: Structural): Shape {
  if (isIntOrString(schema)) return { kind: 'scalar', scalar: 'untyped' };
  switch (schema.type) {
    case 'array': {
      const list = schema['x-kubernetes-list-type'] ?? 'atomic';
      const element = schema.items === undefined ? ANY : shapeOf(schema.items);
      const keys = schema['x-kubernetes-list-map-keys'] ?? [];
      return { kind: 'list', list: list === 'map' || list === 'set' ? list : 'atomic', keys: list === 'map' ? keys : [], element };
    }
    case 'object': {
      const atomic = schema['x-kubernetes-map-type'] === 'atomic';
      const values = valuesOf(schema);
      if (schema.properties === undefined) {
        if (values !== undefined) return { kind: 'map', atomic, element: shapeOf(values) };
        if (preservesUnknown(schema) || schema.additionalProperties === true) return { kind: 'map', atomic, element: ANY };
      }
      const fields = new Map<string, Shape>();
      return {
        kind: 'struct',
        atomic,
        field: (name) => {
          let shape = fields.get(name);
          if (shape !== undefined) return shape;
          const property = schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
          if (property !== undefined) fields.set(name, (shape = shapeOf(property)));
          else if (preservesUnknown(schema) || schema['x-kubernetes-embedded-resource'] === true) shape = ANY;
          return shape;
        },
      };
    }
    case 'boolean':
      return { kind: 'scalar', scalar: 'boolean' };
    case 'integer':
    case 'number':
      return { kind: 'scalar', scalar: 'numeric' };
    case 'string':
      return { kind: 'scalar', scalar: 'string' };
    default:
      return ANY;
  }
}
