import { decodeBytes, encodeBytes } from '../api/base64.ts';
import { databaseFile, type EtcdDatabase } from '../api/etcd-database.ts';
import type { Store } from '../etcd/store.ts';
import { storedValue, valueBytes } from './values.ts';

export const ETCD_VERSION = '3.6.8';

/** The database file of a store as it is now. */
export function databaseOf(store: Store): Uint8Array {
  const kvs = store.range('', '').kvs.map(({ key, value }) => ({ key, value: encodeBytes(valueBytes(value)) }));
  return databaseFile({ version: ETCD_VERSION, revision: store.revision, kvs });
}

/**
 * Brings a store to what a file holds, in one transaction of the differences: revisions go on, as after a restore with
 * `--bump-revision` and `--mark-compacted`, so that no client sees them go back.
 */
export function loadDatabase(store: Store, { kvs }: EtcdDatabase): void {
  const revision = store.revision + 1;
  const wanted = new Map(kvs.map(({ key, value }) => [key, value]));
  const present = new Map(store.range('', '').kvs.map(({ key, value }) => [key, encodeBytes(valueBytes(value))]));
  const puts = [...wanted]
    .filter(([key, value]) => present.get(key) !== value)
    .map(([key, value]) => ({ op: 'put', key, value: storedValue(key, decodeBytes(value), revision) }) as const);
  const deletions = [...present.keys()].filter((key) => !wanted.has(key)).map((key) => ({ op: 'delete', key }) as const);
  store.txn([], [...deletions, ...puts], []);
}
