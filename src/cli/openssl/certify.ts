import { sha1 } from '@noble/hashes/legacy.js';
import {
  TAG,
  bitString,
  elementOf,
  elementsOf,
  encode,
  integer,
  isOid,
  oid,
  sequence,
  time,
  type Element,
} from '../../engine/api/x509/der.ts';
import { algorithmOf, publicKeyOf, signed, type PrivateKey } from './key.ts';

const ATTRIBUTES: Readonly<Record<string, string>> = {
  CN: '2.5.4.3', O: '2.5.4.10', OU: '2.5.4.11', C: '2.5.4.6', ST: '2.5.4.8', L: '2.5.4.7', emailAddress: '1.2.840.113549.1.9.1',
}; // prettier-ignore
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const SUBJECT_KEY = '2.5.29.14';
const ALT_NAMES = '2.5.29.17';
const CONSTRAINTS = '2.5.29.19';
const AUTHORITY_KEY = '2.5.29.35';

export class BadSubject extends Error {}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** `/CN=jane/O=dev` → DER. Throws `BadSubject`. */
export function subjectOf(text: string): Uint8Array {
  if (!text.startsWith('/'))
    throw new BadSubject(
      `name is expected to be in the format /type0=value0/type1=value1/type2=... where characters may be escaped by \\. This name is not in that format: '${text}'`,
    );
  const pairs = text.slice(1).split(/(?<!\\)\//).filter((pair) => pair !== ''); // prettier-ignore
  return sequence(
    ...pairs.flatMap((pair) => {
      const equals = pair.indexOf('=');
      const type = ATTRIBUTES[pair.slice(0, equals)];
      if (equals < 0) throw new BadSubject(`missing '=' after RDN type string '${pair}' in subject name string`);
      if (type === undefined) throw new BadSubject(`Skipping unknown subject name attribute "${pair.slice(0, equals)}"`);
      const value = pair.slice(equals + 1).replace(/\\(.)/g, '$1');
      return [encode(TAG.set, sequence(oid(type), encode(type === ATTRIBUTES['C'] ? 0x13 : TAG.utf8, utf8(value))))];
    }),
  );
}

/** `subjectAltName=DNS:a,IP:1.2.3.4` → the extension; `undefined` for any other kind. */
export function extensionOf(text: string): Uint8Array | undefined {
  const [, kind, values = ''] = /^\s*(\w+)\s*=\s*(.*)$/.exec(text) ?? [];
  if (kind !== 'subjectAltName') return undefined;
  const names = values.split(',').map((each) => {
    const [type = '', ...rest] = each.trim().split(':');
    const value = rest.join(':');
    if (type === 'IP') return encode(0x87, Uint8Array.from(value.split('.').map(Number)));
    return encode(type === 'email' ? 0x81 : type === 'URI' ? 0x86 : 0x82, utf8(value));
  });
  return extension(ALT_NAMES, sequence(...names));
}

function extension(id: string, value: Uint8Array, critical = false): Uint8Array {
  return sequence(oid(id), ...(critical ? [encode(TAG.boolean, Uint8Array.of(0xff))] : []), encode(TAG.octetString, value));
}

export function makeRequest(key: PrivateKey, subject: Uint8Array, extensions: readonly Uint8Array[]): Uint8Array {
  const attributes = extensions.length === 0 ? [] : [sequence(oid(EXTENSION_REQUEST), encode(TAG.set, sequence(...extensions)))];
  return signed(sequence(integer(Uint8Array.of(0)), subject, publicKeyOf(key), encode(0xa0, ...attributes)), key);
}

interface Certified {
  readonly subject: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly issuer: Uint8Array;
  readonly issuerPublicKey: Uint8Array;
  readonly serial: Uint8Array;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: readonly Uint8Array[];
  /** It may sign others. */
  readonly authority: boolean;
}

export function makeCertificate(key: PrivateKey, wish: Certified): Uint8Array {
  const extensions = [
    ...wish.extensions,
    extension(SUBJECT_KEY, encode(TAG.octetString, keyId(wish.publicKey))),
    extension(AUTHORITY_KEY, sequence(encode(0x80, keyId(wish.issuerPublicKey)))),
    ...(wish.authority ? [extension(CONSTRAINTS, sequence(encode(TAG.boolean, Uint8Array.of(0xff))), true)] : []),
  ];
  const body = sequence(
    encode(0xa0, integer(Uint8Array.of(2))),
    integer(wish.serial),
    algorithmOf(key),
    wish.issuer,
    sequence(time(wish.notBefore), time(wish.notAfter)),
    wish.subject,
    wish.publicKey,
    encode(0xa3, sequence(...extensions)),
  );
  return signed(body, key);
}

/** RFC 5280: SHA-1 over the bits of the public key. */
function keyId(publicKey: Uint8Array): Uint8Array {
  return sha1(elementsOf(elementOf(publicKey, TAG.sequence).content)[1]?.content.subarray(1) ?? bitString(new Uint8Array()));
}

/** The parts of a request that go into a certificate. */
export function partsOfRequest(request: Uint8Array): { subject: Element; publicKey: Element; extensions: Element[] } | undefined {
  const [info] = elementsOf(elementOf(request, TAG.sequence).content);
  const [, subject, publicKey, attributes] = elementsOf(info?.content ?? new Uint8Array());
  if (subject === undefined || publicKey === undefined) return undefined;
  const extensions = elementsOf(attributes?.content ?? new Uint8Array()).flatMap(({ content }) => {
    const [type, values] = elementsOf(content);
    if (type === undefined || values === undefined || !isOid(type, EXTENSION_REQUEST)) return [];
    return elementsOf(values.content).flatMap((list) => elementsOf(list.content));
  });
  return { subject, publicKey, extensions };
}
