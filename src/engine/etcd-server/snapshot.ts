import { decodeBytes, encodeBytes } from '../api/base64.ts';
import { databaseFile, type EtcdDatabase } from '../api/etcd-database.ts';
import type { Store } from '../etcd/store.ts';
import { storedValue, valueBytes } from './values.ts';

export const ETCD_VERSION = '3.6.8';

/** The database file of a store as it is now; a member's own names its cluster. */
export function databaseOf(store: Store, cluster?: string): Uint8Array {
  const kvs = store.range('', '').kvs.map(({ key, value, createRevision, modRevision, version, lease }) => ({
    key,
    value: encodeBytes(valueBytes(value)),
    create: createRevision,
    mod: modRevision,
    version,
    ...(lease === undefined ? {} : { lease }),
  }));
  return databaseFile({ version: ETCD_VERSION, revision: store.revision, ...(cluster === undefined ? {} : { cluster }), kvs });
}

/** Restores a store to what a file holds. Leases that are over by now are not brought back. */
export function loadDatabase(store: Store, { kvs, revision, bump = 0 }: EtcdDatabase): void {
  const leases = new Set(store.leases.list());
  const restored = kvs.map(({ key, value, create, mod, version, lease }) => ({
    key,
    value: storedValue(key, decodeBytes(value), mod),
    createRevision: create,
    modRevision: mod,
    version,
    lease: lease !== undefined && leases.has(lease) ? lease : undefined,
  }));
  store.restore(restored, revision + bump);
}
