import { sha256 } from '@noble/hashes/sha2.js';
import { concat, decode, encode } from '../os/text.ts';
import { hashText } from '../sim/hash.ts';
import { decodeBytes, encodeBytes } from '../api/base64.ts';
import type { Store } from './store.ts';
import { storedValue, valueBytes } from './values.ts';

/** What a database file holds: the keys as they were at a revision. (The real one keeps older versions too.) */
export interface Snapshot {
  readonly version: string;
  readonly revision: number;
  readonly kvs: readonly { readonly key: string; readonly value: string }[];
}

export const ETCD_VERSION = '3.6.8';
const DIGEST = 32;
const PAGE = 512;

/** The database file of a store as it is now, padded to whole pages. */
export function databaseOf(store: Store): Uint8Array {
  const kvs = store.range('', '').kvs.map(({ key, value }) => ({ key, value: encodeBytes(valueBytes(value)) }));
  const text = encode(JSON.stringify({ version: ETCD_VERSION, revision: store.revision, kvs } satisfies Snapshot));
  return concat([text, new Uint8Array((PAGE - (text.length % PAGE)) % PAGE).fill(32)]);
}

/** What `snapshot save` writes: the file, and after it the digest that a restore looks at. */
export function snapshotOf(store: Store): Uint8Array {
  const database = databaseOf(store);
  return concat([database, sha256(database)]);
}

/** Reads a file; a sentence where it is none, or was changed. */
export function readSnapshot(file: Uint8Array): { snapshot: Snapshot; checked: boolean; hash: number } | string {
  const checked = file.length % PAGE === DIGEST;
  const database = checked ? file.subarray(0, -DIGEST) : file;
  if (checked && !sha256(database).every((byte, i) => byte === file[database.length + i]))
    return 'expected sha256 [...], got [...]: the snapshot was changed';
  try {
    const snapshot = JSON.parse(decode(database)) as Snapshot;
    if (!Array.isArray(snapshot.kvs)) return 'snapshot file integrity check failed. invalid database';
    return { snapshot, checked, hash: hashText(decode(database)) };
  } catch {
    return 'snapshot file integrity check failed. invalid database';
  }
}

/**
 * Brings a store to what a file holds, in one transaction of the differences: revisions go on, as after a restore with
 * `--bump-revision` and `--mark-compacted`, so that no client sees them go back.
 */
export function loadSnapshot(store: Store, { kvs }: Snapshot): void {
  const revision = store.revision + 1;
  const wanted = new Map(kvs.map(({ key, value }) => [key, value]));
  const present = new Map(store.range('', '').kvs.map(({ key, value }) => [key, encodeBytes(valueBytes(value))]));
  const puts = [...wanted]
    .filter(([key, value]) => present.get(key) !== value)
    .map(([key, value]) => ({ op: 'put', key, value: storedValue(key, decodeBytes(value), revision) }) as const);
  const deletions = [...present.keys()].filter((key) => !wanted.has(key)).map((key) => ({ op: 'delete', key }) as const);
  store.txn([], [...deletions, ...puts], []);
}
