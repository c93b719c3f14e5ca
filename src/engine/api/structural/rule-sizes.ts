import type { Sizes } from '../../cel/estimate.ts';
import { escaped } from './cel-types.ts';
import { isEmbedded, isIntOrString, valuesOf, type Structural } from './schema.ts';

/** The largest request that is taken, whatever is configured: no value can be larger (`MaxRequestSizeBytes`). */
const REQUEST = 3 * 1024 * 1024;
const TEXT: Structural = { type: 'string' };
const IDENTITY: Structural = { type: 'object', properties: { name: TEXT, generateName: TEXT } };

/** How large what rules speak of can be, as far as its schema says: `self.items[0].name` is `self`, `items`, `@items`, `name`. */
export function sizesIn(schema: Structural, root: boolean): Sizes {
  return (path) => {
    let at: Structural | undefined = schema;
    let object = root;
    for (const step of path.slice(1)) {
      if (step === '@items' || step === '@values') at = at.items ?? valuesOf(at);
      else if (step === '@keys') {
        // Keys have no bound of their own.
        return valuesOf(at) === undefined || path.at(-1) !== step ? undefined : 0;
      } else at = property(at, step, object);
      if (at === undefined) return undefined;
      object = isEmbedded(at);
    }
    return largest(at);
  };
}

/** How often a value can be there at most, where nothing around it is bounded. */
export function mostOf(schema: Structural, root: boolean): number {
  return Math.floor(REQUEST / (smallest(schema, root) + 1));
}

function property(schema: Structural, name: string, root: boolean): Structural | undefined {
  if (root && (name === 'apiVersion' || name === 'kind')) return TEXT;
  if (root && name === 'metadata') return IDENTITY;
  const found = Object.entries(schema.properties ?? {}).find(([key]) => escaped(key) === name);
  return found?.[1];
}

/** Items, entries or characters (`MaxElements`). */
function largest(schema: Structural): number {
  if (isIntOrString(schema)) return texts(schema) ?? REQUEST - 2;
  const values = valuesOf(schema);
  switch (schema.type) {
    case 'array':
      if (schema.maxItems !== undefined) return Math.max(0, schema.maxItems);
      return schema.items === undefined ? 0 : Math.floor((REQUEST - 2) / (smallest(schema.items, isEmbedded(schema.items)) + 1));
    case 'object':
      if (values === undefined) return 0;
      if (schema.maxProperties !== undefined) return Math.max(0, schema.maxProperties);
      return Math.floor((REQUEST - 2) / (smallest(values, isEmbedded(values)) + 6));
    case 'string':
      return longest(schema);
    default:
      return 0;
  }
}

function longest(schema: Structural): number {
  switch (schema.format) {
    case 'byte':
      return schema.maxLength === undefined ? REQUEST - 2 : Math.max(0, schema.maxLength);
    case 'duration':
    case 'date-time':
      return 32;
    case 'date':
      return 12;
    default:
  }
  const bound = texts(schema);
  if (bound !== undefined) return bound;
  const choices = schema.enum ?? [];
  if (choices.length === 0) return REQUEST - 2;
  return Math.max(0, ...choices.map((one) => (typeof one === 'string' ? new TextEncoder().encode(one).length : 0)));
}

/** A character may take four bytes. */
const texts = ({ maxLength }: Structural): number | undefined => (maxLength === undefined ? undefined : Math.max(0, maxLength) * 4);

/** The least number of bytes that a value takes as JSON (`MinSerializedSize`). */
function smallest(schema: Structural, root: boolean): number {
  if (isIntOrString(schema)) return 1;
  switch (schema.type) {
    case 'object': {
      if (valuesOf(schema) !== undefined) return 2;
      let size = 2;
      for (const name of schema.required ?? []) {
        const below = property(schema, escaped(name) ?? name, root);
        if (below !== undefined && below.default === undefined) size += name.length + smallest(below, isEmbedded(below)) + 4;
      }
      return size;
    }
    case 'array':
      return 2;
    case 'string':
      if (schema.format === 'duration') return 3;
      return schema.format === 'date' ? 12 : schema.format === 'date-time' ? 21 : 2;
    case 'boolean':
      return 4;
    default:
      return 1;
  }
}
