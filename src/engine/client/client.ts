import { StatusError } from '../api/errors.ts';
import { apiVersion } from '../api/kind.ts';
import type { ApiObject, GroupVersionResource, Status } from '../api/meta.ts';
import type { ApiRequest, ApiResponse, Credentials, Transport, WatchStream } from '../apiserver/types.ts';

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

/**
 * A component's way to the API server: typed, synchronous, through the front door. Every method throws `StatusError`
 * when the server refuses, and one with reason `ServiceUnavailable` when the server cannot be reached.
 */
export class Client {
  readonly #headers: Readonly<Record<string, string>>;
  #discovered: { from: readonly object[]; resources: DiscoveredResource[] } | undefined;

  constructor(
    readonly transport: Transport,
    /** Address in the log: `controller/replicaset`. */
    readonly actor: string,
    readonly credentials: Credentials,
  ) {
    this.#headers = { 'user-agent': actor };
  }

  /** The same identity under another address in the log. */
  as(actor: string): Client {
    return new Client(this.transport, actor, this.credentials);
  }

  get<T extends ApiObject>(resource: Resource<T>, namespace: string | undefined, name: string): T {
    return this.#call('GET', path(resource, namespace, name)).body as unknown as T;
  }

  list<T extends ApiObject>(resource: Resource<T>, options: ListOptions = {}): List<T> {
    const { namespace, ...query } = options;
    const body = this.#call('GET', path(resource, namespace), undefined, query as Record<string, string>).body as unknown as {
      items: T[];
      metadata: { resourceVersion: string };
    };
    return { items: body.items, resourceVersion: body.metadata.resourceVersion };
  }

  create<T extends ApiObject>(resource: Resource<T>, object: T): T {
    return this.#call('POST', path(resource, object.metadata.namespace), object).body as unknown as T;
  }

  /** Creates a subresource, such as `binding` or `eviction` of a pod. */
  createSub<T extends ApiObject>(resource: Resource<T>, namespace: string | undefined, name: string, sub: string, body: object): unknown {
    return this.#call('POST', `${path(resource, namespace, name)}/${sub}`, body).body;
  }

  update<T extends ApiObject>(resource: Resource<T>, object: T): T {
    return this.#call('PUT', path(resource, object.metadata.namespace, object.metadata.name), object).body as unknown as T;
  }

  updateStatus<T extends ApiObject>(resource: Resource<T>, object: T): T {
    return this.#call('PUT', `${path(resource, object.metadata.namespace, object.metadata.name)}/status`, object).body as unknown as T;
  }

  /** Replaces through a subresource other than `status`, such as `finalize` of a namespace. */
  updateSub<T extends ApiObject>(resource: Resource<T>, object: T, sub: string): T {
    return this.#call('PUT', `${path(resource, object.metadata.namespace, object.metadata.name)}/${sub}`, object).body as unknown as T;
  }

  patch<T extends ApiObject>(
    resource: Resource<T>,
    namespace: string | undefined,
    name: string,
    patch: object,
    options: { type?: 'merge' | 'strategic-merge' | 'json'; sub?: string } = {},
  ): T {
    const type = { merge: 'merge-patch', 'strategic-merge': 'strategic-merge-patch', json: 'json-patch' }[
      options.type ?? 'strategic-merge'
    ];
    const target = path(resource, namespace, name) + (options.sub === undefined ? '' : `/${options.sub}`);
    return this.#call('PATCH', target, patch, undefined, { 'content-type': `application/${type}+json` }).body as unknown as T;
  }

  delete<T extends ApiObject>(resource: Resource<T>, namespace: string | undefined, name: string, options: DeleteOptions = {}): void {
    this.#call('DELETE', path(resource, namespace, name), { kind: 'DeleteOptions', apiVersion: 'v1', ...options });
  }

  deleteCollection<T extends ApiObject>(resource: Resource<T>, namespace: string | undefined, options: ListOptions = {}): void {
    const { namespace: _unused, ...query } = options;
    this.#call('DELETE', path(resource, namespace), undefined, query as Record<string, string>);
  }

  /** Watches from a revision; `allowWatchBookmarks` is on. */
  watch<T extends ApiObject>(resource: Resource<T>, options: ListOptions = {}): WatchStream {
    const { namespace, ...query } = options;
    const response = this.#call('GET', path(resource, namespace), undefined, {
      ...(query as Record<string, string>),
      watch: 'true',
      allowWatchBookmarks: 'true',
    });
    if (response.stream?.kind !== 'watch') throw new Error(`watch of ${resource.resource} was answered without a stream`);
    return response.stream;
  }

  /** Every resource the server serves in its preferred version, by aggregated discovery. */
  discover(): DiscoveredResource[] {
    const accept = { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' };
    const from = ['/api', '/apis'].map((root) => this.#call('GET', root, undefined, undefined, accept).body as unknown as DiscoveredGroups);
    // The same answer as last time: nothing new is served.
    if (this.#discovered === undefined || from.some((body, i) => body !== this.#discovered?.from[i]))
      this.#discovered = { from, resources: from.flatMap(({ items }) => items.flatMap(resourcesOf)) };
    return this.#discovered.resources;
  }

  #call(method: string, target: string, body?: object, query?: Record<string, string>, headers?: Record<string, string>): ApiResponse {
    const request: { -readonly [K in keyof ApiRequest]: ApiRequest[K] } = {
      method,
      path: target,
      actor: this.actor,
      credentials: this.credentials,
      headers: headers === undefined ? this.#headers : { ...this.#headers, ...headers },
    };
    if (body !== undefined) request.body = body;
    if (query !== undefined) request.query = query;
    const response = this.transport.handle(request);
    if (response.code >= 400) throw new StatusError(response.body as unknown as Status);
    return response;
  }
}

interface DiscoveredGroups {
  items: DiscoveredGroup[];
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
