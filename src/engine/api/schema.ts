import type { Json } from './meta.ts';

/** What a field of a type holds, enough to decode, to check strictly and to merge. */
export type FieldSchema =
  | { type: 'string'; format?: 'byte' }
  | { type: 'boolean' }
  | { type: 'integer'; format: 'int32' | 'int64' }
  | { type: 'number' }
  | { type: 'quantity' }
  | { type: 'intOrString' }
  | { type: 'time' }
  | { type: 'microTime' }
  /** Free-form JSON (RawExtension, JSON). */
  | { type: 'any' }
  | { type: 'ref'; ref: string }
  | { type: 'array'; items: FieldSchema }
  | { type: 'map'; items: FieldSchema };

export interface TypeSchema {
  fields: Record<string, FieldSchema>;
  required?: string[];
  /** Scalars that are pointers in Go: their zero value is not the same as their absence. With `always` and `structs`: known for all types but the oldest. */
  pointers?: string[];
  /** Written even when not set, as they have no `omitempty`. */
  always?: string[];
  /** Structs held by value: `{}` is written where they are absent. */
  structs?: string[];
  /** Texts that have a named type in Go, which error texts name. */
  named?: Record<string, string>;
  /** Fields' names in Go, where they are more than the name with a capital. */
  names?: Record<string, string>;
}

/** By type name: Kubernetes' own, without version prefix (`PodSpec`, `ObjectMeta`). */
export type Schema = Record<string, TypeSchema>;

/** The zero value of a scalar in Go; null for all else. */
export function zeroOfScalar({ type }: FieldSchema): Json {
  switch (type) {
    case 'string':
      return '';
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
    case 'intOrString':
      return 0;
    default:
      return null;
  }
}
