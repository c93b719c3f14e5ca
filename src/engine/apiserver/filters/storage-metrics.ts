import type { Kind } from '../../api/kind.ts';
import type { Store, StoreEvent } from '../../etcd/store.ts';
import type { Registry } from '../../metrics/registry.ts';
import { storagePrefix } from '../route.ts';

interface Writes {
  create: number;
  update: number;
  delete: number;
}

/** What the API server keeps in etcd and asks of it. Objects are counted when somebody scrapes, writes as they come. */
export class StorageMetrics {
  readonly #writes = new Map<Kind, Writes>();

  constructor(registry: Registry, store: Store, kinds: () => readonly Kind[]) {
    const stored = (): [Kind, number][] => {
      const seen = new Set<string>();
      return kinds().flatMap((kind): [Kind, number][] => {
        const prefix = storagePrefix(kind);
        if (seen.has(prefix) || kind.view !== undefined) return [];
        seen.add(prefix);
        return [[kind, store.range(prefix, `${prefix}\uffff`, { limit: 1 }).count]];
      });
    };
    registry.collect({ name: 'apiserver_resource_objects', help: 'Objects in storage.', labels: ['group', 'resource'] }, (emit) => {
      for (const [{ group, resource }, count] of stored()) emit(count, group, resource);
    });
    registry.collect(
      {
        name: 'apiserver_storage_objects',
        help: '(Deprecated since 1.34.0) Objects in storage, by resource and group in one.',
        stability: 'STABLE',
        labels: ['resource'],
      },
      (emit) => {
        for (const [{ group, resource }, count] of stored()) emit(count, group === '' ? resource : `${resource}.${group}`);
      },
    );
    registry.collect(
      {
        name: 'etcd_requests_total',
        help: 'Writes to etcd. Reads are served from memory here.',
        type: 'counter',
        labels: ['operation', 'group', 'resource'],
      },
      (emit) => {
        for (const [{ group, resource }, writes] of this.#writes)
          for (const operation of ['create', 'update', 'delete'] as const)
            if (writes[operation] > 0) emit(writes[operation], operation, group, resource);
      },
    );
    for (const what of ['received', 'dispatched'])
      registry.collect(
        {
          name: `apiserver_watch_cache_events_${what}_total`,
          help: `Events of the store that the watch cache ${what}.`,
          type: 'counter',
          labels: ['group', 'resource'],
        },
        (emit) => {
          for (const [{ group, resource }, writes] of this.#writes) emit(writes.create + writes.update + writes.delete, group, resource);
        },
      );
  }

  /** A commit of an object of this kind. */
  committed(kind: Kind, { type, prev }: StoreEvent): void {
    let writes = this.#writes.get(kind);
    if (writes === undefined) this.#writes.set(kind, (writes = { create: 0, update: 0, delete: 0 }));
    if (type === 'DELETE') writes.delete++;
    else if (prev === undefined) writes.create++;
    else writes.update++;
  }

  reset(): void {
    this.#writes.clear();
  }
}
