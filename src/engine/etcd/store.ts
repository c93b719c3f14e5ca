import type { Simulation } from '../sim/simulation.ts';
import { EtcdError } from './etcd-error.ts';
import { SortedKeys, prefixEnd } from './keys.ts';
import { Leases, type LeaseId } from './lease.ts';

/** A value at a revision. Values are immutable and handed out by reference. */
export interface KeyValue<V = unknown> {
  readonly key: string;
  readonly value: V;
  readonly createRevision: number;
  readonly modRevision: number;
  /** 1 for the first write after the key came to be. */
  readonly version: number;
  readonly lease: LeaseId | undefined;
}

export interface StoreEvent<V = unknown> {
  readonly type: 'PUT' | 'DELETE';
  readonly revision: number;
  readonly key: string;
  /** The new value; for a deletion there is none. */
  readonly kv?: KeyValue<V>;
  readonly prev?: KeyValue<V>;
}

export interface Compare {
  readonly key: string;
  readonly target: 'mod' | 'create' | 'version';
  readonly op: '=' | '!=' | '<' | '>';
  readonly value: number;
}

export type Op =
  | { readonly op: 'put'; readonly key: string; readonly value: unknown; readonly lease?: LeaseId }
  | { readonly op: 'delete'; readonly key: string; readonly end?: string }
  | { readonly op: 'get'; readonly key: string };

export interface TxnResult {
  readonly succeeded: boolean;
  readonly revision: number;
  readonly kvs: readonly (KeyValue | undefined)[];
}

export interface RangeOptions {
  /** 0 or unset: now. */
  revision?: number;
  limit?: number;
  /** What is compacted too, where it is kept: for observers, who stand outside the world. */
  compacted?: boolean;
  /** Of the present: without the first so many. */
  skip?: number;
}

export interface RangeResult {
  readonly kvs: readonly KeyValue[];
  /** Keys in the whole range at that revision, whatever the limit. */
  readonly count: number;
  readonly more: boolean;
  readonly revision: number;
}

const compacted = (): EtcdError => new EtcdError('compacted', 'etcdserver: mvcc: required revision has been compacted');
const future = (): EtcdError => new EtcdError('future', 'etcdserver: mvcc: required revision is a future revision');

// Of a version in the database: its revision as the key, and the fields beside key and value.
const OVERHEAD = 40;

/** One version of a key, without a value where that is its grave, and what was there before. Most keys have one version: a chain costs less than a list. */
class Version implements KeyValue {
  constructor(
    readonly key: string,
    readonly value: unknown,
    readonly createRevision: number,
    readonly modRevision: number,
    readonly version: number,
    readonly lease: LeaseId | undefined,
    public older: Version | undefined,
  ) {}

  /** The revision from which on it is there. */
  get since(): number {
    return this.modRevision;
  }
}

/** A version that a restore brought back, later than it was written. */
class Restored extends Version {
  readonly #since: number;

  constructor({ key, value, createRevision, modRevision, version, lease }: KeyValue, since: number, older: Version | undefined) {
    super(key, value, createRevision, modRevision, version, lease, older);
    this.#since = since;
  }

  override get since(): number {
    return this.#since;
  }
}

interface Watcher {
  readonly start: string;
  readonly end: string;
  readonly onEvent: (event: StoreEvent) => void;
}

/**
 * etcd's MVCC store: one revision counter for all keys, every version of every key kept until compaction, ranges at any
 * kept revision, transactions, watches from any kept revision, leases. Synchronous; knows nothing of Kubernetes.
 *
 * Watchers are called within the write that they see. Whoever passes that on to others adds the delay.
 */
export class Store {
  readonly leases: Leases;
  /** Keys that have a kept version, and those of them that are there now: a range of the present walks no graves. */
  readonly #keys = new SortedKeys();
  readonly #live = new SortedKeys();
  /** The newest version of each key. */
  readonly #versions = new Map<string, Version>();
  /** Every event since compaction, in order of revision: what a watch from the past is fed with. */
  #history: StoreEvent[] = [];
  readonly #watchers = new Set<Watcher>();
  /** The last revision in which something below a prefix of two segments changed (`/registry/pods/`). */
  readonly #changes = new Map<string, number>();
  #revision = 1;
  #compactRevision = 0;
  /** Why nothing can be put at present, if so. */
  refusal: EtcdError | undefined;
  readonly #restored = new Set<() => void>();
  /** Who writes, for the log. */
  writer = 'apiserver';

