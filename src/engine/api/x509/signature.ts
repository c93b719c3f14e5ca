import { p256 } from './p256.ts';
import { sha256 } from '@noble/hashes/sha2.js';
import { TAG, elementsOf, isOid, oid, sameBytes, sequence, encode, type Element } from './der.ts';

export const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const RSA_SHA256 = '1.2.840.113549.1.1.11';
const EC_KEY = '1.2.840.10045.2.1';
const P256 = '1.2.840.10045.3.1.7';
const SHA256 = '2.16.840.1.101.3.4.2.1';

export interface Signed {
  readonly algorithm: Element;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Element;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

/** ECDSA on P-256 and RSA (PKCS #1 v1.5), both with SHA-256, which is what kubeadm, openssl and cfssl make; others are refused. */
export function verifySignature({ algorithm, publicKey, signed, signature }: Signed): void {
  const [id] = elementsOf(algorithm.content);
  const [keyAlgorithm, bits] = elementsOf(publicKey.content);
  const key = bits?.content.subarray(1);
  const [keyType, curve] = keyAlgorithm === undefined ? [] : elementsOf(keyAlgorithm.content);
  if (id === undefined || key === undefined || keyType === undefined) throw new Error('x509: malformed certificate request');
  if (isOid(id, ECDSA_SHA256) && isOid(keyType, EC_KEY) && curve !== undefined && isOid(curve, P256)) {
    if (!verifyEcdsa(signature, signed, key)) throw new Error('x509: ECDSA verification failure');
  } else if (isOid(id, RSA_SHA256)) {
    if (!verifyRsa(signature, signed, key)) throw new Error('crypto/rsa: verification error');
  } else throw new Error('x509: cannot verify signature: algorithm unimplemented');
}

function verifyEcdsa(signature: Uint8Array, signed: Uint8Array, key: Uint8Array): boolean {
  try {
    return p256.verify(signature, signed, key, { format: 'der', lowS: false });
  } catch {
    return false;
  }
}

/** RSASSA-PKCS1-v1_5: the signature, raised to the public exponent, is the padded digest. */
function verifyRsa(signature: Uint8Array, signed: Uint8Array, key: Uint8Array): boolean {
  const [modulus, exponent] = elementsOf(elementsOf(key)[0]?.content ?? new Uint8Array());
  if (modulus === undefined || exponent === undefined || exponent.content.length > 4) return false;
  const n = numberOf(modulus.content);
  const size = Math.ceil(n.toString(16).length / 2);
  if (signature.length !== size || size > 1024) return false;
  const digest = sequence(sequence(oid(SHA256), encode(TAG.null)), encode(TAG.octetString, sha256(signed)));
  const padded = new Uint8Array(size).fill(0xff);
  padded.set([0, 1]);
  padded.set([0, ...digest], size - digest.length - 1);
  const actual = power(numberOf(signature), Number(numberOf(exponent.content)), n);
  return sameBytes(bytesOf(actual, size), padded);
}

function power(base: bigint, exponent: number, modulus: bigint): bigint {
  let result = 1n;
  let factor = base % modulus;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = (result * factor) % modulus;
    factor = (factor * factor) % modulus;
  }
  return result;
}

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x0${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`);

function bytesOf(value: bigint, size: number): Uint8Array {
  const hex = value.toString(16).padStart(size * 2, '0');
  return Uint8Array.from({ length: size }, (_, index) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16));
}
