import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { decodeBytes, encodeBytes } from '../../engine/api/base64.ts';

const DIGEST = 32;

/** Shuts bytes away under a key (kubeadm uses AES-GCM; here the stream is HMAC's, and a digest tells whether the key was right). */
export function seal(text: string, key: string): string {
  const plain = new TextEncoder().encode(text);
  const sealed = new Uint8Array(plain.length + DIGEST);
  sealed.set(hmac(sha256, bytesOf(key), plain));
  sealed.set(stream(plain, key), DIGEST);
  return encodeBytes(sealed);
}

/** Undefined with another key. */
export function unseal(text: string, key: string): string | undefined {
  const sealed = decodeBytes(text);
  const plain = stream(sealed.subarray(DIGEST), key);
  const digest = hmac(sha256, bytesOf(key), plain);
  return digest.every((byte, i) => byte === sealed[i]) ? new TextDecoder().decode(plain) : undefined;
}

function stream(bytes: Uint8Array, key: string): Uint8Array {
  const secret = bytesOf(key);
  const out = new Uint8Array(bytes.length);
  for (let block = 0; block * DIGEST < bytes.length; block++) {
    const pad = hmac(sha256, secret, Uint8Array.of(block >> 8, block & 255));
    for (let i = block * DIGEST; i < Math.min(bytes.length, (block + 1) * DIGEST); i++)
      out[i] = (bytes[i] as number) ^ (pad[i - block * DIGEST] as number);
  }
  return out;
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
