import { StatusError } from '../api/errors.ts';
import type { ApiObject, Status } from '../api/meta.ts';
import type { ApiRequest, ApiResponse, Counter, Credentials, Transport, WatchStream } from '../apiserver/types.ts';
import { atOnce, type Task } from '../os/task.ts';
import * as calls from './calls.ts';
import { plainRefusal } from './plain-refusal.ts';
import type { Call, DeleteOptions, DiscoveredGroups, DiscoveredResource, List, ListOptions, PatchOptions, Resource } from './calls.ts';

export type { DeleteOptions, DiscoveredResource, List, ListOptions, PatchOptions, Resource } from './calls.ts';

/** Who asks, and under which address in the log (`controller/replicaset`). */
abstract class Caller<D extends object> {
  readonly #headers: Readonly<Record<string, string>>;

  constructor(
    readonly transport: D,
    readonly actor: string,
    readonly credentials: Credentials,
  ) {
    this.#headers = { 'user-agent': actor };
  }

  protected request<T>({ method, path, body, query, headers }: Call<T>): ApiRequest {
    const request: { -readonly [K in keyof ApiRequest]: ApiRequest[K] } = {
      method,
      path,
      actor: this.actor,
      credentials: this.credentials,
      headers: headers === undefined ? this.#headers : { ...this.#headers, ...headers },
    };
    if (body !== undefined) request.body = body;
    if (query !== undefined) request.query = query;
    return request;
  }

  protected read<T>(call: Call<T>, response: ApiResponse): T {
    if (response.code >= 400)
      throw typeof response.body === 'object' ? new StatusError(response.body as unknown as Status) : plainRefusal(response);
    return call.read(response);
  }
}

/**
 * A component's way to the API server: typed, through the front door. Every method is a task, called with `yield*`, and
 * throws `StatusError` when the server refuses, one with reason `ServiceUnavailable` when it cannot be reached.
 */
export class Client extends Caller<Transport> {
  #discovered: { from: readonly object[]; resources: DiscoveredResource[] } | undefined;

  /** The same identity under another address in the log. */
  as(actor: string): Client {
    return new Client(this.transport, actor, this.credentials);
  }

  *perform<T>(call: Call<T>): Task<T> {
    return this.read(call, yield* this.transport.handle(this.request(call)));
  }

  get<T extends ApiObject>(resource: Resource<T>, namespace: string | undefined, name: string): Task<T> {
    return this.perform(calls.get(resource, namespace, name));
  }

  /** A read of a kind that the server itself keeps never waits: no webhook is asked about it. */
  getNow<T extends ApiObject>(resource: Resource<T>, namespace: string | undefined, name: string): T {
    return atOnce(this.get(resource, namespace, name));
  }

  list<T extends ApiObject>(resource: Resource<T>, options: ListOptions = {}): Task<List<T>> {
    return this.perform(calls.list(resource, options));
  }

  create<T extends ApiObject>(resource: Resource<T>, object: T): Task<T> {
    return this.perform(calls.create(resource, object));
  }

  /** Creates a subresource, such as `binding` or `eviction` of a pod. */
  createSub<T extends ApiObject>(
    resource: Resource<T>,
    namespace: string | undefined,
    name: string,
    sub: string,
    body: object,
  ): Task<unknown> {
    return this.perform(calls.createSub(resource, namespace, name, sub, body));
  }

  update<T extends ApiObject>(resource: Resource<T>, object: T): Task<T> {
    return this.perform(calls.update(resource, object));
  }

  updateStatus<T extends ApiObject>(resource: Resource<T>, object: T): Task<T> {
    return this.perform(calls.update(resource, object, 'status'));
  }

  /** Replaces through a subresource other than `status`, such as `finalize` of a namespace. */
  updateSub<T extends ApiObject>(resource: Resource<T>, object: T, sub: string): Task<T> {
    return this.perform(calls.update(resource, object, sub));
  }

  patch<T extends ApiObject>(
    resource: Resource<T>,
    namespace: string | undefined,
    name: string,
    patch: object,
    options: PatchOptions = {},
  ): Task<T> {
    return this.perform(calls.patch(resource, namespace, name, patch, options));
  }

  delete<T extends ApiObject>(resource: Resource<T>, namespace: string | undefined, name: string, options: DeleteOptions = {}): Task<void> {
    return this.perform(calls.remove(resource, namespace, name, options));
  }

  deleteCollection<T extends ApiObject>(resource: Resource<T>, namespace: string | undefined, options: ListOptions = {}): Task<void> {
    return this.perform(calls.removeAll(resource, namespace, options));
  }

  /** Watches from a revision; `allowWatchBookmarks` is on. */
  watch<T extends ApiObject>(resource: Resource<T>, options: ListOptions = {}): Task<WatchStream> {
    return this.perform(calls.watch(resource, options));
  }

  /** Every resource the server serves in its preferred version, by aggregated discovery, which never waits. */
  discover(): DiscoveredResource[] {
    const from: DiscoveredGroups[] = ['/api', '/apis'].map((root) => atOnce(this.perform(calls.discovery(root))));
    // The same answer as last time: nothing new is served.
    if (this.#discovered === undefined || from.some((body, i) => body !== this.#discovered?.from[i]))
      this.#discovered = { from, resources: calls.discovered(from) };
    return this.#discovered.resources;
  }
}

/** The same for those outside the world (tests, bootstrap, benches): it is answered before a method returns. */
export class OutsideClient extends Caller<Counter> {
  /** The same identity under another address in the log. */
  as(actor: string): OutsideClient {
    return new OutsideClient(this.transport, actor, this.credentials);
  }

  #perform<T>(call: Call<T>): T {
    return this.read(call, this.transport.answer(this.request(call)));
  }

  get<T extends ApiObject>(resource: Resource<T>, namespace: string | undefined, name: string): T {
    return this.#perform(calls.get(resource, namespace, name));
  }

  list<T extends ApiObject>(resource: Resource<T>, options: ListOptions = {}): List<T> {
    return this.#perform(calls.list(resource, options));
  }

  create<T extends ApiObject>(resource: Resource<T>, object: T): T {
    return this.#perform(calls.create(resource, object));
  }

  createSub<T extends ApiObject>(resource: Resource<T>, namespace: string | undefined, name: string, sub: string, body: object): unknown {
    return this.#perform(calls.createSub(resource, namespace, name, sub, body));
  }

  update<T extends ApiObject>(resource: Resource<T>, object: T): T {
    return this.#perform(calls.update(resource, object));
  }

  updateStatus<T extends ApiObject>(resource: Resource<T>, object: T): T {
    return this.#perform(calls.update(resource, object, 'status'));
  }

  updateSub<T extends ApiObject>(resource: Resource<T>, object: T, sub: string): T {
    return this.#perform(calls.update(resource, object, sub));
  }

  patch<T extends ApiObject>(
    resource: Resource<T>,
    namespace: string | undefined,
    name: string,
    patch: object,
    options: PatchOptions = {},
  ): T {
    return this.#perform(calls.patch(resource, namespace, name, patch, options));
  }

  delete<T extends ApiObject>(resource: Resource<T>, namespace: string | undefined, name: string, options: DeleteOptions = {}): void {
    this.#perform(calls.remove(resource, namespace, name, options));
  }

  deleteCollection<T extends ApiObject>(resource: Resource<T>, namespace: string | undefined, options: ListOptions = {}): void {
    this.#perform(calls.removeAll(resource, namespace, options));
  }

  watch<T extends ApiObject>(resource: Resource<T>, options: ListOptions = {}): WatchStream {
    return this.#perform(calls.watch(resource, options));
  }
}
