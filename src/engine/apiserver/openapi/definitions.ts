import type { Kind } from '../../api/kind.ts';
import type { FieldSchema, TypeSchema } from '../../api/schema.ts';
import { SCHEMA } from '../../api/known-types.ts';
import { isCustomSchema } from '../managed/custom-shape.ts';
import { isAtomicMap, isAtomicType, listTypeOf, mergeKeyOf, patchStrategyOf } from '../patch/merge-keys.ts';
import { customDefinition } from './custom-definition.ts';
import type { Descriptions, Dialect } from './dialect.ts';
import { enumOf } from './enums.ts';
import { definitionName } from './names.ts';

export type { Descriptions, Dialect };

type Definition = Record<string, unknown>;

// Types that the schema knows as kinds of values. Free-form objects are told by the field they stand in.
const WELL_KNOWN: Readonly<Record<string, Definition>> = {
  FieldsV1: {
    description:
      'Fields of an object that a manager has set, as a tree: `f:` a field, `k:` an element by its keys, `v:` a value, `.` the thing itself.',
    type: 'object',
  },
  ListMeta: {
    description: 'Metadata of a list.',
    type: 'object',
    properties: {
      continue: { description: 'Set when there is more: give it back to get the next page.', type: 'string' },
      remainingItemCount: { description: 'How many items come after this page, where that is known.', type: 'integer', format: 'int64' },
      resourceVersion: { description: 'The revision at which the list was read; a watch goes on from there.', type: 'string' },
      selfLink: { description: 'No longer set by the server.', type: 'string' },
    },
  },
  MicroTime: { description: 'A point in time, to the microsecond.', type: 'string', format: 'date-time' },
  RawExtension: { description: 'Any object.', type: 'object' },
  Time: { description: 'A point in time, to the second.', type: 'string', format: 'date-time' },
};
const FREE_FORM: Readonly<Record<string, string>> = {
  'ManagedFieldsEntry.fieldsV1': 'FieldsV1',
  'AllocatedDeviceStatus.data': 'RawExtension',
  'ControllerRevision.data': 'RawExtension',
  'OpaqueDeviceConfiguration.parameters': 'RawExtension',
};

