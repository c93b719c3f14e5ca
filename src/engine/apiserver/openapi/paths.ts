import type { Kind } from '../../api/kind.ts';
import { JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH } from '../patch/index.ts';
import { gvkOf, type Dialect } from './definitions.ts';
import { definitionName } from './names.ts';

type Item = Record<string, unknown>;

const PATCHES = [JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH];
const PRODUCES = ['application/json', 'application/yaml'];

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly description: string;
}
const text = (name: string, description: string): Parameter => ({ name, type: 'string', description });
const LIST: readonly Parameter[] = [
  { name: 'allowWatchBookmarks', type: 'boolean', description: 'Ask for BOOKMARK events in a watch.' },
  text('continue', 'Where the last page ended.'),
  text('fieldSelector', 'Restrict to objects with these field values.'),
  text('labelSelector', 'Restrict to objects with these labels.'),
  { name: 'limit', type: 'integer', description: 'Most items a page may have.' },
  text('resourceVersion', 'The revision to read or to watch from.'),
  text('resourceVersionMatch', 'How the revision is meant.'),
  { name: 'timeoutSeconds', type: 'integer', description: 'When to end the request.' },
  { name: 'watch', type: 'boolean', description: 'Go on with changes.' },
];
const WRITE: readonly Parameter[] = [
  text('dryRun', 'With `All` nothing is stored.'),
  text('fieldManager', 'Who writes.'),
  text('fieldValidation', 'What to do about unknown and repeated fields: Ignore, Warn or Strict.'),
];
const DELETE: readonly Parameter[] = [
  text('dryRun', 'With `All` nothing is deleted.'),
  { name: 'gracePeriodSeconds', type: 'integer', description: 'How long the object may take to end.' },
  text('propagationPolicy', 'What becomes of dependents: Orphan, Background or Foreground.'),
];

/** Paths of a kind: its collections, its objects, and their status and scale. */
export function pathsOf(kind: Kind, dialect: Dialect): Record<string, Item> {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const collection = `${root}${kind.namespaced ? '/namespaces/{namespace}' : ''}/${kind.resource}`;
  const op = operations(kind, dialect);
  const scope = kind.namespaced ? ['namespace'] : [];
  const paths: Record<string, Item> = {
    [collection]: {
      ...(kind.verbs.includes('list') ? { get: op('list', `${kind.schema}List`, LIST) } : {}),
      ...(kind.verbs.includes('create') ? { post: op('post', kind.schema, WRITE, ['application/json', 'application/yaml']) } : {}),
      ...(kind.verbs.includes('deletecollection') ? { delete: op('deletecollection', undefined, [...DELETE, ...LIST]) } : {}),
      parameters: places(scope, dialect),
    },
    [`${collection}/{name}`]: {
      ...changes(op, kind.schema),
      ...(kind.verbs.includes('delete') ? { delete: op('delete', undefined, DELETE) } : {}),
      parameters: places(['name', ...scope], dialect),
    },
  };
  if (kind.namespaced && kind.verbs.includes('list')) {
    paths[`${root}/${kind.resource}`] = { get: op('list', `${kind.schema}List`, LIST) };
  }
  if (kind.subresources.status !== undefined) {
    paths[`${collection}/{name}/status`] = { ...changes(op, kind.schema), parameters: places(['name', ...scope], dialect) };
  }
  if (kind.subresources.scale !== undefined) {
    const scale = operations({ group: 'autoscaling', version: 'v1', kind: 'Scale' }, dialect);
    paths[`${collection}/{name}/scale`] = { ...changes(scale, 'Scale'), parameters: places(['name', ...scope], dialect) };
  }
  return paths;
}

type MakeOperation = (action: string, type: string | undefined, parameters: readonly Parameter[], consumes?: readonly string[]) => Item;

function changes(op: MakeOperation, type: string): Item {
  return {
    get: op('get', type, []),
    put: op('put', type, WRITE, PRODUCES),
    patch: op('patch', type, [...WRITE, { name: 'force', type: 'boolean', description: 'Take over fields of other managers.' }], PATCHES),
  };
}

function operations(kind: { group: string; version: string; kind: string }, dialect: Dialect): MakeOperation {
  return (action, type, parameters, consumes) => {
    const schema =
      type === undefined ? undefined : { $ref: `${dialect === 'v2' ? '#/definitions/' : '#/components/schemas/'}${listName(type)}` };
    const marks = { 'x-kubernetes-action': action, 'x-kubernetes-group-version-kind': gvkOf(kind) };
    const code = action === 'post' ? '201' : '200';
    if (dialect === 'v2') {
      const body =
        consumes === undefined
          ? []
          : [{ name: 'body', in: 'body', required: true, schema: action === 'patch' ? { type: 'object' } : schema }];
      return {
        ...(consumes === undefined ? {} : { consumes }),
        produces: PRODUCES,
        parameters: [...body, ...parameters.map((parameter) => ({ ...parameter, in: 'query', uniqueItems: true }))],
        responses: { [code]: { description: 'OK', ...(schema === undefined ? {} : { schema }) } },
        ...marks,
      };
    }
    const content = (media: readonly string[], body: unknown): Item => Object.fromEntries(media.map((one) => [one, { schema: body }]));
    return {
      parameters: parameters.map(({ name, type: primitive, description }) => ({
        name,
        in: 'query',
        description,
        schema: { type: primitive, uniqueItems: true },
      })),
      ...(consumes === undefined
        ? {}
        : { requestBody: { content: content(consumes, action === 'patch' ? { type: 'object' } : schema), required: true } }),
      responses: { [code]: { description: 'OK', ...(schema === undefined ? {} : { content: content(PRODUCES, schema) }) } },
      ...marks,
    };
  };
}

function places(names: readonly string[], dialect: Dialect): Item[] {
  return names.map((name) => ({
    name,
    in: 'path',
    required: true,
    ...(dialect === 'v2' ? { type: 'string', uniqueItems: true } : { schema: { type: 'string', uniqueItems: true } }),
  }));
}

function listName(type: string): string {
  return type.endsWith('List') ? `${definitionName(type.slice(0, -4))}List` : definitionName(type);
}
