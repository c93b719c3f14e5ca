import { sha256 } from '@noble/hashes/sha2.js';
import { encodeBytes } from '../api/base64.ts';
import type { Kind } from '../api/kind.ts';

// Served in several versions, stored in one.
const STORED_AS: Readonly<Record<string, string>> = { 'autoscaling/v1': 'autoscaling/v2', 'events.k8s.io/v1': '/v1' };

/** By what clients can tell that the stored version of a resource has changed (`discovery.StorageVersionHash`). */
export function storageVersionHash({ group, version, kind }: Kind): string {
  const served = `${group}/${version}`;
  return encodeBytes(sha256(new TextEncoder().encode(`${STORED_AS[served] ?? served}/${kind}`)).subarray(0, 8));
}
