import type { Structural } from '../../api/structural/schema.ts';
import { customParts } from '../managed/custom-shape.ts';
import type { Descriptions, Dialect } from './dialect.ts';
import { definitionName } from './names.ts';

type Definition = Record<string, unknown>;

/** A custom kind's own schema, with the envelope that every object has. */
export function customDefinition(type: string, dialect: Dialect, descriptions: Descriptions, visit: (type: string) => void): Definition {
  const { schema } = customParts(type);
  visit('ObjectMeta');
  const root = dialect === 'v2' ? '#/definitions/' : '#/components/schemas/';
  const texts = descriptions['ConfigMap'] ?? {};
  const ref = { $ref: `${root}${definitionName('ObjectMeta')}` };
  const about = texts['metadata'] ?? '';
  const metadata = { ...(about === '' ? {} : { description: about }), ...(dialect === 'v2' ? ref : { allOf: [ref] }) };
  const own = shown(schema, dialect);
  const properties = (own['properties'] ?? {}) as Definition;
  const envelope: Definition = {
    apiVersion: { description: texts['apiVersion'] ?? '', type: 'string' },
    kind: { description: texts['kind'] ?? '', type: 'string' },
    metadata,
  };
  return { ...own, properties: sorted({ ...properties, ...envelope }) };
}

/** OpenAPI v2 has no room for all that a structural schema can say. */
function shown(schema: Structural, dialect: Dialect): Definition {
  const { properties, items, additionalProperties, ...rest } = schema;
  const out: Definition = { ...rest };
  if (dialect === 'v2') {
    for (const field of ['nullable', 'oneOf', 'anyOf', 'not', 'x-kubernetes-validations']) delete out[field];
    // What may hold anything is not described further.
    if (schema['x-kubernetes-preserve-unknown-fields'] === true) return out;
  }
  if (properties !== undefined)
    out['properties'] = sorted(Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, shown(one, dialect)])));
  if (items !== undefined) out['items'] = shown(items, dialect);
  if (additionalProperties !== undefined)
    out['additionalProperties'] = typeof additionalProperties === 'object' ? shown(additionalProperties, dialect) : additionalProperties;
  return out;
}

function sorted(properties: Definition): Definition {
  return Object.fromEntries(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1)));
}
