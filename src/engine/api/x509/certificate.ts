import type { Millis } from '../../sim/time.ts';
import { SUBJECT_ALT_NAME } from './certificate-request.ts';
import { DerError, TAG, elementOf, elementsOf, isOid, readTime, type Element } from './der.ts';
import { COMMON_NAME, ORGANIZATION, attribute, nameText, textOf } from './names.ts';
import { pemBlocks } from './pem.ts';

/** A certificate as those who check it see it. */
export interface Certificate {
  readonly raw: Uint8Array;
  /** What the issuer signed, and how. */
  readonly signed: Uint8Array;
  readonly algorithm: Element;
  readonly signature: Uint8Array;
  readonly version: number;
  readonly serial: Uint8Array;
  /** DER of the names. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  readonly issuerText: string;
  readonly subjectText: string;
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly notBefore: Millis;
  readonly notAfter: Millis;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Element;
  /** Whether there is an extension subjectAltName at all. */
  readonly hasAltNames: boolean;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** From basicConstraints; undefined where the extension is missing. */
  readonly isAuthority: boolean | undefined;
  /** OIDs; undefined: any purpose. */
  readonly purposes: readonly Uint8Array[] | undefined;
}

const BASIC_CONSTRAINTS = '2.5.29.19';
const EXTENDED_KEY_USAGE = '2.5.29.37';

const parsed = new Map<string, readonly Certificate[]>();

/** The certificates of a PEM text, in order: a chain or a bundle. What is no certificate is passed over. */
export function parseCertificates(text: string): readonly Certificate[] {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const certificates = pemBlocks(text, 'CERTIFICATE').flatMap((bytes) => {
    try {
      return parseCertificate(bytes);
    } catch (error) {
      if (error instanceof DerError) return [];
      throw error;
    }
  });
  // The same few texts are read again with every connection.
  if (parsed.size >= 64) parsed.clear();
  parsed.set(text, certificates);
  return certificates;
}

/** Reads DER. Throws `DerError`. */
export function parseCertificate(raw: Uint8Array): Certificate {
  const [signed, algorithm, signature] = elementsOf(elementOf(raw, TAG.sequence).content);
  const fields = elementsOf(signed?.content ?? new Uint8Array());
  // [0] is the version; version 1 leaves it out.
  const versioned = fields[0]?.tag === 0xa0;
  const [serial, , issuer, validity, subject, publicKey, ...more] = versioned ? fields.slice(1) : fields;
  const [notBefore, notAfter] = elementsOf(validity?.content ?? new Uint8Array());
  if (
    signed === undefined ||
    algorithm === undefined ||
    signature === undefined ||
    serial === undefined ||
    issuer === undefined ||
    notBefore === undefined ||
    notAfter === undefined ||
    subject === undefined ||
    publicKey === undefined
  )
    throw new DerError('malformed certificate');
  const extensions = more.filter(({ tag }) => tag === 0xa3).flatMap(({ content }) => elementsOf(elementOf(content, TAG.sequence).content));
  const value = (id: string): Uint8Array | undefined => {
    for (const { content } of extensions) {
      const parts = elementsOf(content);
      if (parts[0] !== undefined && isOid(parts[0], id)) return parts.at(-1)?.content;
    }
    return undefined;
  };
  const altNames = value(SUBJECT_ALT_NAME);
  const names = altNames === undefined ? [] : elementsOf(elementOf(altNames, TAG.sequence).content);
  const constraints = value(BASIC_CONSTRAINTS);
  const purposes = value(EXTENDED_KEY_USAGE);
  return {
    raw,
    signed: signed.raw,
    algorithm,
    signature: signature.content.subarray(1),
    version: versioned ? (elementsOf(fields[0]?.content ?? new Uint8Array())[0]?.content[0] ?? 0) + 1 : 1,
    serial: serial.content,
    issuer: issuer.raw,
    subject: subject.raw,
    issuerText: nameText(issuer),
    subjectText: nameText(subject),
    commonName: attribute(subject, COMMON_NAME).at(-1) ?? '',
    organizations: attribute(subject, ORGANIZATION),
    notBefore: readTime(notBefore),
    notAfter: readTime(notAfter),
    publicKey,
    hasAltNames: altNames !== undefined,
    dnsNames: names.filter(({ tag }) => tag === 0x82).map(({ content }) => textOf(content)),
    ipAddresses: names.filter(({ tag }) => tag === 0x87).map(({ content }) => addressText(content)),
    isAuthority:
      constraints === undefined
        ? undefined
        : elementsOf(elementOf(constraints, TAG.sequence).content).some(({ tag, content }) => tag === TAG.boolean && content[0] !== 0),
    purposes: purposes === undefined ? undefined : elementsOf(elementOf(purposes, TAG.sequence).content).map((each) => each.raw),
  };
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: bytes.length / 2 }, (_, i) => ((bytes[i * 2] ?? 0) * 256 + (bytes[i * 2 + 1] ?? 0)).toString(16));
  return groups
    .join(':')
    .replace(/\b(?:0:){2,}0\b|\b0(?::0)+\b/, ':')
    .replace(/:{3,}/, '::');
}