/** Definitions of the types named and of all they lead to, by OpenAPI name, sorted. */
export function definitions(
  roots: readonly string[],
  kinds: readonly Kind[],
  dialect: Dialect,
  descriptions: Descriptions,
): Record<string, Definition> {
  const out = new Map<string, Definition>();
  const queue = [...roots];
  for (let type = queue.pop(); type !== undefined; type = queue.pop()) {
    const name = definitionName(type);
    if (out.has(name)) continue;
    out.set(
      name,
      define(type, dialect, descriptions, (other) => queue.push(other)),
    );
    const kind = kinds.find(({ schema }) => schema === type);
    const groupVersionKind = kind ?? QUESTION_KINDS[type];
    const definition = out.get(name) as Definition;
    if (groupVersionKind !== undefined) definition['x-kubernetes-group-version-kind'] = [gvkOf(groupVersionKind)];
    if (kind === undefined) continue;
    queue.push('ListMeta');
    out.set(`${name}List`, list(kind, dialect, descriptions));
  }
  return Object.fromEntries([...out].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Kinds that are asked or posted below others. */
const QUESTION_KINDS: Readonly<Record<string, { group: string; version: string; kind: string }>> = {
  Binding: { group: '', version: 'v1', kind: 'Binding' },
  Eviction: { group: 'policy', version: 'v1', kind: 'Eviction' },
  LocalSubjectAccessReview: { group: 'authorization.k8s.io', version: 'v1', kind: 'LocalSubjectAccessReview' },
  Scale: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
  SelfSubjectAccessReview: { group: 'authorization.k8s.io', version: 'v1', kind: 'SelfSubjectAccessReview' },
  SelfSubjectReview: { group: 'authentication.k8s.io', version: 'v1', kind: 'SelfSubjectReview' },
  SelfSubjectRulesReview: { group: 'authorization.k8s.io', version: 'v1', kind: 'SelfSubjectRulesReview' },
  SubjectAccessReview: { group: 'authorization.k8s.io', version: 'v1', kind: 'SubjectAccessReview' },
  TokenRequest: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
  TokenReview: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenReview' },
};

export function gvkOf({ group, version, kind }: { group: string; version: string; kind: string }): {
  group: string;
  version: string;
  kind: string;
} {
  return { group, kind, version };
}

function define(type: string, dialect: Dialect, descriptions: Descriptions, visit: (type: string) => void): Definition {
  const texts = descriptions[type] ?? {};
  const own = texts[''] === undefined || texts[''] === '' ? {} : { description: texts[''] };
  if (type === 'IntOrString') {
    const shape = dialect === 'v2' ? { type: 'string' } : { oneOf: [{ type: 'integer' }, { type: 'string' }] };
    return { description: 'A number or a text.', ...own, format: 'int-or-string', ...shape };
  }
  if (type === 'Quantity') {
    const shape = dialect === 'v2' ? { type: 'string' } : { oneOf: [{ type: 'string' }, { type: 'number' }] };
    return { description: 'A number with a suffix: `100m`, `1.5`, `64Mi`, `2G`, `1e3`.', ...own, ...shape };
  }
  if (isCustomSchema(type)) return customDefinition(type, dialect, descriptions, visit);
  const known = WELL_KNOWN[type];
  if (known !== undefined) return { ...known, ...own };
  const { fields, required } = SCHEMA[type] as TypeSchema;
  const properties = Object.fromEntries(
    Object.entries(fields)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([field, schema]) => [
        field,
        property(type, field, schema, required?.includes(field) === true, texts[field] ?? '', dialect, visit),
      ]),
  );
  return {
    ...own,
    type: 'object',
    ...(required === undefined ? {} : { required }),
    properties,
    ...(isAtomicType(type) ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  };
}

function property(
  type: string,
  field: string,
  schema: FieldSchema,
  required: boolean,
  description: string,
  dialect: Dialect,
  visit: (type: string) => void,
): Definition {
  const shape =
    schema.type === 'any' && FREE_FORM[`${type}.${field}`] !== undefined
      ? reference(FREE_FORM[`${type}.${field}`] as string, dialect, visit)
      : value(schema, dialect, visit, enumOf(type, field));
  const about = description === '' ? {} : { description };
  const strategy = patchStrategyOf(type, field);
  const mergeKey = mergeKeyOf(type, field);
  const listType = listTypeOf(type, field);
  const zero = dialect === 'v3' ? defaultOf(type, field, schema, required) : undefined;
  // OpenAPI 3.0 has no room beside a $ref; it is wrapped.
  const body = dialect === 'v3' && '$ref' in shape ? { allOf: [shape] } : shape;
  return {
    ...about,
    ...body,
    ...(zero === undefined ? {} : { default: zero }),
    ...(listType?.type === 'map' ? { 'x-kubernetes-list-map-keys': listType.keys } : {}),
    ...(listType === undefined ? {} : { 'x-kubernetes-list-type': listType.type }),
    ...(isAtomicMap(type, field) ? { 'x-kubernetes-map-type': 'atomic' } : {}),
    ...(mergeKey === undefined || mergeKey === '' ? {} : { 'x-kubernetes-patch-merge-key': mergeKey }),
    ...(strategy === undefined ? {} : { 'x-kubernetes-patch-strategy': strategy }),
  };
}

function value(schema: FieldSchema, dialect: Dialect, visit: (type: string) => void, values?: readonly string[]): Definition {
  const only = values === undefined ? {} : { enum: values };
  switch (schema.type) {
    case 'string':
      return schema.format === undefined ? { type: 'string', ...only } : { type: 'string', format: schema.format };
    case 'boolean':
      return { type: 'boolean' };
    case 'integer':
      return { type: 'integer', format: schema.format };
    case 'number':
      return { type: 'number', format: 'double' };
    case 'quantity':
      return reference('Quantity', dialect, visit);
    case 'intOrString':
      return reference('IntOrString', dialect, visit);
    case 'time':
      return reference('Time', dialect, visit);
    case 'microTime':
      return reference('MicroTime', dialect, visit);
    case 'any':
      return { type: 'object' };
    case 'ref':
      return reference(schema.ref, dialect, visit);
    case 'array':
      return { type: 'array', items: element(schema.items, dialect, visit, values) };
    case 'map':
      return { type: 'object', additionalProperties: element(schema.items, dialect, visit, values) };
  }
}

function element(schema: FieldSchema, dialect: Dialect, visit: (type: string) => void, values?: readonly string[]): Definition {
  const shape = value(schema, dialect, visit, values);
  if (dialect === 'v2') return shape;
  if ('$ref' in shape) return { allOf: [shape], default: {} };
  return schema.type === 'string' && schema.format === undefined ? { ...shape, default: '' } : shape;
}

function reference(type: string, dialect: Dialect, visit: (type: string) => void): Definition {
  visit(type);
  return { $ref: `${dialect === 'v2' ? '#/definitions/' : '#/components/schemas/'}${definitionName(type)}` };
}

// Fields that are no pointers have their zero value as default, a few a better one.
function defaultOf(type: string, field: string, schema: FieldSchema, required: boolean): unknown {
  if (field === 'protocol' && (type === 'ContainerPort' || type === 'ServicePort')) return 'TCP';
  if (schema.type === 'ref') return ['metadata', 'spec', 'status', 'template', 'resources'].includes(field) ? {} : undefined;
  if (!required) return undefined;
  return schema.type === 'string' ? '' : schema.type === 'integer' ? 0 : schema.type === 'boolean' ? false : undefined;
}

function list(kind: Kind, dialect: Dialect, descriptions: Descriptions): Definition {
  const texts = descriptions[`${kind.schema}List`] ?? {};
  const about = (field: string): Definition => (texts[field] === undefined || texts[field] === '' ? {} : { description: texts[field] });
  const ref = (type: string): Definition => reference(type, dialect, () => undefined);
  const wrap = (shape: Definition): Definition => (dialect === 'v2' ? shape : { allOf: [shape], default: {} });
  return {
    description: `${kind.kind}List is a list of ${kind.kind} objects.`,
    ...about(''),
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { ...about('apiVersion'), type: 'string' },
      items: { ...about('items'), type: 'array', items: wrap(ref(kind.schema)) },
      kind: { ...about('kind'), type: 'string' },
      metadata: { ...about('metadata'), ...wrap(ref('ListMeta')) },
    },
    'x-kubernetes-group-version-kind': [gvkOf({ ...kind, kind: `${kind.kind}List` })],
  };
}
