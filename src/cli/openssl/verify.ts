import { parseCertificates, type Certificate } from '../../engine/api/x509/certificate.ts';
import { CertificateError, verifyChain, type CertificateProblem } from '../../engine/api/x509/verify.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, writeText } from '../../engine/os/text.ts';
import { input, Refusal, type Options } from './in-and-out.ts';
import { name } from './text.ts';

/** x509_txt.c: numbers and sentences of X509_V_ERR_*. */
const VERDICTS: Readonly<Record<CertificateProblem, readonly [number, string]>> = {
  'unknown authority': [20, 'unable to get local issuer certificate'],
  'self-signed': [18, 'self-signed certificate'],
  'self-signed in chain': [19, 'self-signed certificate in certificate chain'],
  expired: [10, 'certificate has expired'],
  'not yet valid': [9, 'certificate is not yet valid'],
  name: [62, 'hostname mismatch'],
  purpose: [26, 'unsuitable certificate purpose'],
  'not an authority': [79, 'invalid CA certificate'],
};

/** What OpenSSL finds wrong with a chain; `undefined`: nothing. */
export function verdictOf(
  chain: readonly Certificate[],
  roots: readonly Certificate[],
  now: number,
  host?: string,
): readonly [number, string] | undefined {
  const judge = (purpose: 'server auth' | 'client auth'): CertificateError | undefined => {
    try {
      verifyChain({ chain, roots, now, purpose, ...(host === undefined ? {} : { name: host }) });
      return undefined;
    } catch (error) {
      if (error instanceof CertificateError) return error;
      throw error;
    }
  };
  const found = judge('server auth');
  const error = found?.problem === 'purpose' ? judge('client auth') : found;
  return error === undefined ? undefined : VERDICTS[error.problem];
}

/** `openssl verify -CAfile ca.crt [-untrusted chain.crt] cert…` */
export function* verify(process: Process, options: Options, files: readonly string[]): Task<number> {
  const read = function* (path: string | undefined): Task<readonly Certificate[]> {
    return path === undefined ? [] : parseCertificates(decode(yield* input(process, path, 'certificate')));
  };
  if (options.has('purpose')) throw new Refusal('verify: -purpose is not modelled here');
  const roots = yield* read(options.get('CAfile'));
  const between = yield* read(options.get('untrusted'));
  let status = 0;
  for (const file of files.length === 0 ? ['-'] : files) {
    const [leaf] = yield* read(file);
    if (leaf === undefined) throw new Refusal(`Could not read certificate file from ${file}\nUnable to load certificate file`);
    const verdict = verdictOf([leaf, ...between], roots, process.now(), options.get('verify_hostname') ?? options.get('verify_ip'));
    const shown = file === '-' ? 'stdin' : file;
    if (verdict === undefined) yield* writeText(process.stdout, `${shown}: OK\n`);
    else {
      status = 2;
      yield* writeText(process.stderr, `${name(leaf.subjectText)}\nerror ${verdict[0]} at 0 depth lookup: ${verdict[1]}\nerror ${shown}: verification failed\n`); // prettier-ignore
    }
  }
  return status;
}
