import type { Millis } from '../../sim/time.ts';
import type { Certificate } from './certificate.ts';
import { oid, sameBytes } from './der.ts';
import { verifySignature } from './signature.ts';

export type Purpose = 'server auth' | 'client auth';

/** What is wrong with a certificate, for tools that say it in their own words. */
export type CertificateProblem =
  'unknown authority' | 'self-signed' | 'self-signed in chain' | 'expired' | 'not yet valid' | 'name' | 'purpose' | 'not an authority';

/** `message` is the sentence of Go's crypto/x509. */
export class CertificateError extends Error {
  constructor(
    readonly problem: CertificateProblem,
    message: string,
  ) {
    super(`x509: ${message}`);
  }
}

export interface VerifyOptions {
  /** The certificate, then the intermediate ones that came with it. */
  readonly chain: readonly Certificate[];
  readonly roots: readonly Certificate[];
  readonly now: Millis;
  readonly purpose: Purpose;
  /** DNS name or address that the certificate must be for; unset: any. */
  readonly name?: string;
}

const PURPOSES: Readonly<Record<Purpose, Uint8Array>> = {
  'server auth': oid('1.3.6.1.5.5.7.3.1'),
  'client auth': oid('1.3.6.1.5.5.7.3.2'),
};
const ANY_PURPOSE = oid('2.5.29.37.0');

/** Throws `CertificateError`, in the order of Go's `Certificate.Verify`: time, name, chain, purpose. */
export function verifyChain({ chain, roots, now, purpose, name }: VerifyOptions): void {
  const [leaf, ...intermediates] = chain;
  if (leaf === undefined) throw new CertificateError('unknown authority', 'certificate signed by unknown authority');
  checkTime(leaf, now);
  if (name !== undefined && name !== '') checkName(leaf, name);
  if (!roots.some((root) => sameBytes(root.raw, leaf.raw))) findIssuer(leaf, intermediates, roots, now);
  if (leaf.purposes !== undefined && !leaf.purposes.some((each) => sameBytes(each, PURPOSES[purpose]) || sameBytes(each, ANY_PURPOSE)))
    throw new CertificateError('purpose', 'certificate specifies an incompatible key usage');
}

/** Throws when a certificate is not for a DNS name or an address. */
export function checkName(certificate: Certificate, name: string): void {
  const { dnsNames, ipAddresses, hasAltNames, commonName } = certificate;
  const address = /^[\d.]+$/.test(name) || name.includes(':');
  if (address ? ipAddresses.includes(name) : dnsNames.some((pattern) => matches(pattern, name))) return;
  const wrong = (text: string): CertificateError => new CertificateError('name', text);
  if (!hasAltNames && matches(commonName, name)) throw wrong('certificate relies on legacy Common Name field, use SANs instead');
  if (address && ipAddresses.length === 0) throw wrong(`cannot validate certificate for ${name} because it doesn't contain any IP SANs`);
  const valid = address ? ipAddresses : dnsNames;
  if (valid.length === 0) throw wrong(`certificate is not valid for any names, but wanted to match ${name}`);
  throw wrong(`certificate is valid for ${valid.join(', ')}, not ${name}`);
}

function matches(pattern: string, name: string): boolean {
  const wanted = name.toLowerCase().replace(/\.$/, '').split('.');
  const parts = pattern.toLowerCase().split('.');
  return pattern !== '' && parts.length === wanted.length && parts.every((part, i) => part === wanted[i] || (i === 0 && part === '*'));
}

function checkTime({ notBefore, notAfter }: Certificate, now: Millis): void {
  const stamp = (at: Millis): string => `${new Date(at).toISOString().slice(0, 19)}Z`;
  const text = 'certificate has expired or is not yet valid: current time';
  if (now < notBefore) throw new CertificateError('not yet valid', `${text} ${stamp(now)} is before ${stamp(notBefore)}`);
  if (now > notAfter) throw new CertificateError('expired', `${text} ${stamp(now)} is after ${stamp(notAfter)}`);
}

/** Depth-first over those whose name the certificate's issuer is: roots first, then what came with it. */
function findIssuer(
  certificate: Certificate,
  intermediates: readonly Certificate[],
  roots: readonly Certificate[],
  now: Millis,
  seen: readonly Certificate[] = [],
): void {
  let failure: CertificateError | undefined;
  let hint = '';
  const candidates = [...roots.map((each) => [each, true] as const), ...intermediates.map((each) => [each, false] as const)];
  for (const [candidate, root] of candidates) {
    if (!sameBytes(candidate.subject, certificate.issuer) || seen.includes(candidate) || sameBytes(candidate.raw, certificate.raw))
      continue;
    const refusal = signatureRefusal(certificate, candidate);
    if (refusal !== undefined) {
      const called = candidate.commonName !== '' ? candidate.commonName : (candidate.organizations[0] ?? '');
      hint ||= ` (possibly because of ${JSON.stringify(refusal)} while trying to verify candidate authority certificate ${JSON.stringify(called)})`;
      continue;
    }
    try {
      checkTime(candidate, now);
      if (candidate.isAuthority === false || (candidate.version === 3 && candidate.isAuthority === undefined))
        throw new CertificateError('not an authority', 'certificate is not authorized to sign other certificates');
      if (!root) findIssuer(candidate, intermediates, roots, now, [...seen, certificate]);
      return;
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error;
      failure = error;
    }
  }
  throw failure ?? new CertificateError(selfSigned(certificate, intermediates, seen), `certificate signed by unknown authority${hint}`);
}

/** How OpenSSL tells the same: by where the chain ends. */
function selfSigned(certificate: Certificate, intermediates: readonly Certificate[], seen: readonly Certificate[]): CertificateProblem {
  if (sameBytes(certificate.subject, certificate.issuer)) return seen.length === 0 ? 'self-signed' : 'self-signed in chain';
  const issuer = intermediates.find((each) => sameBytes(each.subject, certificate.issuer));
  return issuer !== undefined && sameBytes(issuer.subject, issuer.issuer) ? 'self-signed in chain' : 'unknown authority';
}

const checked = new WeakMap<Certificate, WeakMap<Certificate, string>>();

/** Why a certificate was not signed by another; undefined when it was. Curves are slow, so answers are kept. */
function signatureRefusal(certificate: Certificate, issuer: Certificate): string | undefined {
  let answers = checked.get(certificate);
  if (answers === undefined) checked.set(certificate, (answers = new WeakMap()));
  let answer = answers.get(issuer);
  if (answer === undefined) answers.set(issuer, (answer = refusalOf(certificate, issuer)));
  return answer === '' ? undefined : answer;
}

function refusalOf({ algorithm, signed, signature }: Certificate, { publicKey, version, isAuthority }: Certificate): string {
  if (isAuthority === false || (version === 3 && isAuthority === undefined))
    return 'x509: invalid signature: parent certificate cannot sign this kind of certificate';
  try {
    verifySignature({ algorithm, publicKey, signed, signature });
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
