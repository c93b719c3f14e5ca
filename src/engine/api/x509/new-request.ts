import { sha256 } from '@noble/hashes/sha2.js';
import { sign } from './certificate-authority.ts';
import { TAG, bitString, encode, oid, sequence } from './der.ts';
import { COMMON_NAME, ORGANIZATION } from './names.ts';
import { pem } from './pem.ts';
import { newKeyPair } from './private-key.ts';
import { ECDSA_SHA256 } from './signature.ts';

/** A key, and the request (PKCS #10) to certify it, both in PEM: what a kubelet makes when it joins. `seed` alone decides them. */
export function newRequest(holder: { commonName: string; organizations: readonly string[]; seed: string }): {
  request: string;
  key: string;
} {
  const { commonName, organizations, seed } = holder;
  const { key, publicKey } = newKeyPair(seed);
  const part = (type: string, value: string): Uint8Array =>
    encode(TAG.set, sequence(oid(type), encode(TAG.utf8, new TextEncoder().encode(value))));
  const subject = sequence(...organizations.map((name) => part(ORGANIZATION, name)), part(COMMON_NAME, commonName));
  const asked = sequence(encode(TAG.integer, Uint8Array.of(0)), subject, publicKey, encode(0xa0));
  const secret = [...sha256(new TextEncoder().encode(seed))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { request: pem(sequence(asked, sequence(oid(ECDSA_SHA256)), bitString(sign(asked, secret))), 'CERTIFICATE REQUEST'), key };
}
