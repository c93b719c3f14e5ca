import { sha256 } from '@noble/hashes/sha2.js';
import type { Millis } from '../../sim/time.ts';
import { issueCertificate, newAuthority, type Authority } from './certificate-authority.ts';
import { SUBJECT_ALT_NAME } from './certificate-request.ts';
import { TAG, encode, oid, sequence } from './der.ts';
import { COMMON_NAME, ORGANIZATION } from './names.ts';
import { newKeyPair } from './private-key.ts';

export interface Holder {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly usages: readonly string[];
  readonly notBefore: Millis;
  readonly notAfter: Millis;
  /** Decides the key and the serial number. */
  readonly seed: string;
}

/** PEM texts, as `tls.crt` and `tls.key` of a Secret hold them. */
export interface CertificateAndKey {
  readonly certificate: string;
  readonly key: string;
}

/** What kubeadm does for the parts of a control plane: makes a key and has the authority certify it. */
export function certify(authority: Authority, holder: Holder): CertificateAndKey {
  const { commonName, organizations = [], dnsNames = [], ipAddresses = [], usages, notBefore, notAfter, seed } = holder;
  const { key, publicKey } = newKeyPair(seed);
  const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
  const part = (type: string, value: string): Uint8Array => encode(TAG.set, sequence(oid(type), encode(TAG.utf8, utf8(value))));
  const addresses = ipAddresses.map((ip) => Uint8Array.from(ip.split('.').map(Number)));
  const names = [...dnsNames.map((name) => encode(0x82, utf8(name))), ...addresses.map((bytes) => encode(0x87, bytes))];
  const certificate = issueCertificate(authority, {
    request: {
      commonName,
      organizations,
      dnsNames,
      emailAddresses: [],
      uris: [],
      ipAddresses: addresses,
      subject: sequence(...organizations.map((name) => part(ORGANIZATION, name)), part(COMMON_NAME, commonName)),
      publicKey,
      ...(names.length === 0 ? {} : { altNames: sequence(oid(SUBJECT_ALT_NAME), encode(TAG.octetString, sequence(...names))) }),
      checkSignature: () => {},
    },
    usages,
    notBefore,
    notAfter,
    serial: sha256(utf8(`${seed}/serial`)).subarray(0, 8),
  });
  return { certificate, key };
}

/** client-go's `GenerateSelfSignedCertKey`: a certificate for a host, and after it the authority made for it alone. Good for a year. */
export function selfSigned(host: string, now: Millis, seed: string): CertificateAndKey {
  const span = { notBefore: now - 3_600_000, notAfter: now + 365 * 24 * 3_600_000 };
  const authority = newAuthority({ seed: `${seed}/ca`, name: `${host}-ca@${Math.floor(now / 1000)}`, ...span });
  const usages = ['digital signature', 'key encipherment', 'server auth'];
  const leaf = certify(authority, { commonName: `${host}@${Math.floor(now / 1000)}`, dnsNames: [host], usages, seed, ...span });
  return { certificate: `${leaf.certificate}${authority.certificate}`, key: leaf.key };
}
