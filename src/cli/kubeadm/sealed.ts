import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Process } from '../../engine/os/process.ts';

// As crypto/cipher's AEAD has them: nonce, what is hidden, and what proves it.
const NONCE = 12;
const TAG = 16;
const BLOCK = 32;

/** The bytes of a certificate key; Go's sentence where it is none. */
export function certificateKey(text: string): Uint8Array | string {
  const wrong = /[^0-9a-f]/i.exec(text)?.[0];
  if (wrong !== undefined)
    return `encoding/hex: invalid byte: U+${wrong.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')} '${wrong}'`;
  if (text.length % 2 === 1) return 'encoding/hex: odd length hex string';
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** AES has keys of three sizes. */
export function sizeProblem({ length }: Uint8Array): string | undefined {
  return [16, 24, 32].includes(length) ? undefined : `crypto/aes: invalid key size ${length}`;
}

/** Hidden by a key, in the shape that AES-GCM has. No cipher is at hand here: the stream is HMAC-SHA-256 of a counter. */
export function seal(process: Process, key: Uint8Array, open: Uint8Array): Uint8Array {
  const nonce = Uint8Array.from({ length: NONCE }, () => process.random(256));
  const hidden = streamed(key, nonce, open);
  return new Uint8Array([...nonce, ...hidden, ...proof(key, nonce, hidden)]);
}

/** What was sealed; undefined where the key is another. */
export function unseal(key: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const [nonce, hidden, tag] = [sealed.slice(0, NONCE), sealed.slice(NONCE, -TAG), sealed.slice(-TAG)];
  if (proof(key, nonce, hidden).join() !== tag.join()) return undefined;
  return streamed(key, nonce, hidden);
}

function streamed(key: Uint8Array, nonce: Uint8Array, bytes: Uint8Array): Uint8Array {
  const pads = Array.from({ length: Math.ceil(bytes.length / BLOCK) }, (_, i) =>
    hmac(sha256, key, new Uint8Array([...nonce, i >> 8, i & 255])),
  );
  return bytes.map((byte, i) => byte ^ (pads[Math.floor(i / BLOCK)]?.[i % BLOCK] ?? 0));
}

const proof = (key: Uint8Array, nonce: Uint8Array, hidden: Uint8Array): Uint8Array =>
  hmac(sha256, key, new Uint8Array([...nonce, ...hidden])).slice(0, TAG);
