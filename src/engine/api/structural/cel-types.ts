import { durationOf, timestampOf } from '../../cel/time.ts';
import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, listOf, mapOf, STRING, TIMESTAMP, type Type } from '../../cel/types.ts';
import { fromJson, type Key, type Value } from '../../cel/values.ts';
import type { Json } from '../meta.ts';
import { isEmbedded, isIntOrString, isRecord, preservesUnknown, valuesOf, type Structural } from './schema.ts';

const RESERVED = new Set([
  'true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace',
  'return', 'var', 'void', 'while',
]); // prettier-ignore

/** The name of a property in an expression (`cel.Escape`); undefined for one that cannot be named. */
export function escaped(name: string): string | undefined {
  if (RESERVED.has(name)) return `__${name}__`;
  if (!/^[A-Za-z_.\-/][A-Za-z0-9_.\-/]*$/.test(name)) return undefined;
  return name.replaceAll('__', '__underscores__').replaceAll('.', '__dot__').replaceAll('-', '__dash__').replaceAll('/', '__slash__');
}

/** What a schema is to the checker (`common.SchemaDeclType`). Fields that are kept without being named cannot be spoken of. */
export function celType(schema: Structural, root: boolean, name = 'object'): Type {
  if (isIntOrString(schema)) return DYN;
  switch (schema.type) {
    case 'array':
      return listOf(schema.items === undefined ? DYN : celType(schema.items, isEmbedded(schema.items), `${name}.@items`));
    case 'object': {
      const values = valuesOf(schema);
      if (values !== undefined) return mapOf(STRING, celType(values, isEmbedded(values), `${name}.@values`));
      const fields = new Map<string, Type>();
      if (root || isEmbedded(schema)) {
        fields.set('apiVersion', STRING).set('kind', STRING);
        fields.set(
          'metadata',
          objectType(
            `${name}.metadata`,
            new Map([
              ['name', STRING],
              ['generateName', STRING],
            ]),
          ),
        );
      }
      for (const [property, below] of Object.entries(schema.properties ?? {})) {
        const known = escaped(property);
        if (known !== undefined && !fields.has(known)) fields.set(known, celType(below, isEmbedded(below), `${name}.${known}`));
      }
      if (fields.size === 0 && preservesUnknown(schema)) return objectType(name, fields);
      return objectType(name, fields);
    }
    case 'string':
      if (schema.format === 'byte') return BYTES;
      if (schema.format === 'duration') return DURATION;
      return schema.format === 'date' || schema.format === 'date-time' ? TIMESTAMP : STRING;
    case 'boolean':
      return BOOL;
    case 'integer':
      return INT;
    case 'number':
      return DOUBLE;
    default:
      return DYN;
  }
}

function objectType(name: string, fields: ReadonlyMap<string, Type>): Type {
  return { kind: 'object', name, field: (field) => fields.get(field) };
}

/** A JSON value as expressions see it: whole numbers and doubles told apart by the schema, properties under their escaped names. */
export function celValue(value: Json, schema: Structural, root: boolean): Value {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return schema.type === 'number' ? value : Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string') return text(value, schema);
  if (Array.isArray(value))
    return schema.items === undefined ? fromJson(value) : value.map((item) => below(item, schema.items as Structural));
  const values = valuesOf(schema);
  const out = new Map<Key, Value>();
  for (const [key, item] of Object.entries(value)) {
    const property = schema.properties !== undefined && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    if (values !== undefined) out.set(key, below(item, values));
    else if ((root || isEmbedded(schema)) && key === 'metadata' && isRecord(item)) out.set(key, identity(item));
    else if ((root || isEmbedded(schema)) && (key === 'apiVersion' || key === 'kind')) out.set(key, fromJson(item));
    else if (property !== undefined) out.set(escaped(key) ?? key, below(item, property));
    else if (schema.type !== 'object') out.set(key, fromJson(item));
  }
  return out;
}

const below = (value: Json, schema: Structural): Value => celValue(value, schema, false);

/** Of metadata, rules see the name only. */
function identity({ name, generateName }: Record<string, Json>): Value {
  const out = new Map<Key, Value>();
  if (typeof name === 'string') out.set('name', name);
  if (typeof generateName === 'string') out.set('generateName', generateName);
  return out;
}

function text(value: string, { type, format }: Structural): Value {
  if (type !== 'string') return value;
  switch (format) {
    case 'byte':
      return decoded(value);
    case 'duration':
      return durationOf(value) ?? value;
    case 'date-time':
      return timestampOf(value) ?? value;
    case 'date':
      return timestampOf(`${value}T00:00:00Z`) ?? value;
    default:
      return value;
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function decoded(base64: string): Uint8Array {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const c of base64) {
    const value = ALPHABET.indexOf(c);
    if (value < 0) continue;
    held = (held << 6) | value;
    bits += 6;
    if (bits >= 8) bytes.push((held >> (bits -= 8)) & 0xff);
  }
  return new Uint8Array(bytes);
}