  constructor(
    sim: Simulation,
    /** Forget history older than this many revisions (bulk runs). Unset: keep everything. */
    readonly keep?: number,
  ) {
    this.leases = new Leases(sim, (keys) => {
      this.txn(
        [],
        keys.map((key) => ({ op: 'delete', key }) as const),
        [],
      );
    });
  }

  get revision(): number {
    return this.#revision;
  }

  /** Calls a listener whenever it was restored: what its clients have seen is no history any more. */
  onRestore(listener: () => void): () => void {
    this.#restored.add(listener);
    return () => this.#restored.delete(listener);
  }
  get compactRevision(): number {
    return this.#compactRevision;
  }
  /** The last revision at which a key of `/registry/<prefix>/` was written; 0 for never. Who reads a whole prefix again and again asks first. */
  changedAt(prefix: string): number {
    return this.#changes.get(prefix) ?? 0;
  }

  /** Keys that have a kept version. */
  get size(): number {
    return this.#keys.size;
  }

  get<V>(key: string, revision = 0): KeyValue<V> | undefined {
    this.#check(revision);
    return this.#at(key, revision) as KeyValue<V> | undefined;
  }

  range(start: string, end: string, options: RangeOptions = {}): RangeResult {
    const revision = options.revision ?? 0;
    if (options.compacted !== true) this.#check(revision);
    const limit = options.limit ?? 0;
    const kvs: KeyValue[] = [];
    if (revision === 0) {
      for (const key of this.#live.range(start, end, options.skip)) {
        if (limit > 0 && kvs.length === limit) break;
        kvs.push(this.#at(key, 0) as KeyValue);
      }
      const count = limit === 0 ? kvs.length : this.#live.count(start, end);
      return { kvs, count, more: count > kvs.length, revision: this.#revision };
    }
    for (const key of this.#keys.range(start, end)) {
      const kv = this.#at(key, revision);
      if (kv === undefined) continue;
      if (limit > 0 && kvs.length === limit)
        return { kvs, count: this.#countAt(start, end, revision), more: true, revision: this.#revision };
      kvs.push(kv);
    }
    return { kvs, count: kvs.length, more: false, revision: this.#revision };
  }

  /** How many keys there were: from what there is now back to then, so that each piece of a list costs what it holds. */
  #countAt(start: string, end: string, revision: number): number {
    let count = this.#live.count(start, end);
    for (let i = this.#firstAt(revision + 1); i < this.#history.length; i++) {
      const { key, type, prev } = this.#history[i] as StoreEvent;
      if (key < start || (end !== '' && key >= end)) continue;
      if (type === 'DELETE') count++;
      else if (prev === undefined) count--;
    }
    return count;
  }

  put(key: string, value: unknown, lease?: LeaseId): KeyValue {
    if (this.refusal !== undefined) throw this.refusal;
    if (lease !== undefined) this.leases.require(lease);
    const revision = this.#revision + 1;
    const event = this.#write(key, value, revision, lease);
    this.#commit(revision, [event]);
    return event.kv as KeyValue;
  }

  /** The deleted value, if there was one. */
  delete(key: string): KeyValue | undefined {
    return this.txn([], [{ op: 'delete', key }], []).kvs[0];
  }

  /** Compares, then does one list of operations or the other, all at one revision. */
  txn(compare: readonly Compare[], success: readonly Op[], orElse: readonly Op[]): TxnResult {
    const succeeded = compare.every((condition) => this.#holds(condition));
    const ops = succeeded ? success : orElse;
    const written = new Set<string>();
    for (const op of ops) {
      if (op.op !== 'put') continue;
      if (this.refusal !== undefined) throw this.refusal;
      if (written.has(op.key)) throw new EtcdError('duplicate-key', 'etcdserver: duplicate key given in txn request');
      if (op.lease !== undefined) this.leases.require(op.lease);
      written.add(op.key);
    }
    const revision = this.#revision + 1;
    const events: StoreEvent[] = [];
    const kvs = ops.map((op) => {
      if (op.op === 'get') return this.#at(op.key, 0);
      if (op.op === 'put') {
        const event = this.#write(op.key, op.value, revision, op.lease);
        events.push(event);
        return event.kv;
      }
      const doomed = op.end === undefined ? [op.key] : [...this.#live.range(op.key, op.end)];
      const deleted = doomed.map((key) => this.#erase(key, revision)).filter((event) => event !== undefined);
      events.push(...deleted);
      return deleted[0]?.prev;
    });
    if (events.length > 0) this.#commit(revision, events);
    return { succeeded, revision: this.#revision, kvs };
  }

  /**
   * Watches keys in [start, end); `end` unset watches one key. `from` is the first revision of interest: events since
   * then are delivered at once, before this returns. Throws when `from` has been compacted.
   */
  watch(options: { start: string; end?: string; from?: number; onEvent: (event: StoreEvent) => void }): () => void {
    const watcher: Watcher = { start: options.start, end: options.end ?? `${options.start}\0`, onEvent: options.onEvent };
    const from = options.from ?? 0;
    if (from > 0) {
      if (from <= this.#compactRevision) throw compacted();
      for (let i = this.#firstAt(from); i < this.#history.length; i++) {
        const event = this.#history[i] as StoreEvent;
        if (covers(watcher, event.key)) watcher.onEvent(event);
      }
    }
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  watchPrefix(prefix: string, from: number, onEvent: (event: StoreEvent) => void): () => void {
    return this.watch({ start: prefix, end: prefixEnd(prefix), from, onEvent });
  }

  /**
   * Nobody may read what a reader at `revision` cannot see any more. It is forgotten where little history is kept; else observers
   * go on seeing it, as the page looks back at every instant.
   */
  compact(revision: number): void {
    if (revision <= this.#compactRevision) throw compacted();
    if (revision > this.#revision) throw future();
    this.#compactRevision = revision;
    if (this.keep !== undefined) this.#forget(revision);
  }

  /**
   * Becomes what a snapshot holds. Keys have the revisions that they had then; its own goes on, and nothing older can be read or
   * watched, as after `--bump-revision` and `--mark-compacted`.
   */
  restore(kvs: readonly KeyValue[], least = 0): void {
    const revision = Math.max(this.#revision + 1, least);
    const wanted = new Set(kvs.map(({ key }) => key));
    const events = [...this.#live.range('', '')]
      .filter((key) => !wanted.has(key))
      .map((key) => this.#erase(key, revision))
      .filter((event) => event !== undefined);
    for (const kv of kvs) {
      const prev = this.#at(kv.key, 0);
      if (prev?.modRevision === kv.modRevision && prev.version === kv.version) continue;
      if (prev?.lease !== undefined) this.leases.detach(prev.lease, kv.key);
      this.#add(new Restored(kv, revision, this.#versions.get(kv.key)));
      events.push({ type: 'PUT', revision, key: kv.key, kv, ...(prev === undefined ? {} : { prev }) });
    }
    this.#commit(revision, events);
    this.compact(revision);
    for (const listener of this.#restored) listener();
  }

  #forget(revision: number): void {
    const touched = new Set<string>();
    const cut = this.#firstAt(revision + 1);
    for (let i = 0; i < cut; i++) touched.add((this.#history[i] as StoreEvent).key);
    this.#history = this.#history.slice(cut);
    for (const key of touched) {
      let newer: Version | undefined;
      let oldest = this.#versions.get(key);
      for (; oldest !== undefined && oldest.since > revision; oldest = oldest.older) newer = oldest;
      if (oldest === undefined) continue;
      oldest.older = undefined;
      if (oldest.value !== undefined) continue;
      if (newer !== undefined) newer.older = undefined;
      else {
        this.#versions.delete(key);
        this.#keys.delete(key);
      }
    }
  }

  /** Bytes of all versions that a reader may still see, by a measure of a value. */
  measure(bytes: (value: unknown) => number): number {
    let sum = 0;
    for (const newest of this.#versions.values()) {
      for (let version: Version | undefined = newest; version !== undefined; version = version.older) {
        sum += version.key.length + (version.value === undefined ? 0 : bytes(version.value)) + OVERHEAD;
        if (version.since <= this.#compactRevision) break;
      }
    }
    return sum;
  }

  /** Events from a revision on whose key begins with `/registry/<what>/…`, oldest first. */
  *history(from: number, prefix: string): Generator<StoreEvent, void, undefined> {
    if (from <= this.#compactRevision) throw compacted();
    // Most watches that begin anew have missed nothing: what else was written meanwhile need not be looked through.
    if (this.changedAt(prefixOf(prefix)) < from) return;
    for (let i = this.#firstAt(from); i < this.#history.length; i++) {
      const event = this.#history[i] as StoreEvent;
      if (event.key.startsWith(prefix)) yield event;
    }
  }

  #check(revision: number): void {
    if (revision > this.#revision) throw future();
    if (revision !== 0 && revision < this.#compactRevision) throw compacted();
  }

  #at(key: string, revision: number): KeyValue | undefined {
    let version = this.#versions.get(key);
    if (revision > 0) while (version !== undefined && version.since > revision) version = version.older;
    return version?.value === undefined ? undefined : version;
  }

  #commit(revision: number, events: readonly StoreEvent[]): void {
    this.#revision = revision;
    for (const event of events) {
      this.#history.push(event);
      this.#changes.set(prefixOf(event.key), revision);
    }
    this.#publish(events);
    if (this.keep !== undefined && this.#history.length > 2 * this.keep) this.compact(this.#revision - this.keep);
  }

  #write(key: string, value: unknown, revision: number, lease: LeaseId | undefined): StoreEvent {
    const last = this.#versions.get(key);
    const prev = last?.value === undefined ? undefined : last;
    const kv = new Version(key, value, prev?.createRevision ?? revision, revision, (prev?.version ?? 0) + 1, lease, last);
    this.#add(kv);
    if (prev?.lease !== undefined && prev.lease !== lease) this.leases.detach(prev.lease, key);
    if (lease !== undefined) this.leases.attach(lease, key);
    return prev === undefined ? { type: 'PUT', revision, key, kv } : { type: 'PUT', revision, key, kv, prev };
  }

  #add(version: Version): void {
    const { key, older } = version;
    this.#versions.set(key, version);
    if (older === undefined) this.#keys.add(key);
    if (older?.value === undefined) this.#live.add(key);
  }

  #erase(key: string, revision: number): StoreEvent | undefined {
    const prev = this.#at(key, 0);
    if (prev === undefined) return undefined;
    this.#versions.set(key, new Version(key, undefined, 0, revision, 0, undefined, this.#versions.get(key)));
    this.#live.delete(key);
    if (prev.lease !== undefined) this.leases.detach(prev.lease, key);
    return { type: 'DELETE', revision, key, prev };
  }

  #publish(events: readonly StoreEvent[]): void {
    for (const event of events) {
      for (const watcher of this.#watchers) if (covers(watcher, event.key)) watcher.onEvent(event);
    }
  }

  #holds({ key, target, op, value }: Compare): boolean {
    const kv = this.#at(key, 0);
    const actual = kv === undefined ? 0 : target === 'mod' ? kv.modRevision : target === 'create' ? kv.createRevision : kv.version;
    return op === '=' ? actual === value : op === '!=' ? actual !== value : op === '<' ? actual < value : actual > value;
  }

  /** Index of the first event at or after a revision. */
  #firstAt(revision: number): number {
    let low = 0;
    let high = this.#history.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#history[middle] as StoreEvent).revision < revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** `pods` of `/registry/pods/default/web`. */
function prefixOf(key: string): string {
  const from = key.indexOf('/', 1) + 1;
  const end = key.indexOf('/', from);
  return end < 0 ? key.slice(from) : key.slice(from, end);
}

function covers(watcher: Watcher, key: string): boolean {
  return key >= watcher.start && (watcher.end === '' || key < watcher.end);
}
