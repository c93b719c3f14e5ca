import type { Kind } from '../api/kind.ts';
import type { ApiRequest } from './types.ts';

export type RequestVerb = 'create' | 'get' | 'list' | 'watch' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** What a request is about, as `RequestInfo` upstream: read from method and path alone, before anything is looked up. */
export interface RequestInfo {
  readonly isResource: boolean;
  /** A `RequestVerb` for resources; the method in lower case for other paths. */
  readonly verb: string;
  readonly path: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  /** What follows the subresource (`proxy`). */
  readonly rest: string;
  /** The same object for all requests that differ in the name of what they are about alone: what is found out of one holds for all. */
  readonly shape: object;
}

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
// Below a namespace these are of the namespace itself, all else is a resource in it.
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

export function requestInfo(request: ApiRequest): RequestInfo {
  const { method, path, query } = request;
  if (query !== undefined) return read(request);
  // The same few objects are asked for and written again and again.
  let known = infos.get(method);
  if (known === undefined) infos.set(method, (known = new Map()));
  let info = known.get(path);
  if (info === undefined) {
    if (known.size >= REMEMBERED) known.clear();
    known.set(path, (info = read(request)));
  }
  return info;
}

// The leases of the largest cluster fit.
const REMEMBERED = 8192;
const infos = new Map<string, Map<string, RequestInfo>>();

function read(request: ApiRequest): RequestInfo {
  const { method, path } = request;
  const parts = path.split('/').slice(1);
  let at: number;
  let group = '';
  if (parts[0] === 'api') at = 1;
  else if (parts[0] === 'apis') {
    group = parts[1] ?? '';
    at = 2;
  } else return noResource(request);
  const version = parts[at] ?? '';
  // A slash at the end is no segment of its own.
  const rest = parts.slice(at + 1);
  if (rest.at(-1) === '') rest.pop();
  if (version === '' || rest.length === 0) return noResource(request);

  let verb = VERBS[method] ?? method.toLowerCase();
  // The old form: /api/v1/watch/namespaces/x/pods.
  if (rest[0] === 'watch' && verb === 'get' && rest.length > 1) {
    verb = 'watch';
    rest.shift();
  }
  let namespace = '';
  let tail = rest;
  if (rest[0] === 'namespaces' && group === '') {
    if (rest.length > 2 && !NAMESPACE_SUBRESOURCES.has(rest[2] as string)) {
      namespace = decode(rest[1] as string);
      tail = rest.slice(2);
    }
  } else if (rest[0] === 'namespaces' && rest.length > 2) {
    namespace = decode(rest[1] as string);
    tail = rest.slice(2);
  }
  const name = decode(tail[1] ?? '');
  if (name === '' && verb === 'get') verb = isTrue(first(request, 'watch')) ? 'watch' : 'list';
  if (name === '' && verb === 'delete') verb = 'deletecollection';
  // Upstream counts a namespace as being in itself, which is what authorization by namespace goes by.
  if (namespace === '' && tail[0] === 'namespaces' && group === '') namespace = name;
  const resource = tail[0] as string;
  const subresource = tail[2] ?? '';
  return {
    isResource: true,
    verb,
    path,
    group,
    version,
    namespace,
    resource,
    subresource,
    name,
    rest: tail.length > 3 ? tail.slice(3).join('/') : '',
    shape: shapeOf(`${verb} ${group}/${version} ${namespace} ${resource}/${subresource} ${name === '' ? '' : '*'}`),
  };
}

const shapes = new Map<string, object>();

function shapeOf(text: string): object {
  let shape = shapes.get(text);
  if (shape === undefined) {
    if (shapes.size >= REMEMBERED) shapes.clear();
    shapes.set(text, (shape = {}));
  }
  return shape;
}

function noResource({ method, path }: ApiRequest): RequestInfo {
  return {
    isResource: false,
    verb: method.toLowerCase(),
    path,
    group: '',
    version: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    rest: '',
    shape: {},
  };
}

export function first(request: ApiRequest, parameter: string): string | undefined {
  const value = request.query?.[parameter];
  return typeof value === 'string' ? value : value?.[0];
}

export function header(request: ApiRequest, name: string): string | undefined {
  const value = request.headers?.[name];
  return typeof value === 'string' ? value : value?.[0];
}

export function headers(request: ApiRequest, name: string): readonly string[] {
  const value = request.headers?.[name];
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

/** How `runtime.Convert_Slice_string_To_bool` reads a parameter: everything but `false` and `0` is true. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && value.toLowerCase() !== 'false' && value !== '0';
}

/** Where the objects of a kind live: `/registry/pods/`, with the old names of a few. */
export function storagePrefix(kind: Kind): string {
  let prefix = prefixes.get(kind);
  if (prefix === undefined) prefixes.set(kind, (prefix = prefixFor(kind)));
  return prefix;
}

const prefixes = new WeakMap<Kind, string>();

function prefixFor(kind: Kind): string {
  if (kind.group === '') {
    if (kind.resource === 'nodes') return '/registry/minions/';
    if (kind.resource === 'services') return '/registry/services/specs/';
    if (kind.resource === 'endpoints') return '/registry/services/endpoints/';
  }
  if (kind.custom !== undefined) return `/registry/${kind.group}/${kind.resource}/`;
  return `/registry/${kind.resource}/`;
}

function decode(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
