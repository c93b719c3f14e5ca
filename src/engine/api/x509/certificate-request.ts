import { DerError, TAG, elementOf, elementsOf, isOid, type Element } from './der.ts';
import { COMMON_NAME, ORGANIZATION, attribute, textOf } from './names.ts';
import { pemBlock } from './pem.ts';
import { verifySignature } from './signature.ts';

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
export const SUBJECT_ALT_NAME = '2.5.29.17';

/** What somebody who holds a key asks to have certified (PKCS #10). */
export interface CertificateRequest {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly ipAddresses: readonly Uint8Array[];
  readonly uris: readonly string[];
  /** DER of the subject, of the public key and, where asked for, of the extension subjectAltName. */
  readonly subject: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly altNames?: Uint8Array;
  /** Whether who asks holds the key; throws with Go's sentence when that cannot be told or is not so. */
  readonly checkSignature: () => void;
}

/** Reads the PEM text of `spec.request`. Throws with the server's sentence. */
export function parseCertificateRequest(text: string): CertificateRequest {
  const bytes = pemBlock(text, 'CERTIFICATE REQUEST') ?? pemBlock(text, 'NEW CERTIFICATE REQUEST');
  if (bytes === undefined) throw new DerError('PEM block type must be CERTIFICATE REQUEST');
  const [info, algorithm, signature] = elementsOf(elementOf(bytes, TAG.sequence).content);
  const [, subject, publicKey, attributes] = elementsOf(info?.content ?? new Uint8Array());
  if (info === undefined || subject === undefined || publicKey === undefined) throw broken();
  const altNames = altNamesOf(attributes);
  const names = altNames === undefined ? [] : elementsOf(elementOf(extensionValue(altNames), TAG.sequence).content);
  const texts = (tag: number): string[] => names.filter((name) => name.tag === tag).map(({ content }) => textOf(content));
  return {
    commonName: attribute(subject, COMMON_NAME).at(-1) ?? '',
    organizations: attribute(subject, ORGANIZATION),
    dnsNames: texts(0x82),
    emailAddresses: texts(0x81),
    uris: texts(0x86),
    ipAddresses: names.filter(({ tag }) => tag === 0x87).map(({ content }) => content),
    subject: subject.raw,
    publicKey: publicKey.raw,
    ...(altNames === undefined ? {} : { altNames: altNames.raw }),
    checkSignature() {
      if (algorithm === undefined || signature === undefined) throw broken();
      verifySignature({ algorithm, publicKey, signed: info.raw, signature: signature.content.subarray(1) });
    },
  };
}

const broken = (): DerError => new DerError('asn1: structure error');

function altNamesOf(attributes: Element | undefined): Element | undefined {
  for (const { content } of attributes === undefined ? [] : elementsOf(attributes.content)) {
    const [type, values] = elementsOf(content);
    if (type === undefined || values === undefined || !isOid(type, EXTENSION_REQUEST)) continue;
    for (const extensions of elementsOf(values.content)) {
      for (const extension of elementsOf(extensions.content)) {
        const [id] = elementsOf(extension.content);
        if (id !== undefined && isOid(id, SUBJECT_ALT_NAME)) return extension;
      }
    }
  }
  return undefined;
}

const extensionValue = (extension: Element): Uint8Array => elementsOf(extension.content).at(-1)?.content ?? new Uint8Array();
