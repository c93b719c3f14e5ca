import type { Kind } from '../api/kind.ts';
import { apiVersion } from '../api/kind.ts';
import { expired } from '../api/errors.ts';
import type { ApiObject } from '../api/meta.ts';
import { EtcdError } from '../etcd/etcd-error.ts';
import type { Store, StoreEvent } from '../etcd/store.ts';
import type { Random } from '../sim/random.ts';
import type { Seq } from '../sim/log.ts';
import type { Simulation, Timer } from '../sim/simulation.ts';
import { MINUTE, SECOND } from '../sim/time.ts';
import type { StorageMetrics } from './filters/storage-metrics.ts';
import type { WatchMetrics } from './filters/watch-metrics.ts';
import { NodeIndex, nodeOf } from './node-index.ts';
import { storagePrefix } from './route.ts';
import { refOf, type WatchRequest } from './watch-request.ts';
import { Watcher, type Delivery } from './watcher.ts';
import type { WatchStream } from './types.ts';
import { freeze } from './values.ts';

// min-request-timeout of kube-apiserver: a watch without a time-out of its own ends after 30 to 60 minutes.
const MIN_TIMEOUT = 1800;
const BOOKMARK_PERIOD = MINUTE;

interface Interested {
  readonly all: Set<Watcher>;
  readonly byNamespace: Map<string, Set<Watcher>>;
  readonly byKey: Map<string, Set<Watcher>>;
  readonly byNode: Map<string, Set<Watcher>>;
}

/** Who counts what is committed and sent. */
export interface WatchObservers {
  readonly watches: WatchMetrics;
  readonly storage: StorageMetrics;
}

interface Watched {
  readonly kind: Kind;
  readonly prefix: string;
  readonly interested: Interested;
}

/**
 * The watch cache: one watch on etcd for all resources, from which every client's watch is fed. Each client learns of
 * a commit in a later event of its own, after a latency of its own; one client's events never overtake each other.
 * A commit costs only the clients that asked for its namespace, its name or its node.
 */
export class Watches {
  readonly nodes = new NodeIndex();
  readonly #sim: Simulation;
  readonly #store: Store;
  readonly #byPrefix = new Map<string, Watched>();
  readonly #watchers = new Set<Watcher>();
  readonly #chance = new Map<string, Random>();
  readonly #latency: ((watcher: string) => number) | undefined;
  readonly #freeze: boolean;
  readonly #observers: WatchObservers | undefined;
  /** The log entry of each commit, for watches that begin in the past; up to where that is forgotten. */
  readonly #commits = new Map<number, Seq>();
  #forgotten = 0;
  #unsubscribe: (() => void) | undefined;
  #bookmarks: Timer | undefined;

  constructor(options: {
    sim: Simulation;
    store: Store;
    kinds: readonly Kind[];
    latency?: (watcher: string) => number;
    freeze: boolean;
    observers?: WatchObservers;
  }) {
    this.#sim = options.sim;
    this.#observers = options.observers;
    this.#store = options.store;
    this.#latency = options.latency;
    this.#freeze = options.freeze;
    for (const kind of options.kinds) this.#watched(kind);
  }

