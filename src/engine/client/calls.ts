import { apiVersion } from '../api/kind.ts';
import type { ApiObject, GroupVersionResource } from '../api/meta.ts';
import type { ApiResponse, WatchStream } from '../apiserver/types.ts';

/** A resource and the type of its objects, so that `client.get(PODS, …)` is a `Pod`. */
export interface Resource<T extends ApiObject> extends GroupVersionResource {
  readonly kind: string;
  readonly namespaced: boolean;
  /** Never set: carries the type. */
  readonly __object?: T;
}

/** What discovery says of a resource. */
export interface DiscoveredResource extends Resource<ApiObject> {
  readonly verbs: readonly string[];
}

interface DiscoveredGroup {
  metadata?: { name?: string };
  versions?: {
    version: string;
    resources?: { resource: string; responseKind?: { kind: string }; scope: string; verbs: string[] }[];
  }[];
}

export interface ListOptions {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  resourceVersion?: string;
}

export interface List<T> {
  items: readonly T[];
  resourceVersion: string;
}

export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
}

/** A request before it is known who makes it, and what its answer means. */
export interface Call<T> {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of an answer that is no refusal. */
  read(response: ApiResponse): T;
}

const body = <T>(response: ApiResponse): T => response.body as unknown as T;
const nothing = (): void => {};

export function get<T extends ApiObject>(resource: Resource<T>, namespace: string | undefined, name: string): Call<T> {
  return { method: 'GET', path: path(resource, namespace, name), read: body };
}

export function list<T extends ApiObject>(resource: Resource<T>, { namespace, ...query }: ListOptions): Call<List<T>> {
  return {
    method: 'GET',
    path: path(resource, namespace),
    query: query as Record<string, string>,
    read(response) {
      const { items, metadata } = body<{ items: T[]; metadata: { resourceVersion: string } }>(response);
      return { items, resourceVersion: metadata.resourceVersion };
    },
  };
}

export function create<T extends ApiObject>(resource: Resource<T>, object: T): Call<T> {
  return { method: 'POST', path: path(resource, object.metadata.namespace), body: object, read: body };
}

/** A subresource, such as `binding` or `eviction` of a pod. */
export function createSub<T extends ApiObject>(
  resource: Resource<T>,
  namespace: string | undefined,
  name: string,
  sub: string,
  object: object,
): Call<unknown> {
  return { method: 'POST', path: `${path(resource, namespace, name)}/${sub}`, body: object, read: body };
}

/** Replaces an object, whole or through a subresource such as `status` or `finalize`. */
export function update<T extends ApiObject>(resource: Resource<T>, object: T, sub?: string): Call<T> {
  const whole = path(resource, object.metadata.namespace, object.metadata.name);
  return { method: 'PUT', path: sub === undefined ? whole : `${whole}/${sub}`, body: object, read: body };
}

export interface PatchOptions {
  /** Default `strategic-merge`. */
  type?: 'merge' | 'strategic-merge' | 'json';
  sub?: string;
}

export function patch<T extends ApiObject>(
  resource: Resource<T>,
  namespace: string | undefined,
  name: string,
  changes: object,
  { type = 'strategic-merge', sub }: PatchOptions,
): Call<T> {
  const whole = path(resource, namespace, name);
  const headers = { 'content-type': `application/${type}-patch+json` };
  return { method: 'PATCH', path: sub === undefined ? whole : `${whole}/${sub}`, body: changes, headers, read: body };
}

export function remove<T extends ApiObject>(
  resource: Resource<T>,
  namespace: string | undefined,
  name: string,
  options: DeleteOptions,
): Call<void> {
  const asked = { kind: 'DeleteOptions', apiVersion: 'v1', ...options };
  return { method: 'DELETE', path: path(resource, namespace, name), body: asked, read: nothing };
}

export function removeAll<T extends ApiObject>(
  resource: Resource<T>,
  namespace: string | undefined,
  { namespace: _unused, ...query }: ListOptions,
): Call<void> {
  return { method: 'DELETE', path: path(resource, namespace), query: query as Record<string, string>, read: nothing };
}

/** Watches from a revision; `allowWatchBookmarks` is on. */
export function watch<T extends ApiObject>(resource: Resource<T>, { namespace, ...query }: ListOptions): Call<WatchStream> {
  return {
    method: 'GET',
    path: path(resource, namespace),
    query: { ...(query as Record<string, string>), watch: 'true', allowWatchBookmarks: 'true' },
    read({ stream }) {
      if (stream?.kind !== 'watch') throw new Error(`watch of ${resource.resource} was answered without a stream`);
      return stream;
    },
  };
}

/** Aggregated discovery of `/api` or `/apis`. */
export function discovery(root: string): Call<DiscoveredGroups> {
  return {
    method: 'GET',
    path: root,
    headers: { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' },
    read: body,
  };
}

export interface DiscoveredGroups {
  items: DiscoveredGroup[];
}

/** Every resource in its preferred version. */
export function discovered(groups: readonly DiscoveredGroups[]): DiscoveredResource[] {
  return groups.flatMap(({ items }) => items.flatMap(resourcesOf));
}

function resourcesOf(group: DiscoveredGroup): DiscoveredResource[] {
  const seen = new Set<string>();
  const found: DiscoveredResource[] = [];
  // Versions come in order of preference: a later one only adds what the earlier ones do not have.
  for (const { version, resources } of group.versions ?? []) {
    for (const { resource, responseKind, scope, verbs } of resources ?? []) {
      if (seen.has(resource)) continue;
      seen.add(resource);
      found.push({
        group: group.metadata?.name ?? '',
        version,
        resource,
        kind: responseKind?.kind ?? '',
        namespaced: scope === 'Namespaced',
        verbs,
      });
    }
  }
  return found;
}

function path(resource: GroupVersionResource & { namespaced: boolean }, namespace?: string, name?: string): string {
  const root = resource.group === '' ? `/api/${resource.version}` : `/apis/${apiVersion(resource)}`;
  const scope = namespace !== undefined && resource.namespaced ? `/namespaces/${namespace}` : '';
  return `${root}${scope}/${resource.resource}${name === undefined ? '' : `/${name}`}`;
}
