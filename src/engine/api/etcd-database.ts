import { sha256 } from '@noble/hashes/sha2.js';
import { hashText } from '../sim/hash.ts';

/** A key as a database file of etcd has it: its value in base64, and its revisions. */
export interface StoredKey {
  readonly key: string;
  readonly value: string;
  readonly create: number;
  readonly mod: number;
  readonly version: number;
  readonly lease?: number;
}

/** What a database file of etcd holds here: the keys as they were at a revision. (The real one keeps older versions too.) */
export interface EtcdDatabase {
  readonly version: string;
  readonly revision: number;
  /** The cluster whose member's it is; a snapshot is nobody's. */
  readonly cluster?: string;
  /** What a restore adds to the revision (`--bump-revision`). */
  readonly bump?: number;
  readonly kvs: readonly StoredKey[];
}

const DIGEST = 32;
const PAGE = 512;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The file, padded to whole pages. */
export function databaseFile(database: EtcdDatabase): Uint8Array {
  const text = encoder.encode(JSON.stringify(database));
  const file = new Uint8Array(Math.ceil(text.length / PAGE) * PAGE).fill(32);
  file.set(text);
  return file;
}

/** What `snapshot save` writes: the file, and after it the digest that a restore looks at. */
export function withDigest(file: Uint8Array): Uint8Array {
  const whole = new Uint8Array(file.length + DIGEST);
  whole.set(file);
  whole.set(sha256(file), file.length);
  return whole;
}

/** The number of a cluster that begins with these words: name, peers and token. */
export function clusterNumber(words: string): string {
  return new DataView(sha256(encoder.encode(words)).buffer).getBigUint64(0).toString();
}

/** Reads a file; a sentence where it is none, or was changed. `checked`: it had a digest, which was right. */
export function readDatabaseFile(bytes: Uint8Array): { database: EtcdDatabase; file: Uint8Array; checked: boolean; hash: number } | string {
  const checked = bytes.length % PAGE === DIGEST;
  const file = checked ? bytes.subarray(0, -DIGEST) : bytes;
  const hex = (digest: Uint8Array): string => Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (checked && hex(sha256(file)) !== hex(bytes.subarray(file.length)))
    return `expected sha256 [${hex(bytes.subarray(file.length))}], got [${hex(sha256(file))}]`;
  try {
    const text = decoder.decode(file);
    const database = JSON.parse(text) as EtcdDatabase;
    if (Array.isArray(database.kvs)) return { database, file, checked, hash: hashText(text) };
  } catch {
    // Told below.
  }
  return 'snapshot file integrity check failed. invalid database';
}
