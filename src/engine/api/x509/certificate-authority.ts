import { p256 } from './p256.ts';
import { sha256 } from '@noble/hashes/sha2.js';
import type { Millis } from '../../sim/time.ts';
import type { CertificateRequest } from './certificate-request.ts';
import { TAG, bitString, elementOf, elementsOf, encode, integer, oid, readTime, sequence, time } from './der.ts';
import { pem, pemBlock } from './pem.ts';
import { ECDSA_SHA256 } from './signature.ts';

/** A CA as kubeadm keeps it in /etc/kubernetes/pki: a certificate for everybody, and its key, on the curve P-256. */
export interface Authority {
  /** PEM. */
  readonly certificate: string;
  /** The secret number, 64 hexadecimal digits. */
  readonly key: string;
}

export interface Issue {
  readonly request: CertificateRequest;
  /** Usages as a CertificateSigningRequest names them. */
  readonly usages: readonly string[];
  readonly notBefore: Millis;
  readonly notAfter: Millis;
  /** 16 bytes. */
  readonly serial: Uint8Array;
}

const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const BITS = [
  ['digital signature', 'signing'],
  ['content commitment'],
  ['key encipherment'],
  ['data encipherment'],
  ['key agreement'],
  ['cert sign'],
  ['crl sign'],
  ['encipher only'],
  ['decipher only'],
];
const PURPOSES: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  's/mime': '1.3.6.1.5.5.7.3.4',
  'ipsec end system': '1.3.6.1.5.5.7.3.5',
  'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
};

/** When the authority's own certificate ends: none that it issues lasts longer. */
export function endOf({ certificate }: Authority): Millis {
  const [, , , , validity] = fieldsOf(certificate);
  const [, notAfter] = elementsOf(validity?.content ?? new Uint8Array());
  if (notAfter === undefined) throw new Error('the certificate of the authority has no validity');
  return readTime(notAfter);
}

/** A certificate in PEM. The signature is the same for the same question (RFC 6979). */
export function issueCertificate(authority: Authority, { request, usages, notBefore, notAfter, serial }: Issue): string {
  const [, , , , , subject] = fieldsOf(authority.certificate);
  if (subject === undefined) throw new Error('the certificate of the authority has no subject');
  const algorithm = sequence(oid(ECDSA_SHA256));
  const extensions = [...usageExtensions(usages), extension(BASIC_CONSTRAINTS, true, sequence())];
  if (request.altNames !== undefined) extensions.push(request.altNames);
  const signed = sequence(
    encode(0xa0, encode(TAG.integer, Uint8Array.of(2))),
    integer(serial),
    algorithm,
    subject.raw,
    sequence(time(notBefore), time(notAfter)),
    request.subject,
    request.publicKey,
    encode(0xa3, sequence(...extensions)),
  );
  return pem(sequence(signed, algorithm, bitString(sign(signed, authority.key))), 'CERTIFICATE');
}

/** A new authority of a name that signs itself. `seed` is the only secret. */
export function newAuthority(options: { seed: string; name: string; notBefore: Millis; notAfter: Millis }): Authority {
  const { seed, name, notBefore, notAfter } = options;
  const secret = sha256(new TextEncoder().encode(seed));
  const key = [...secret].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const algorithm = sequence(oid(ECDSA_SHA256));
  const subject = sequence(encode(TAG.set, sequence(oid('2.5.4.3'), encode(TAG.utf8, new TextEncoder().encode(name)))));
  const publicKey = sequence(sequence(oid('1.2.840.10045.2.1'), oid('1.2.840.10045.3.1.7')), bitString(p256.getPublicKey(secret, false)));
  const signed = sequence(
    encode(0xa0, encode(TAG.integer, Uint8Array.of(2))),
    integer(sha256(publicKey).subarray(0, 8)),
    algorithm,
    subject,
    sequence(time(notBefore), time(notAfter)),
    subject,
    publicKey,
    encode(
      0xa3,
      sequence(
        ...usageExtensions(['digital signature', 'key encipherment', 'cert sign']),
        extension(BASIC_CONSTRAINTS, true, sequence(encode(TAG.boolean, Uint8Array.of(0xff)))),
      ),
    ),
  );
  return { certificate: pem(sequence(signed, algorithm, bitString(sign(signed, key))), 'CERTIFICATE'), key };
}

/** Fields of the signed part: version, serial, algorithm, issuer, validity, subject, key … (with `undefined` before them for the index). */
function fieldsOf(certificate: string): (ReturnType<typeof elementOf> | undefined)[] {
  const bytes = pemBlock(certificate, 'CERTIFICATE');
  if (bytes === undefined) throw new Error('the authority has no certificate');
  const [signed] = elementsOf(elementOf(bytes, TAG.sequence).content);
  return elementsOf(signed?.content ?? new Uint8Array());
}

/** Signs with a secret number of 64 hexadecimal digits: ECDSA over SHA-256, in DER. */
export function sign(message: Uint8Array, key: string): Uint8Array {
  const secret = Uint8Array.from({ length: 32 }, (_, index) => Number.parseInt(key.slice(index * 2, index * 2 + 2), 16));
  return p256.sign(message, secret, { format: 'der', lowS: false });
}

function usageExtensions(usages: readonly string[]): Uint8Array[] {
  const bits = BITS.map((names) => names.some((name) => usages.includes(name)));
  const last = bits.lastIndexOf(true);
  const bytes = new Uint8Array(last < 0 ? 0 : (last >> 3) + 1);
  for (const [index, set] of bits.entries()) if (set) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (0x80 >> (index & 7));
  const purposes = usages.flatMap((usage) => PURPOSES[usage] ?? []);
  return [
    ...(last < 0 ? [] : [extension(KEY_USAGE, true, bitString(bytes, 7 - (last & 7)))]),
    ...(purposes.length === 0 ? [] : [extension(EXTENDED_KEY_USAGE, false, sequence(...purposes.map(oid)))]),
  ];
}

function extension(id: string, critical: boolean, value: Uint8Array): Uint8Array {
  return sequence(oid(id), ...(critical ? [encode(TAG.boolean, Uint8Array.of(0xff))] : []), encode(TAG.octetString, value));
}
