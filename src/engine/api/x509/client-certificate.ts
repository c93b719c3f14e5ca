import type { Millis } from '../../sim/time.ts';
import { parseCertificates, type Certificate } from './certificate.ts';
import { CertificateError, verifyChain } from './verify.ts';

/** The first of the certificates that a client showed (PEM), where an authority vouches for it as a client's; undefined where not. */
export function provenClient(shown: string, authority: string, now: Millis): Certificate | undefined {
  const chain = parseCertificates(shown);
  try {
    verifyChain({ chain, roots: parseCertificates(authority), now, purpose: 'client auth' });
    return chain[0];
  } catch (error) {
    if (error instanceof CertificateError) return undefined;
    throw error;
  }
}
