import { KINDS } from './api/kinds/index.ts';
import { apiVersion, type Kind } from './api/kind.ts';
import type { Json, JsonObject } from './api/meta.ts';
import type { FieldSchema } from './api/schema.ts';
import { SCHEMA } from './api/known-types.ts';
import type { ApiRequest } from './apiserver/types.ts';
import { SAMPLES } from './fuzz-samples.ts';

/**
 * Makes requests out of a list of numbers: each number is one choice, and where the list ends the first, simplest choice is
 * made. So whatever shortens or lowers the numbers makes simpler requests, and a failing list shrinks by itself.
 */
export class Choices {
  #at = 0;

  constructor(readonly numbers: ArrayLike<number>) {}

  get over(): boolean {
    return this.#at >= this.numbers.length;
  }

  below(n: number): number {
    return (this.numbers[this.#at++] ?? 0) % n;
  }

  /** True once in `n`, and never when choices have run out. */
  once(n: number): boolean {
    return this.below(n) === n - 1;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T;
  }
}

const NAMES = ['a', 'a', 'a', 'b', 'default', 'kubernetes', 'n1'];
const NASTY = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '..', '.', '%2e%2e', '%', '%00', '%2F', '', ' ', 'A', 'ä', '*', 'x'.repeat(300), '-1', '💥', '\u0000', 'a'.repeat(254)]; // prettier-ignore
const NUMBERS = [0, 1, -1, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, 1e21, 0.5, 65_536, 1e308];
const TEXTS = ['', 'a', 'Always', '1', '-1', '100m', '1e1000', '10.0.0.1', '::1', '10.0.0.0/8', '50%', '150%', '2026-01-05T09:00:00Z', '* * * * *', 'a=b', 'a/b', 'k8s.io/a', 'kubernetes.io/x', 'true', '{}', '$(A)', '/', '../..', 'TCP', 'Exists', 'In', '[0]', '\n', 'x'.repeat(70)]; // prettier-ignore
const PATCHES = [
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/json-patch+json',
  'application/apply-patch+yaml',
];
const BODIES = ['application/json', 'application/yaml', '', '*/*', 'application/json; charset=utf-8', 'application/vnd.kubernetes.protobuf', 'text/plain', 'application/apply-patch+cbor']; // prettier-ignore
const ACCEPTS = [
  'application/json', 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json', 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,*/*',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', 'application/yaml', '*/*', '', 'text/html', 'application/vnd.kubernetes.protobuf', ';;,/;q=x',
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
]; // prettier-ignore
const METHODS = ['POST', 'GET', 'PUT', 'PATCH', 'DELETE', 'POST', 'PATCH', 'POST', 'PUT', 'PATCH', 'HEAD', 'OPTIONS', 'get', ''];
const SUBRESOURCES = ['status', 'scale', 'log', 'exec', 'attach', 'portforward', 'eviction', 'binding', 'token', 'finalize', 'ephemeralcontainers', 'resize', 'proxy', 'approval', 'nothing', '__proto__']; // prettier-ignore
const OTHER_PATHS = [
  '/', '/api', '/apis', '/api/v1', '/apis/apps/v1', '/version', '/healthz', '/livez', '/readyz', '/metrics', '/openapi/v3', '/openapi/v2', '/openapi/v3/api/v1',
  '/.well-known/openid-configuration', '/apis/nope', '/apis/apps/v2', '/api/v1/nope', '//', '/api//v1/pods', '/api/v1/watch/pods', '/api/v1/watch/namespaces/default/pods/a',
  '/api/v1/componentstatuses', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
  '/apis/authorization.k8s.io/v1/subjectaccessreviews', '/apis/authentication.k8s.io/v1/tokenreviews', '/apis/authentication.k8s.io/v1/selfsubjectreviews',
  '/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews', '/api/v1/namespaces/default/bindings', '/logs', '/flagz', '/statusz', 'nothing', '',
]; // prettier-ignore
const QUERY: readonly (readonly [string, readonly string[]])[] = [
  ['fieldValidation', ['Strict', 'Warn', 'Ignore', 'x', '']],
  ['dryRun', ['All', 'x', '']],
  ['fieldManager', ['me', '', 'x'.repeat(200)]],
  ['force', ['true', 'false', 'x']],
  ['limit', ['1', '0', '-1', 'x', '99999999999999999999', '500']],
  ['continue', ['bad', 'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0', '', 'bnVsbA', 'e30', '%%%']],
  ['resourceVersion', ['', '0', '1', '5', 'x', '-1', '999999999', '99999999999999999999999']],
  ['resourceVersionMatch', ['Exact', 'NotOlderThan', 'x', '']],
  ['labelSelector', ['a=b', 'a!=b', 'a in (b,c)', '!a', 'a', ',', 'a in (', '=', 'a==b,c', '((', 'a>1', '💥']],
  ['fieldSelector', ['metadata.name=a', 'spec.nodeName=n1', 'status.phase!=Running', 'nope=1', '=', 'metadata.name', '__proto__=1']],
  ['watch', ['true', 'false', '1', 'x', '']],
  ['allowWatchBookmarks', ['true', 'x']],
  ['sendInitialEvents', ['true', 'false', 'x']],
  ['timeoutSeconds', ['1', '0', '-5', 'x', '99999999999']],
  ['gracePeriodSeconds', ['0', '30', '-1', 'x']],
  ['propagationPolicy', ['Foreground', 'Background', 'Orphan', 'x']],
  ['orphanDependents', ['true', 'false', 'x']],
  ['pretty', ['true', 'x']],
  ['includeObject', ['None', 'Object', 'Metadata', 'x']],
  ['container', ['c', 'x', '']],
  ['command', ['sh', '']],
  ['stdin', ['true', 'x']],
  ['stdout', ['true', 'false']],
  ['tty', ['true']],
  ['follow', ['true']],
  ['tailLines', ['1', '-1', 'x']],
  ['sinceSeconds', ['1', '-1', 'x']],
  ['sinceTime', ['2026-01-05T09:00:00Z', 'x']],
  ['limitBytes', ['1', '-1', 'x']],
  ['ports', ['80', 'x', '']],
  ['__proto__', ['x']],
  ['verbose', ['', '1']],
  ['exclude', ['etcd', 'x']],
];

/** Kinds that a valid object is known of: most requests go there, since what is broken from birth never gets far. */
const SAMPLED = KINDS.filter(({ schema }) => SAMPLES[schema] !== undefined);

/** Several requests, most of them about one kind, so that the later ones meet what the earlier ones stored. */
export function requests(choices: Choices, count: number): { kind: Kind; asked: ApiRequest[] } {
  const kind = choices.pick(choices.once(4) ? KINDS : SAMPLED);
  return { kind, asked: Array.from({ length: count }, () => request(choices, choices.once(5) ? choices.pick(KINDS) : kind)) };
}

function request(choices: Choices, kind: Kind): ApiRequest {
  const method = choices.pick(METHODS);
  const { path, subresource } = address(choices, kind, method);
  const query = queryOf(choices);
  const patch = method === 'PATCH';
  const contentType = patch ? (choices.once(12) ? choices.pick(BODIES) : choices.pick(PATCHES)) : choices.once(8) ? choices.pick(BODIES) : BODIES[0]; // prettier-ignore
  const headers: Record<string, string> = {
    accept: choices.once(6) ? choices.pick(ACCEPTS) : 'application/json',
    'content-type': contentType as string,
  };
  if (choices.once(30)) headers['impersonate-user'] = choices.pick(['alice', '', 'system:serviceaccount:default:default', '__proto__']);
  if (choices.once(60)) headers['impersonate-group'] = choices.pick(['dev', 'system:masters', '']);
  if (choices.once(30)) headers['authorization'] = choices.pick(['Bearer x', 'Basic x', 'Bearer ', 'Bearer a.b.c']);
  const given = bodyOf(choices, method, kind, subresource, contentType as string);
  return { method, path, query, headers, ...(given === undefined ? {} : { body: given }) };
}

function address(choices: Choices, kind: Kind, method: string): { path: string; subresource: string } {
  if (choices.once(25)) return { path: choices.pick(OTHER_PATHS), subresource: '' };
  const name = (): string => (choices.once(10) ? choices.pick(NASTY) : choices.pick(NAMES));
  const parts = kind.group === '' ? ['api', kind.version] : ['apis', kind.group, kind.version];
  if (choices.once(40)) parts.splice(1, 0, 'watch');
  if (kind.namespaced ? !choices.once(40) : choices.once(40)) parts.push('namespaces', choices.once(30) ? name() : 'default');
  parts.push(kind.resource);
  let subresource = '';
  // A POST goes to the collection, a change to an object; now and then the other way round.
  if ((method === 'POST' || (method !== 'PUT' && method !== 'PATCH' && choices.once(3))) === choices.once(20)) {
    parts.push(name());
    if (choices.once(6)) parts.push((subresource = choices.pick(SUBRESOURCES)));
    if (choices.once(40)) parts.push(name());
  }
  if (choices.once(40)) parts.splice(choices.below(parts.length), 1, choices.pick(NASTY));
  return { path: `/${parts.join('/')}`, subresource };
}

function queryOf(choices: Choices): Record<string, string | string[]> {
  const query = Object.create(null) as Record<string, string | string[]>;
  for (let left = choices.once(3) ? choices.below(4) : 0; left > 0; left--) {
    const [name, values] = choices.pick(QUERY);
    query[name] = choices.once(15) ? [choices.pick(values), choices.pick(values)] : choices.pick(values);
  }
  return query;
}

function bodyOf(choices: Choices, method: string, kind: Kind, subresource: string, contentType: string): string | undefined {
  if (method === 'GET' || method === 'HEAD') return choices.once(30) ? '{}' : undefined;
  if (choices.once(25)) return rawText(choices);
  if (method === 'DELETE') return choices.once(2) ? write(mutate(choices, options(choices), 'DeleteOptions'), choices) : undefined;
  if (method === 'PATCH' && contentType === PATCHES[2]) return write(jsonPatch(choices, kind), choices);
  const type = bodyType(subresource) ?? kind.schema;
  let value: Json =
    SAMPLES[type] === undefined || choices.once(6) ? randomValue(choices, { type: 'ref', ref: type }, 5) : structuredClone(SAMPLES[type]);
  if (type === kind.schema && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const metadata = value['metadata'];
    const name = choices.once(10) ? choices.pick(NASTY) : choices.pick(NAMES);
    value = {
      apiVersion: apiVersion(kind),
      kind: kind.kind,
      ...value,
      metadata: { ...(typeof metadata === 'object' ? metadata : {}), name },
    };
    if (method === 'PATCH' && choices.once(2)) value = partOf(choices, value);
  }
  return write(mutate(choices, value, type), choices);
}

function bodyType(subresource: string): string | undefined {
  return { scale: 'Scale', eviction: 'Eviction', binding: 'Binding', token: 'TokenRequest' }[subresource];
}

function options(choices: Choices): JsonObject {
  return {
    kind: 'DeleteOptions',
    apiVersion: 'v1',
    propagationPolicy: choices.pick(['Foreground', 'Background', 'Orphan', 'x']),
    ...(choices.once(3) ? { gracePeriodSeconds: choices.pick([0, 30, -1]) } : {}),
    ...(choices.once(6) ? { preconditions: { uid: 'x', resourceVersion: '1' } } : {}),
  };
}

function jsonPatch(choices: Choices, kind: Kind): Json {
  const operations: Json[] = [];
  for (let left = choices.below(4); left >= 0; left--) {
    const path = (): string =>
      choices.pick(['/metadata/labels', '/metadata/labels/a~1b', '/spec', '/spec/replicas', '/data', '/data/a', '/metadata/finalizers/-', '/spec/template/spec/containers/0/image', '/__proto__/x', '/constructor/prototype/x', '', '/', '/metadata/annotations/__proto__', '/spec/ports/99', '/metadata/name', 'x', '/~2']); // prettier-ignore
    operations.push({
      op: choices.pick(['add', 'replace', 'remove', 'test', 'copy', 'move', 'nope', '']),
      path: path(),
      ...(choices.once(3) ? { from: path() } : {}),
      value: choices.once(2) ? junk(choices) : randomValue(choices, { type: 'ref', ref: kind.schema }, 3),
    });
  }
  return choices.once(15) ? junk(choices) : operations;
}

function partOf(choices: Choices, value: JsonObject): JsonObject {
  const keys = Object.keys(value);
  const keep = choices.pick(keys);
  return { [keep]: value[keep] as Json };
}

/** A value that fits a field, or nearly. */
function randomValue(choices: Choices, schema: FieldSchema, depth: number): Json {
  if (choices.once(40)) return junk(choices);
  switch (schema.type) {
    case 'string':
    case 'quantity':
    case 'time':
    case 'microTime':
      return choices.pick(TEXTS);
    case 'boolean':
      return choices.once(2);
    case 'integer':
    case 'number':
      return choices.pick(NUMBERS);
    case 'intOrString':
      return choices.once(2) ? choices.pick(TEXTS) : choices.pick(NUMBERS);
    case 'any':
      return depth > 0 ? { a: junk(choices) } : {};
    case 'array':
      return depth <= 0 ? [] : Array.from({ length: choices.below(3) }, () => randomValue(choices, schema.items, depth - 1));
    case 'map':
      return depth <= 0 ? {} : Object.fromEntries(Array.from({ length: choices.below(3) }, () => [choices.pick(TEXTS), randomValue(choices, schema.items, depth - 1)])); // prettier-ignore
    case 'ref': {
      const type = SCHEMA[schema.ref];
      if (type === undefined || depth <= 0) return {};
      const out: JsonObject = {};
      const required = new Set(type.required);
      for (const [field, inner] of Object.entries(type.fields)) {
        if (choices.over && !required.has(field)) continue;
        if (required.has(field) || choices.once(4)) out[field] = randomValue(choices, inner, depth - 1);
      }
      return out;
    }
  }
}

function junk(choices: Choices): Json {
  return choices.pick<() => Json>([
    () => null,
    () => [],
    () => ({}),
    () => choices.pick(NUMBERS),
    () => choices.pick(TEXTS),
    () => choices.pick(NASTY),
    () => true,
    () => [null],
    () => [[]],
    () => own('__proto__', { polluted: true }),
    () => ({ constructor: { prototype: { polluted: true } } }),
    () => ({ $patch: choices.pick(['delete', 'replace', 'merge', 'x']) }),
    () => ({ '$setElementOrder/containers': [{ name: 'c' }] }),
    () => ({ $retainKeys: ['a'] }),
    () => ({ '$deleteFromPrimitiveList/finalizers': ['a'] }),
    () => [{ $patch: 'replace' }],
    () => [{ name: 'c' }, { name: 'c' }],
    () => nested(choices.pick([3, 50, 2000])),
  ])();
}

function own(key: string, value: Json): JsonObject {
  return Object.defineProperty({}, key, { value, enumerable: true, configurable: true, writable: true }) as JsonObject;
}

function nested(depth: number): Json {
  let value: Json = [];
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? { a: value } : [value];
  return value;
}

/** Breaks a value in a few places. */
function mutate(choices: Choices, root: Json, type: string): Json {
  const holder: JsonObject = { root };
  for (let left = choices.below(4); left > 0; left--) {
    let at: JsonObject = holder;
    let key = 'root';
    let schema: FieldSchema | undefined = { type: 'ref', ref: type };
    for (let steps = choices.below(8); steps > 0; steps--) {
      const value = at[key];
      if (typeof value !== 'object' || value === null) break;
      const keys = Object.keys(value);
      if (keys.length === 0) break;
      const next: string = choices.pick(keys);
      if (schema?.type === 'ref')
        schema = Object.hasOwn(SCHEMA[schema.ref]?.fields ?? {}, next) ? SCHEMA[schema.ref]?.fields[next] : undefined;
      else schema = schema?.type === 'array' || schema?.type === 'map' ? schema.items : undefined;
      at = value as JsonObject;
      key = next;
    }
    const value = at[key];
    const how = choices.below(6);
    const fits: FieldSchema | undefined = schema;
    if (how === 0 && fits !== undefined) at[key] = randomValue(choices, fits, 3);
    else if (how === 1 && at !== holder && !Array.isArray(at)) delete at[key];
    else if (how === 2 && Array.isArray(value) && value.length > 0) value.push(value[0] as Json);
    else if (how === 3 && typeof value === 'object' && value !== null && !Array.isArray(value))
      Object.defineProperty(value, choices.pick([...NASTY, ...TEXTS]), {
        value: junk(choices),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else at[key] = junk(choices);
  }
  return holder['root'] as Json;
}

function write(value: Json, choices: Choices): string {
  const text = JSON.stringify(value);
  if (!choices.once(20)) return text;
  const cut = choices.below(text.length + 1);
  return choices.pick([
    () => text.slice(0, cut),
    () => `${text.slice(0, cut)}${choices.pick(['}', ']', ',', '"', '\\', '\u0000', '1e'])}${text.slice(cut)}`,
    () => text.replace('{', '{"metadata":{"name":"twice"},'),
    () => text.replaceAll('"', "'"),
    () => `${text}${text}`,
  ])();
}

function rawText(choices: Choices): string {
  return choices.pick([
    () => '',
    () => 'null',
    () => '[]',
    () => '"text"',
    () => '1',
    () => '{',
    () => 'k8s\u0000\n\u0002v1',
    () => '\ufeff{}',
    () => `${'['.repeat(20_000)}`,
    () => `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
    () => `{"metadata":{"managedFields":[{"fieldsV1":${'{"f:a":'.repeat(500)}{}${'}'.repeat(500)}}]}}`,
    () => 'a: &a [*a]',
    () => 'a: b\nc',
    () => 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: "1", a: "2"}\n',
    () => '&a {a: *a}',
    () => '!!binary x',
    () => '{"apiVersion":1,"kind":[]}',
    () => '{"__proto__":{"polluted":true}}',
    () => `{"metadata":{"annotations":{"a":"${'x'.repeat(300_000)}"}}}`,
  ])();
}
