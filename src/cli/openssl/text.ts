import type { Certificate } from '../../engine/api/x509/certificate.ts';
import { TAG, elementOf, elementsOf, isOid, type Element } from '../../engine/api/x509/der.ts';
import { nameText } from '../../engine/api/x509/names.ts';

const EC = '1.2.840.10045.2.1';
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const PURPOSES: readonly (readonly [string, string])[] = [
  ['1.3.6.1.5.5.7.3.1', 'TLS Web Server Authentication'],
  ['1.3.6.1.5.5.7.3.2', 'TLS Web Client Authentication'],
];
const KEY_USAGES = 'Digital Signature,Non Repudiation,Key Encipherment,Data Encipherment,Key Agreement,Certificate Sign,CRL Sign'.split(
  ',',
);

/** `CN=jane, O=dev`, as OpenSSL 3.2 and later print a name. */
export const name = (text: string): string => text.replaceAll('; ', ', ');

const hex = (bytes: Uint8Array): string[] => [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
export const colons = (bytes: Uint8Array): string => hex(bytes).join(':').toUpperCase();
/** `Nov 21 10:00:00 2026 GMT` */
export function date(at: number): string {
  const [, day = '', month = '', year = '', clock = ''] = /^\w+, (\d+) (\w+) (\d+) (\S+)/.exec(new Date(at).toUTCString()) ?? [];
  return `${month} ${String(Number(day)).padStart(2)} ${clock} ${year} GMT`;
}

function block(bytes: Uint8Array, indent: string, across: number): string {
  const all = hex(bytes);
  const rows = Array.from({ length: Math.ceil(all.length / across) }, (_, i) => all.slice(i * across, (i + 1) * across).join(':'));
  return rows.map((row, i) => `${indent}${row}${i < rows.length - 1 ? ':' : ''}\n`).join('');
}

export function publicKeyText(key: Element, indent: string): string {
  const [algorithm, bits] = elementsOf(key.content);
  const [type] = elementsOf(algorithm?.content ?? new Uint8Array());
  const point = bits?.content.subarray(1) ?? new Uint8Array();
  const head = `${indent}Subject Public Key Info:\n`;
  if (type !== undefined && isOid(type, EC))
    return `${head}${indent}    Public Key Algorithm: id-ecPublicKey\n${indent}        Public-Key: (256 bit)\n${indent}        pub:\n${block(point, `${indent}            `, 15)}${indent}        ASN1 OID: prime256v1\n${indent}        NIST CURVE: P-256\n`;
  const [modulus, exponent] = elementsOf(elementOf(point, TAG.sequence).content);
  const n = modulus?.content ?? new Uint8Array();
  const e = (exponent?.content ?? new Uint8Array()).reduce((sum, byte) => sum * 256 + byte, 0);
  return `${head}${indent}    Public Key Algorithm: rsaEncryption\n${indent}        Public-Key: (${(n.length - (n[0] === 0 ? 1 : 0)) * 8} bit)\n${indent}        Modulus:\n${block(n, `${indent}            `, 15)}${indent}        Exponent: ${e} (0x${e.toString(16)})\n`;
}

export function algorithmText(algorithm: Element): string {
  const [id] = elementsOf(algorithm.content);
  return id !== undefined && isOid(id, ECDSA_SHA256) ? 'ecdsa-with-SHA256' : 'sha256WithRSAEncryption';
}

export function extensionsText(extensions: readonly Element[], indent: string): string {
  return extensions.map((each) => extensionText(each, indent)).join('');
}

function extensionText({ content }: Element, indent: string): string {
  const parts = elementsOf(content);
  const [id] = parts;
  const critical = parts.length > 2 ? 'critical' : '';
  const value = parts.at(-1)?.content ?? new Uint8Array();
  const is = (dotted: string): boolean => id !== undefined && isOid(id, dotted);
  const show = (title: string, text: string): string => `${indent}${title}: ${critical}\n${indent}    ${text}\n`;
  if (is('2.5.29.17')) {
    const names = elementsOf(elementOf(value, TAG.sequence).content).map(({ tag, content: bytes }) =>
      tag === 0x87 ? `IP Address:${bytes.join('.')}` : `${{ 0x81: 'email', 0x86: 'URI' }[tag] ?? 'DNS'}:${new TextDecoder().decode(bytes)}`,
    );
    return show('X509v3 Subject Alternative Name', names.join(', '));
  }
  if (is('2.5.29.19'))
    return show(
      'X509v3 Basic Constraints',
      `CA:${elementsOf(elementOf(value, TAG.sequence).content)[0]?.content[0] === 0xff ? 'TRUE' : 'FALSE'}`,
    );
  if (is('2.5.29.15')) {
    const bits = elementOf(value, TAG.bitString).content[1] ?? 0;
    return show('X509v3 Key Usage', KEY_USAGES.filter((_, i) => (bits & (0x80 >> i)) !== 0).join(', '));
  }
  if (is('2.5.29.37')) {
    const purposes = elementsOf(elementOf(value, TAG.sequence).content);
    return show(
      'X509v3 Extended Key Usage',
      purposes.map((each) => PURPOSES.find(([known]) => isOid(each, known))?.[1] ?? 'unknown').join(', '),
    );
  }
  if (is('2.5.29.14')) return show('X509v3 Subject Key Identifier', colons(elementOf(value, TAG.octetString).content));
  if (is('2.5.29.35'))
    return show(
      'X509v3 Authority Key Identifier',
      colons(elementsOf(elementOf(value, TAG.sequence).content)[0]?.content ?? new Uint8Array()),
    );
  return show('X509v3 extension', colons(value));
}

/** `x509 -text`. */
export function certificateText(certificate: Certificate): string {
  const { serial, issuerText, subjectText, notBefore, notAfter, publicKey, algorithm, signature, raw, version } = certificate;
  const small = serial.length <= 8 ? serial.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n) : undefined;
  const [body] = elementsOf(elementOf(raw, TAG.sequence).content);
  const extensions = elementsOf(body?.content ?? new Uint8Array())
    .filter(({ tag }) => tag === 0xa3)
    .flatMap(({ content }) => elementsOf(elementOf(content, TAG.sequence).content));
  return `Certificate:
    Data:
        Version: ${version} (0x${version - 1})
        Serial Number:${small === undefined ? `\n            ${hex(serial).join(':')}` : ` ${small} (0x${small.toString(16)})`}
        Signature Algorithm: ${algorithmText(algorithm)}
        Issuer: ${name(issuerText)}
        Validity
            Not Before: ${date(notBefore)}
            Not After : ${date(notAfter)}
        Subject: ${name(subjectText)}
${publicKeyText(publicKey, '        ')}${extensions.length === 0 ? '' : `        X509v3 extensions:\n${extensionsText(extensions, '            ')}`}    Signature Algorithm: ${algorithmText(algorithm)}
    Signature Value:
${block(signature, '        ', 18)}`;
}

/** `req -text`. */
export function requestText(
  subject: Element,
  publicKey: Element,
  extensions: readonly Element[],
  algorithm: Element,
  signature: Uint8Array,
): string {
  return `Certificate Request:
    Data:
        Version: 1 (0x0)
        Subject: ${name(nameText(subject))}
${publicKeyText(publicKey, '        ')}        Attributes:
${extensions.length === 0 ? '            (none)\n            Requested Extensions:\n' : `            Requested Extensions:\n${extensionsText(extensions, '                ')}`}    Signature Algorithm: ${algorithmText(algorithm)}
    Signature Value:
${block(signature, '        ', 18)}`;
}