  start(): void {
    this.nodes.load(this.#store);
    if (this.#unsubscribe !== undefined) return;
    const stops = [
      this.#store.watchPrefix('/registry/', 0, (event) => this.#commit(event)),
      // What clients have seen is not what was: they list anew.
      this.#store.onRestore(() => this.#endAll()),
    ];
    this.#unsubscribe = () => stops.forEach((stop) => stop());
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#bookmarks?.cancel();
    this.#bookmarks = undefined;
    this.#endAll();
  }

  #endAll(): void {
    for (const watcher of this.#watchers) this.#sim.after(0, () => watcher.end());
  }

  /** The watches under way. */
  *underway(): Generator<WatchRequest, void, undefined> {
    for (const { request } of this.#watchers) yield request;
  }

  /** Begins a watch; `initial` lists what there is when it does not begin at a revision. */
  open(request: WatchRequest, initial: () => readonly ApiObject[]): WatchStream {
    const sim = this.#sim;
    const cause = sim.cause;
    const watched = this.#watched(request.kind);
    const sent = this.#observers?.watches.of(request.kind);
    const watcher = new Watcher(sim, request, this.#delayOf(request), () => this.#forget(watched, watcher), sent);
    const revision = this.#store.revision;
    try {
      if (request.from === undefined) {
        for (const object of initial()) {
          if (request.matches?.(object) === false) continue;
          watcher.push({ type: 'ADDED', object, revision: Number(object.metadata.resourceVersion), cause });
        }
        if (request.markInitialEnd) watcher.push(this.#bookmark(request.kind, revision, cause, { 'k8s.io/initial-events-end': 'true' }));
      } else {
        for (const event of this.#store.history(request.from + 1, watched.prefix)) {
          const delivery = this.#transition(event, watcher, this.#commits.get(event.revision) ?? cause);
          if (delivery !== undefined) watcher.push(delivery);
        }
      }
    } catch (error) {
      if (!(error instanceof EtcdError) || error.code !== 'compacted') throw error;
      const { status } = expired(`too old resource version: ${request.from} (${this.#store.compactRevision})`);
      watcher.push({ type: 'ERROR', object: status as unknown as ApiObject, revision, cause });
      return watcher.stream;
    }
    watcher.seen = request.from ?? revision;
    this.#remember(watched, watcher);
    const seconds = MIN_TIMEOUT + this.#random(request).int(MIN_TIMEOUT);
    watcher.expireAfter(request.timeout ?? seconds * SECOND);
    if (request.bookmarks) this.#armBookmarks();
    return watcher.stream;
  }

  /** No watch begins before what was compacted. */
  #forgetCommits(): void {
    const { compactRevision } = this.#store;
    if (compactRevision === this.#forgotten) return;
    this.#forgotten = compactRevision;
    for (const revision of this.#commits.keys()) {
      if (revision > compactRevision) break;
      this.#commits.delete(revision);
    }
  }

  /** A write: enters the log, then sets out to everybody whom it may concern. */
  #commit(event: StoreEvent): void {
    const object = (event.kv ?? event.prev)?.value as ApiObject;
    const watched = this.#byPrefix.get(prefixOf(event.key));
    let cause: Seq = 0;
    if (this.#sim.log.enabled) {
      const type = event.type === 'DELETE' ? 'DELETED' : event.prev === undefined ? 'ADDED' : 'MODIFIED';
      const detail = { type, key: event.key, revision: event.revision } as const;
      cause = this.#sim.append(this.#store.writer, 'commit', detail, { target: 'etcd', ref: refOf(object, event.revision) });
      this.#commits.set(event.revision, cause);
      this.#forgetCommits();
    }
    this.nodes.apply(event);
    if (watched === undefined) return;
    this.#observers?.storage.committed(watched.kind, event);
    const { all, byNamespace, byKey, byNode } = watched.interested;
    const tell = (watchers: Set<Watcher> | undefined): void => {
      if (watchers === undefined) return;
      for (const watcher of watchers) {
        const delivery = this.#transition(event, watcher, cause, () => (gone ??= this.#deleted(event)));
        if (delivery !== undefined) watcher.push(delivery);
      }
    };
    let gone: ApiObject | undefined;
    tell(all);
    const { namespace, name } = object.metadata;
    if (byNamespace.size > 0) tell(byNamespace.get(namespace ?? ''));
    if (byKey.size > 0) tell(byKey.get(`${namespace ?? ''}/${name ?? ''}`));
    if (byNode.size > 0) {
      const now = nodeOf(object);
      const before = nodeOf(event.prev?.value as ApiObject | undefined);
      if (now !== undefined) tell(byNode.get(now));
      if (before !== undefined && before !== now) tell(byNode.get(before));
    }
  }

  /** What a commit is to one watcher: an object may come into its selection, change in it, or leave it. */
  #transition(event: StoreEvent, { request }: Watcher, cause: Seq, gone = (): ApiObject => this.#deleted(event)): Delivery | undefined {
    if (request.from !== undefined && event.revision <= request.from) return undefined;
    const object = event.kv?.value as ApiObject | undefined;
    const previous = event.prev?.value as ApiObject | undefined;
    const now = object !== undefined && selects(request, object);
    const before = previous !== undefined && selects(request, previous);
    if (!now && !before) return undefined;
    if (!now) return { type: 'DELETED', object: gone(), revision: event.revision, cause };
    return { type: before ? 'MODIFIED' : 'ADDED', object, revision: event.revision, cause };
  }

  /** The last state, with the revision at which it went. */
  #deleted(event: StoreEvent): ApiObject {
    const last = event.prev?.value as ApiObject;
    const object = { ...last, metadata: { ...last.metadata, resourceVersion: String(event.revision) } };
    return this.#freeze ? freeze(object) : object;
  }

  #bookmark(kind: Kind, revision: number, cause: Seq, annotations?: Record<string, string>): Delivery {
    const metadata = {
      resourceVersion: String(revision),
      creationTimestamp: null as unknown as string,
      ...(annotations === undefined ? {} : { annotations }),
    };
    return { type: 'BOOKMARK', object: { kind: kind.kind, apiVersion: apiVersion(kind), metadata }, revision, cause };
  }

  #armBookmarks(): void {
    if (this.#bookmarks?.pending === true) return;
    this.#bookmarks = this.#sim.at(
      this.#sim.now + BOOKMARK_PERIOD,
      () => {
        const { revision } = this.#store;
        let wanted = false;
        // One for all who watch a kind.
        const bookmarks = new Map<Kind, Delivery>();
        const bookmarkOf = (kind: Kind): Delivery => {
          let bookmark = bookmarks.get(kind);
          if (bookmark === undefined) bookmarks.set(kind, (bookmark = this.#bookmark(kind, revision, 0)));
          return bookmark;
        };
        // A sink may end a watch or begin another: only those of now are told.
        for (const watcher of Array.from(this.#watchers)) {
          if (!watcher.request.bookmarks) continue;
          wanted = true;
          if (watcher.idle && watcher.seen < revision) watcher.deliver(bookmarkOf(watcher.request.kind));
        }
        if (wanted && this.#unsubscribe !== undefined) this.#armBookmarks();
      },
      { background: true },
    );
  }

  #remember(watched: Watched, watcher: Watcher): void {
    this.#watchers.add(watcher);
    for (const [map, key] of places(watched.interested, watcher.request)) {
      const set = map.get(key);
      if (set === undefined) map.set(key, new Set([watcher]));
      else set.add(watcher);
      return;
    }
    watched.interested.all.add(watcher);
  }

  #forget(watched: Watched, watcher: Watcher): void {
    this.#watchers.delete(watcher);
    for (const [map, key] of places(watched.interested, watcher.request)) {
      const set = map.get(key);
      set?.delete(watcher);
      if (set?.size === 0) map.delete(key);
      return;
    }
    watched.interested.all.delete(watcher);
  }

  #delayOf(request: WatchRequest): () => number {
    const fixed = this.#latency;
    if (fixed !== undefined) return () => fixed(request.actor);
    const chance = this.#random(request);
    return () => 1 + chance.int(4);
  }

  #random(request: WatchRequest): Random {
    const name = `watch/${request.actor}/${request.kind.resource}`;
    let chance = this.#chance.get(name);
    if (chance === undefined) this.#chance.set(name, (chance = this.#sim.random(name)));
    return chance;
  }

