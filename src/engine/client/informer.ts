import { StatusError } from '../api/errors.ts';
import { keyOf, type ApiObject, type WatchEvent } from '../api/meta.ts';
import type { Simulation, Timer } from '../sim/simulation.ts';
import { SECOND, type Millis } from '../sim/time.ts';
import type { Client, ListOptions, Resource } from './client.ts';

/** What a cache tells its users. Called at once, in the simulation event in which the cache learned of the change. */
export interface Handler<T> {
  added?(object: T): void;
  updated?(object: T, old: T): void;
  /** `object` is the last state known. */
  deleted?(object: T): void;
}

/** Values under which an object is found in an index (pods by node, by owner, …). */
export type IndexFunction<T> = (object: T) => readonly string[];

export interface InformerOptions<T> extends ListOptions {
  indexes?: Readonly<Record<string, IndexFunction<T>>>;
}

// client-go's reflector backs off 800 ms … 30 s, doubling.
const FIRST_RETRY: Millis = 800;
const LAST_RETRY: Millis = 30 * SECOND;

/**
 * A cache of one resource, kept up to date by list and watch, with indexes. It lags behind the API server by the watch's
 * latency, as in real life. Objects are handed out by reference and must not be changed.
 */
export class Informer<T extends ApiObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, { of: IndexFunction<T>; entries: Map<string, Map<string, T>> }>();
  readonly #handlers: Handler<T>[] = [];
  #revision = '';
  #synced = false;
  #running = false;
  #stopWatch: (() => void) | undefined;
  #retry: Timer | undefined;
  #retries = 0;

  constructor(
    readonly sim: Simulation,
    readonly client: Client,
    readonly resource: Resource<T>,
    readonly options: InformerOptions<T> = {},
  ) {
    for (const [name, of] of Object.entries(options.indexes ?? {})) this.addIndex(name, of);
  }

  /** The first list has been taken in. */
  get synced(): boolean {
    return this.#synced;
  }

  get size(): number {
    return this.#objects.size;
  }

  hasIndex(name: string): boolean {
    return this.#indexes.has(name);
  }

  addIndex(name: string, of: IndexFunction<T>): void {
    const index = { of, entries: new Map<string, Map<string, T>>() };
    this.#indexes.set(name, index);
    for (const [key, object] of this.#objects) insert(index.entries, of(object), key, object);
  }

  /** Tells `handler` of every object there is and of every change to come. Returns how to stop. */
  on(handler: Handler<T>): () => void {
    this.#handlers.push(handler);
    for (const object of this.#objects.values()) handler.added?.(object);
    return () => {
      const place = this.#handlers.indexOf(handler);
      if (place >= 0) this.#handlers.splice(place, 1);
    };
  }

  /** By `namespace/name`, or `name` for what has no namespace. */
  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): IterableIterator<T> {
    return this.#objects.values();
  }

  /** Objects of an index, in order of arrival. */
  by(index: string, value: string): T[] {
    const found = this.#indexes.get(index);
    if (found === undefined) throw new Error(`informer of ${this.resource.resource} has no index "${index}"`);
    const entries = found.entries.get(value);
    return entries === undefined ? [] : [...entries.values()];
  }

  /** The values under which an index holds something, in order of arrival. */
  valuesOf(index: string): string[] {
    return [...(this.#indexes.get(index)?.entries.keys() ?? [])];
  }

  /** How many objects an index holds under a value. */
  count(index: string, value: string): number {
    return this.#indexes.get(index)?.entries.get(value)?.size ?? 0;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#relist();
  }

  /** Forgets everything: a restarted component reads anew. */
  stop(): void {
    this.#running = false;
    this.#stopWatch?.();
    this.#stopWatch = undefined;
    this.#retry?.cancel();
    this.#synced = false;
    this.#objects.clear();
    for (const { entries } of this.#indexes.values()) entries.clear();
  }

  #relist(): void {
    try {
      const { indexes: _indexes, ...scope } = this.options;
      const list = this.client.list(this.resource, scope);
      const gone = new Map(this.#objects);
      for (const object of list.items) {
        gone.delete(keyOf(object));
        this.#put(object);
      }
      for (const object of gone.values()) this.#drop(object);
      this.#revision = list.resourceVersion;
      this.#synced = true;
      this.#watch();
    } catch (error) {
      this.#again(error, () => this.#relist());
    }
  }

  #watch(): void {
    try {
      const { indexes: _indexes, ...scope } = this.options;
      const stream = this.client.watch(this.resource, { ...scope, resourceVersion: this.#revision });
      this.#retries = 0;
      this.#stopWatch = stream.subscribe({
        event: (event) => this.#receive(event as WatchEvent<T>),
        end: () => {
          this.#stopWatch = undefined;
          if (this.#running && this.#retry?.pending !== true) this.#retry = this.sim.after(0, () => this.#watch());
        },
      });
    } catch (error) {
      this.#again(error, () => this.#watch());
    }
  }

  #receive(event: WatchEvent<T>): void {
    if (!this.#running) return;
    if (event.type === 'ERROR') {
      // 410 Gone: what was missed is not kept any more, so everything is read anew.
      this.#stopWatch?.();
      this.#stopWatch = undefined;
      this.#retry = this.sim.after(0, () => this.#relist());
      return;
    }
    this.#revision = event.object.metadata.resourceVersion ?? this.#revision;
    if (event.type === 'BOOKMARK') return;
    if (event.type === 'DELETED') this.#drop(event.object);
    else this.#put(event.object);
  }

  #put(object: T): void {
    const key = keyOf(object);
    const old = this.#objects.get(key);
    if (old !== undefined && old.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.#objects.set(key, object);
    for (const { of, entries } of this.#indexes.values()) {
      const values = of(object);
      // Most changes leave an object where it is in the index, and then it keeps its place in line.
      if (old !== undefined) {
        const before = of(old);
        if (!equal(before, values)) remove(entries, before, key);
      }
      insert(entries, values, key, object);
    }
    // Deleted and made anew while the watch was down: two different objects.
    if (old !== undefined && old.metadata.uid !== object.metadata.uid) {
      for (const handler of this.#handlers) handler.deleted?.(old);
      for (const handler of this.#handlers) handler.added?.(object);
    } else if (old !== undefined) for (const handler of this.#handlers) handler.updated?.(object, old);
    else for (const handler of this.#handlers) handler.added?.(object);
  }

  #drop(object: T): void {
    const key = keyOf(object);
    const old = this.#objects.get(key);
    if (old === undefined) return;
    this.#objects.delete(key);
    for (const { of, entries } of this.#indexes.values()) remove(entries, of(old), key);
    for (const handler of this.#handlers) handler.deleted?.(object);
  }

  #again(error: unknown, act: () => void): void {
    if (!(error instanceof StatusError)) throw error;
    if (error.reason === 'Expired') act = () => this.#relist();
    const delay = Math.min(FIRST_RETRY * 2 ** this.#retries++, LAST_RETRY);
    this.#retry = this.sim.after(delay, () => this.#running && act(), { background: true });
  }
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function insert<T>(entries: Map<string, Map<string, T>>, values: readonly string[], key: string, object: T): void {
  for (const value of values) {
    let bucket = entries.get(value);
    if (bucket === undefined) entries.set(value, (bucket = new Map()));
    bucket.set(key, object);
  }
}

function remove<T>(entries: Map<string, Map<string, T>>, values: readonly string[], key: string): void {
  for (const value of values) {
    const bucket = entries.get(value);
    bucket?.delete(key);
    if (bucket?.size === 0) entries.delete(value);
  }
}
