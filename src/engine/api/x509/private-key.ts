import { p256 } from './p256.ts';
import { sha256 } from '@noble/hashes/sha2.js';
import { DerError, TAG, bitString, elementOf, elementsOf, encode, oid, sameBytes, sequence } from './der.ts';
import { pem, pemBlock } from './pem.ts';
import type { Certificate } from './certificate.ts';

const EC_KEY = '1.2.840.10045.2.1';
const P256 = '1.2.840.10045.3.1.7';

export interface KeyPair {
  /** `EC PRIVATE KEY` in PEM, on P-256. */
  readonly key: string;
  /** DER of SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
}

/** A key pair that `seed` alone decides. */
export function newKeyPair(seed: string): KeyPair {
  return keyPair(sha256(new TextEncoder().encode(seed)));
}

/** The PEM text of a key whose secret number is given in hexadecimal digits. */
export function keyText(hex: string): string {
  return keyPair(Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))).key;
}

function keyPair(secret: Uint8Array): KeyPair {
  const point = p256.getPublicKey(secret, false);
  const body = sequence(
    encode(TAG.integer, Uint8Array.of(1)),
    encode(TAG.octetString, secret),
    encode(0xa0, oid(P256)),
    encode(0xa1, bitString(point)),
  );
  return { key: pem(body, 'EC PRIVATE KEY'), publicKey: sequence(sequence(oid(EC_KEY), oid(P256)), bitString(point)) };
}

/** Why a key cannot serve a certificate, in the words of Go's `tls.X509KeyPair`; undefined when it is its own. */
export function keyRefusal(certificate: Certificate, keyPem: string): string | undefined {
  const own = publicPart(keyPem);
  if (own === 'no key') return 'tls: failed to find any PEM data in key input';
  if (own === undefined) return 'tls: failed to parse private key';
  const [, bits] = elementsOf(certificate.publicKey.content);
  const key = bits?.content.subarray(1) ?? new Uint8Array();
  // For RSA the key is a sequence whose first number is the modulus.
  const theirs = key[0] === TAG.sequence ? (elementsOf(elementOf(key, TAG.sequence).content)[0]?.content ?? new Uint8Array()) : key;
  return sameBytes(own, theirs) ? undefined : 'tls: private key does not match public key';
}

/** The point of an elliptic key, or the modulus of an RSA key. */
function publicPart(text: string): Uint8Array | 'no key' | undefined {
  const ec = pemBlock(text, 'EC PRIVATE KEY');
  const rsa = pemBlock(text, 'RSA PRIVATE KEY');
  const pkcs8 = pemBlock(text, 'PRIVATE KEY');
  if (ec === undefined && rsa === undefined && pkcs8 === undefined) return 'no key';
  try {
    if (ec !== undefined) return pointOf(ec);
    if (rsa !== undefined) return modulusOf(rsa);
    const [, algorithm, inner] = elementsOf(elementOf(pkcs8 ?? new Uint8Array(), TAG.sequence).content);
    if (algorithm === undefined || inner === undefined) return undefined;
    const elliptic = sameBytes(algorithm.content.subarray(0, oid(EC_KEY).length), oid(EC_KEY));
    return elliptic ? pointOf(inner.content) : modulusOf(inner.content);
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

function modulusOf(bytes: Uint8Array): Uint8Array | undefined {
  return elementsOf(elementOf(bytes, TAG.sequence).content)[1]?.content;
}

function pointOf(bytes: Uint8Array): Uint8Array | undefined {
  const fields = elementsOf(elementOf(bytes, TAG.sequence).content);
  const told = fields.find(({ tag }) => tag === 0xa1);
  if (told !== undefined) return elementsOf(told.content)[0]?.content.subarray(1);
  const secret = fields[1]?.content;
  return secret?.length === 32 ? p256.getPublicKey(secret, false) : undefined;
}
