import { StatusError } from '../api/errors.ts';
import { keyOf, type ApiObject, type WatchEvent } from '../api/meta.ts';
import { start, type Running, type Task } from '../os/task.ts';
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

/** An object's place in the cache and in its indexes. It stays while the object changes. */
interface Cell<T> {
  object: T;
  /** What each index found it under, in the order of the indexes. */
  readonly values: (readonly string[])[];
}

interface Index<T> {
  readonly of: IndexFunction<T>;
  readonly entries: Map<string, Set<Cell<T>>>;
}

// client-go's reflector backs off 800 ms … 30 s, doubling.
const FIRST_RETRY: Millis = 800;
const LAST_RETRY: Millis = 30 * SECOND;

/**
 * A cache of one resource, kept up to date by list and watch, with indexes. It lags behind the API server by the watch's
 * latency, as in real life. Objects are handed out by reference and must not be changed.
 */
export class Informer<T extends ApiObject> {
  readonly #objects = new Map<string, Cell<T>>();
  readonly #indexes = new Map<string, Index<T>>();
  /** The same, for walking over them. */
  #indexList: Index<T>[] = [];
  readonly #handlers: Handler<T>[] = [];
  #revision = '';
  #synced = false;
  #running = false;
  #stopWatch: (() => void) | undefined;
  #retry: Timer | undefined;
  #asking: Running | undefined;
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
    const index: Index<T> = { of, entries: new Map() };
    this.#indexes.set(name, index);
    this.#indexList = [...this.#indexes.values()];
    for (const cell of this.#objects.values()) {
      const values = of(cell.object);
      cell.values.push(values);
      insert(index.entries, values, cell);
    }
  }

  /** Tells `handler` of every object there is and of every change to come. Returns how to stop. */
  on(handler: Handler<T>): () => void {
    this.#handlers.push(handler);
    for (const { object } of Array.from(this.#objects.values())) handler.added?.(object);
    return () => {
      const place = this.#handlers.indexOf(handler);
      if (place >= 0) this.#handlers.splice(place, 1);
    };
  }

  /** By `namespace/name`, or `name` for what has no namespace. */
  get(key: string): T | undefined {
    return this.#objects.get(key)?.object;
  }

  *list(): Generator<T, void, undefined> {
    for (const { object } of this.#objects.values()) yield object;
  }

  /** Objects of an index, in order of arrival. */
  by(index: string, value: string): T[] {
    const found = this.#indexes.get(index);
    if (found === undefined) throw new Error(`informer of ${this.resource.resource} has no index "${index}"`);
    const cells = found.entries.get(value);
    const objects: T[] = [];
    if (cells !== undefined) for (const { object } of cells) objects.push(object);
    return objects;
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
    this.#go(this.#relist());
  }

  /** Forgets everything: a restarted component reads anew. */
  stop(): void {
    this.#running = false;
    this.#asking?.kill();
    this.#stopWatch?.();
    this.#stopWatch = undefined;
    this.#retry?.cancel();
    this.#synced = false;
    this.#objects.clear();
    for (const { entries } of this.#indexes.values()) entries.clear();
  }

  *#relist(): Task<void> {
    try {
      const { indexes: _indexes, ...scope } = this.options;
      const list = yield* this.client.list(this.resource, scope);
      const gone = new Map<string, T>();
      for (const [key, { object }] of this.#objects) gone.set(key, object);
      for (const object of list.items) {
        gone.delete(keyOf(object));
        this.#put(object);
      }
      for (const object of gone.values()) this.#drop(object);
      this.#revision = list.resourceVersion;
      this.#synced = true;
      yield* this.#watch();
    } catch (error) {
      this.#again(error, () => this.#relist());
    }
  }

  *#watch(): Task<void> {
    try {
      const { indexes: _indexes, ...scope } = this.options;
      const stream = yield* this.client.watch(this.resource, { ...scope, resourceVersion: this.#revision });
      this.#retries = 0;
      this.#stopWatch = stream.subscribe({
        event: (event) => this.#receive(event as WatchEvent<T>),
        end: () => {
          this.#stopWatch = undefined;
          if (this.#running && this.#retry?.pending !== true) this.#retry = this.sim.after(0, () => this.#go(this.#watch()));
        },
      });
    } catch (error) {
      this.#again(error, () => this.#watch());
    }
  }

  #go(task: Task<void>): void {
    this.#asking = start(task);
  }

  #receive(event: WatchEvent<T>): void {
    if (!this.#running) return;
    if (event.type === 'ERROR') {
      // 410 Gone: what was missed is not kept any more, so everything is read anew.
      this.#stopWatch?.();
      this.#stopWatch = undefined;
      this.#retry = this.sim.after(0, () => this.#go(this.#relist()));
      return;
    }
    this.#revision = event.object.metadata.resourceVersion ?? this.#revision;
    if (event.type === 'BOOKMARK') return;
    if (event.type === 'DELETED') this.#drop(event.object);
    else this.#put(event.object);
  }

  #put(object: T): void {
    const key = keyOf(object);
    const cell = this.#objects.get(key);
    const old = cell?.object;
    if (cell === undefined) {
      const made: Cell<T> = { object, values: this.#indexList.map(({ of }) => of(object)) };
      this.#objects.set(key, made);
      this.#indexList.forEach(({ entries }, i) => insert(entries, made.values[i] ?? [], made));
    } else {
      if (cell.object.metadata.resourceVersion === object.metadata.resourceVersion) return;
      cell.object = object;
      this.#indexList.forEach(({ of, entries }, i) => {
        const values = of(object);
        const before = cell.values[i] ?? [];
        // Most changes leave an object where it is in the index, and then it keeps its place in line.
        if (equal(before, values)) return;
        remove(entries, before, cell);
        insert(entries, values, cell);
        cell.values[i] = values;
      });
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
    const cell = this.#objects.get(key);
    if (cell === undefined) return;
    this.#objects.delete(key);
    this.#indexList.forEach(({ entries }, i) => remove(entries, cell.values[i] ?? [], cell));
    for (const handler of this.#handlers) handler.deleted?.(object);
  }

  #again(error: unknown, act: () => Task<void>): void {
    if (!(error instanceof StatusError)) throw error;
    if (error.reason === 'Expired') act = () => this.#relist();
    const delay = Math.min(FIRST_RETRY * 2 ** this.#retries++, LAST_RETRY);
    this.#retry = this.sim.after(delay, () => this.#running && this.#go(act()), { background: true });
  }
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function insert<T>(entries: Map<string, Set<Cell<T>>>, values: readonly string[], cell: Cell<T>): void {
  for (const value of values) {
    const bucket = entries.get(value);
    if (bucket === undefined) entries.set(value, new Set([cell]));
    else bucket.add(cell);
  }
}

function remove<T>(entries: Map<string, Set<Cell<T>>>, values: readonly string[], cell: Cell<T>): void {
  for (const value of values) {
    const bucket = entries.get(value);
    bucket?.delete(cell);
    if (bucket?.size === 0) entries.delete(value);
  }
}
