import descriptions from '../../engine/api/generated/descriptions.json';
import { SCHEMA } from '../../engine/api/known-types.ts';
import type { FieldSchema } from '../../engine/api/schema.ts';

/** Kinds that a learner writes. */
const WRITTEN: readonly (readonly [kind: string, apiVersion: string])[] = [
  ['Pod', 'v1'],
  ['Service', 'v1'],
  ['ConfigMap', 'v1'],
  ['Secret', 'v1'],
  ['ServiceAccount', 'v1'],
  ['Namespace', 'v1'],
  ['Deployment', 'apps/v1'],
  ['ReplicaSet', 'apps/v1'],
];

type JsonSchema = Record<string, unknown>;

/** The schema the API server decodes with, as JSON Schema for the editor: same fields, same descriptions. */
export function manifestSchema(): JsonSchema {
  const texts = descriptions as Record<string, Record<string, string>>;
  const definitions: Record<string, JsonSchema> = {};
  for (const [name, type] of Object.entries(SCHEMA)) {
    definitions[name] = {
      type: 'object',
      description: texts[name]?.[''] ?? '',
      additionalProperties: false,
      properties: Object.fromEntries(
        Object.entries(type.fields).map(([field, value]) => [field, { ...convert(value), description: texts[name]?.[field] ?? '' }]),
      ),
      ...(type.required === undefined ? {} : { required: type.required }),
    };
  }
  const kinds = WRITTEN.map(([kind, apiVersion]) => {
    const definition = definitions[kind] as JsonSchema & { properties: JsonSchema };
    return {
      ...definition,
      properties: { ...definition.properties, kind: { const: kind }, apiVersion: { const: apiVersion } },
      required: ['apiVersion', 'kind', 'metadata'],
    };
  });
  return {
    definitions,
    properties: {
      kind: { enum: WRITTEN.map(([kind]) => kind) },
      apiVersion: { enum: [...new Set(WRITTEN.map(([, version]) => version))] },
    },
    required: ['apiVersion', 'kind'],
    // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own word
    allOf: kinds.map((kind, i) => ({ if: { properties: { kind: { const: WRITTEN[i]?.[0] } }, required: ['kind'] }, then: kind })),
  };
}

function convert(field: FieldSchema): JsonSchema {
  switch (field.type) {
    case 'ref':
      return { allOf: [{ $ref: `#/definitions/${field.ref}` }] };
    case 'array':
      return { type: 'array', items: convert(field.items) };
    case 'map':
      return { type: 'object', additionalProperties: convert(field.items) };
    case 'quantity':
    case 'intOrString':
      return { type: ['string', 'number'] };
    case 'time':
    case 'microTime':
      return { type: 'string', format: 'date-time' };
    case 'any':
      return {};
    default:
      return { type: field.type };
  }
}
