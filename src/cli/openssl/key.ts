import { sha256 } from '@noble/hashes/sha2.js';
import { TAG, bitString, elementOf, elementsOf, encode, integer, isOid, oid, sequence } from '../../engine/api/x509/der.ts';
import { p256 } from '../../engine/api/x509/p256.ts';
import { pem, pemBlock } from '../../engine/api/x509/pem.ts';
import { ECDSA_SHA256 } from '../../engine/api/x509/signature.ts';
import { inverse, power, type RsaKey } from './rsa.ts';

const EC = '1.2.840.10045.2.1';
const P256 = '1.2.840.10045.3.1.7';
const RSA = '1.2.840.113549.1.1.1';
const RSA_SHA256 = '1.2.840.113549.1.1.11';
const SHA256 = '2.16.840.1.101.3.4.2.1';
const NULL = encode(TAG.null);

export type PrivateKey = { readonly kind: 'ec'; readonly secret: Uint8Array } | { readonly kind: 'rsa'; readonly rsa: RsaKey };

const hexOf = (value: bigint): string => {
  const hex = value.toString(16);
  return hex.length % 2 === 0 ? hex : `0${hex}`;
};
const bytesOf = (value: bigint): Uint8Array => Uint8Array.from(hexOf(value).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x0${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`);
const number = (value: bigint): Uint8Array => integer(bytesOf(value));

/** SubjectPublicKeyInfo. */
export function publicKeyOf(key: PrivateKey): Uint8Array {
  if (key.kind === 'ec') return sequence(sequence(oid(EC), oid(P256)), bitString(p256.getPublicKey(key.secret, false)));
  return sequence(sequence(oid(RSA), NULL), bitString(sequence(number(key.rsa.modulus), number(key.rsa.publicExponent))));
}

/** As openssl writes it: `EC PRIVATE KEY` for ecparam, `PRIVATE KEY` (PKCS #8) else. */
export function keyPem(key: PrivateKey, traditional = false): string {
  const ecBody = (secret: Uint8Array, named: boolean): Uint8Array =>
    sequence(
      integer(Uint8Array.of(1)),
      encode(TAG.octetString, secret),
      ...(named ? [encode(0xa0, oid(P256))] : []),
      encode(0xa1, bitString(p256.getPublicKey(secret, false))),
    );
  if (key.kind === 'ec')
    return traditional
      ? pem(ecBody(key.secret, true), 'EC PRIVATE KEY')
      : pem(
          sequence(integer(Uint8Array.of(0)), sequence(oid(EC), oid(P256)), encode(TAG.octetString, ecBody(key.secret, false))),
          'PRIVATE KEY',
        );
  const { modulus, publicExponent, privateExponent, primes } = key.rsa;
  const [p, q] = primes;
  const body = sequence(
    ...[0n, modulus, publicExponent, privateExponent, p, q, privateExponent % (p - 1n), privateExponent % (q - 1n), inverse(q, p)].map(
      number,
    ),
  );
  if (traditional) return pem(body, 'RSA PRIVATE KEY');
  return pem(sequence(integer(Uint8Array.of(0)), sequence(oid(RSA), NULL), encode(TAG.octetString, body)), 'PRIVATE KEY');
}

/** The first private key of a PEM text; `undefined` when there is none that is known here. */
export function readKey(text: string): PrivateKey | undefined {
  const ec = pemBlock(text, 'EC PRIVATE KEY');
  if (ec !== undefined) return readEc(ec);
  const rsa = pemBlock(text, 'RSA PRIVATE KEY');
  if (rsa !== undefined) return readRsa(rsa);
  const pkcs8 = pemBlock(text, 'PRIVATE KEY');
  if (pkcs8 === undefined) return undefined;
  const [, algorithm, inner] = elementsOf(elementOf(pkcs8, TAG.sequence).content);
  const [type] = elementsOf(algorithm?.content ?? new Uint8Array());
  if (type === undefined || inner === undefined) return undefined;
  return isOid(type, EC) ? readEc(inner.content) : isOid(type, RSA) ? readRsa(inner.content) : undefined;
}

function readEc(bytes: Uint8Array): PrivateKey | undefined {
  const secret = elementsOf(elementOf(bytes, TAG.sequence).content)[1]?.content;
  return secret?.length === 32 ? { kind: 'ec', secret } : undefined;
}

function readRsa(bytes: Uint8Array): PrivateKey | undefined {
  const [, n, e, d, p, q] = elementsOf(elementOf(bytes, TAG.sequence).content).map(({ content }) => numberOf(content));
  if (n === undefined || e === undefined || d === undefined || p === undefined || q === undefined) return undefined;
  return { kind: 'rsa', rsa: { modulus: n, publicExponent: e, privateExponent: d, primes: [p, q] } };
}

/** What is signed, with the algorithm and the signature behind it: a certificate or a request. */
export function signed(body: Uint8Array, key: PrivateKey): Uint8Array {
  return sequence(body, algorithmOf(key), bitString(signatureOf(body, key)));
}

export function algorithmOf(key: PrivateKey): Uint8Array {
  return key.kind === 'ec' ? sequence(oid(ECDSA_SHA256)) : sequence(oid(RSA_SHA256), NULL);
}

function signatureOf(body: Uint8Array, key: PrivateKey): Uint8Array {
  if (key.kind === 'ec') return p256.sign(body, key.secret, { format: 'der' });
  const { modulus, privateExponent } = key.rsa;
  const size = bytesOf(modulus).length;
  const digest = sequence(sequence(oid(SHA256), NULL), encode(TAG.octetString, sha256(body)));
  const padded = new Uint8Array(size).fill(0xff);
  padded.set([0, 1]);
  padded.set([0, ...digest], size - digest.length - 1);
  const signature = bytesOf(power(numberOf(padded), privateExponent, modulus));
  const whole = new Uint8Array(size);
  whole.set(signature, size - signature.length);
  return whole;
}
