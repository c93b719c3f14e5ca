import type { Json, JsonObject } from '../../api/meta.ts';
import type { FieldSchema } from '../../api/schema.ts';
import { SCHEMA } from '../../api/known-types.ts';
import { customShape, isCustomSchema } from './custom-shape.ts';
import type { Shape } from './shape-type.ts';
import { isAtomicMap, isAtomicType, listTypeOf } from '../patch/merge-keys.ts';

export type { Shape };

const STRING: Shape = { kind: 'scalar', scalar: 'string' };
const BOOLEAN: Shape = { kind: 'scalar', scalar: 'boolean' };
const NUMERIC: Shape = { kind: 'scalar', scalar: 'numeric' };
const UNTYPED: Shape = { kind: 'scalar', scalar: 'untyped' };
const ANY: Shape = { kind: 'any' };
export const ANY_MAP: Shape = { kind: 'map', atomic: false, element: ANY };
export const ANY_LIST: Shape = { kind: 'list', list: 'atomic', keys: [], element: ANY };

const structs = new Map<string, Shape>();

/** The shape of a type of the schema. */
export function shapeOf(type: string): Shape {
  let shape = structs.get(type);
  if (shape === undefined) structs.set(type, (shape = isCustomSchema(type) ? customShape(type, shapeOf('ObjectMeta')) : struct(type)));
  return shape;
}

/** What free-form values are treated as; other shapes are themselves. */
export function deduced(shape: Shape, value: Json | undefined): Shape {
  if (shape.kind !== 'any') return shape;
  if (Array.isArray(value)) return ANY_LIST;
  return typeof value === 'object' && value !== null ? ANY_MAP : UNTYPED;
}

// An item without this key counts as having it so (`x-kubernetes` defaults of keys: ContainerPort's and ServicePort's).
const KEY_DEFAULTS: Readonly<Record<string, Json>> = { protocol: 'TCP' };

/** The element of a path that names an item of a list. */
export function itemStep(shape: Shape & { kind: 'list' }, item: Json): string {
  if (shape.list === 'set' || typeof item !== 'object' || item === null || Array.isArray(item)) return `v:${JSON.stringify(item)}`;
  if (shape.keys.length === 1) {
    const key = shape.keys[0] as string;
    const value = item[key] ?? KEY_DEFAULTS[key];
    return value === undefined ? 'k:{}' : `k:{${JSON.stringify(key)}:${JSON.stringify(value)}}`;
  }
  const keys: JsonObject = {};
  for (const key of [...shape.keys].sort()) {
    const value = item[key] ?? KEY_DEFAULTS[key];
    if (value !== undefined) keys[key] = value;
  }
  return `k:${JSON.stringify(keys)}`;
}

function struct(type: string): Shape {
  const schema = SCHEMA[type];
  if (schema === undefined) return ANY;
  const fields = new Map<string, Shape>();
  return {
    kind: 'struct',
    atomic: isAtomicType(type),
    field: (name) => {
      let shape = fields.get(name);
      if (shape !== undefined || !Object.hasOwn(schema.fields, name)) return shape;
      fields.set(name, (shape = ofField(type, name, schema.fields[name] as FieldSchema)));
      return shape;
    },
  };
}

function ofField(type: string, name: string, schema: FieldSchema): Shape {
  if (schema.type === 'array') {
    const list = listTypeOf(type, name);
    return {
      kind: 'list',
      list: list?.type ?? 'atomic',
      keys: list?.type === 'map' ? list.keys : [],
      element: ofValue(schema.items),
    };
  }
  if (schema.type === 'map') return { kind: 'map', atomic: isAtomicMap(type, name), element: ofValue(schema.items) };
  return ofValue(schema);
}

function ofValue(schema: FieldSchema): Shape {
  switch (schema.type) {
    case 'ref':
      return shapeOf(schema.ref);
    case 'array':
      return { kind: 'list', list: 'atomic', keys: [], element: ofValue(schema.items) };
    case 'map':
      return { kind: 'map', atomic: false, element: ofValue(schema.items) };
    case 'any':
      return ANY;
    case 'boolean':
      return BOOLEAN;
    case 'integer':
    case 'number':
      return NUMERIC;
    case 'quantity':
    case 'intOrString':
      return UNTYPED;
    default:
      return STRING;
  }
}
