import { sha256 as digest } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** The digest in hexadecimal. WebCrypto's is a promise, and programs here have none. */
export function sha256(bytes: Uint8Array): string {
  return bytesToHex(digest(bytes));
}