  #watched(kind: Kind): Watched {
    const prefix = storagePrefix(kind);
    let watched = this.#byPrefix.get(prefix);
    if (watched === undefined) {
      watched = { kind, prefix, interested: { all: new Set(), byNamespace: new Map(), byKey: new Map(), byNode: new Map() } };
      this.#byPrefix.set(prefix, watched);
    }
    return watched;
  }
}

/** The narrowest index that serves the request; none: it is told of everything. */
function* places({ byNamespace, byKey, byNode }: Interested, request: WatchRequest): Generator<[Map<string, Set<Watcher>>, string]> {
  if (request.name !== undefined && (request.namespace !== '' || !request.kind.namespaced))
    yield [byKey, `${request.namespace}/${request.name}`];
  else if (request.node !== undefined) yield [byNode, request.node];
  else if (request.namespace !== '') yield [byNamespace, request.namespace];
}

function selects(request: WatchRequest, object: ApiObject): boolean {
  const { namespace, name } = object.metadata;
  if (request.namespace !== '' && namespace !== request.namespace) return false;
  if (request.name !== undefined && name !== request.name) return false;
  return request.matches === undefined || request.matches(object);
}

/** `/registry/pods/` of `/registry/pods/default/web`. */
function prefixOf(key: string): string {
  const second = key.indexOf('/', '/registry/'.length);
  // Custom resources lie below their group, which is a domain.
  const grouped = key.startsWith('/registry/services/') || key.lastIndexOf('.', second) > 0;
  const end = grouped ? key.indexOf('/', second + 1) : second;
  return key.slice(0, end + 1);
}
