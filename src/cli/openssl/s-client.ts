import { parseCertificates, type Certificate } from '../../engine/api/x509/certificate.ts';
import { pem } from '../../engine/api/x509/pem.ts';
import { NetworkError, type HttpProgress, type Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, readBytes, writeText } from '../../engine/os/text.ts';
import { input, Refusal, type Options } from './in-and-out.ts';
import { algorithmText, date, name, publicKeyText } from './text.ts';
import { verdictOf } from './verify.ts';

/** The handshake stands: no request follows it. */
class Connected extends Error {}

const ERRNO: Readonly<Record<string, number>> = { ECONNREFUSED: 111, ETIMEDOUT: 110, EHOSTUNREACH: 113, ENETUNREACH: 101, ECONNRESET: 104 };

/** `s_client -connect host:port`: who is at the other end, and whether it is to be believed. Nothing is said to it. */
export function* connect(process: Process, options: Options, rest: readonly string[]): Task<number> {
  const target = options.get('connect') ?? rest[0] ?? 'localhost:4433';
  const [, host, port] = /^(.*):(\d+)$/.exec(target) ?? [];
  if (host === undefined || port === undefined) throw new Refusal(`s_client: -connect argument or target parameter malformed or ambiguous`);
  const read = function* (option: string): Task<string | undefined> {
    const path = options.get(option);
    return path === undefined ? undefined : decode(yield* input(process, path, option === 'key' ? 'private key' : 'certificate'));
  };
  const [ca, cert, key] = [yield* read('CAfile'), yield* read('cert'), yield* read('key')];
  let shown: Extract<HttpProgress, { kind: 'server-certificate' }>['certificate'] | undefined;
  try {
    yield* process.net.http({
      method: 'GET',
      url: `https://${host}:${port}/`,
      tls: {
        insecure: true,
        serverName: options.get('servername') ?? host,
        ...(cert === undefined ? {} : { cert }),
        ...(key === undefined ? {} : { key }),
      },
      onProgress(progress) {
        if (progress.kind === 'server-certificate') shown = progress.certificate;
        if (progress.kind === 'connected') throw new Connected();
      },
    });
  } catch (error) {
    if (error instanceof NetworkError) {
      if (error.code === 'EPROTO' || shown !== undefined) return yield* noTls(process);
      yield* writeText(process.stderr, error.code === 'ENOTFOUND' ? 'BIO_lookup_ex:Name or service not known\nconnect:errno=0\n' : `connect:errno=${ERRNO[error.code] ?? 111}\n`); // prettier-ignore
      return 1;
    }
    if (!(error instanceof Connected)) throw error;
  }
  const chain = parseCertificates(shown?.chain ?? '');
  const [leaf] = chain;
  if (leaf === undefined || shown === undefined) return yield* noTls(process);
  const roots = ca === undefined ? [] : parseCertificates(ca);
  const verdict = verdictOf(chain, roots, process.now());
  yield* writeText(process.stderr, depths(chain, verdict));
  yield* writeText(
    process.stdout,
    session(leaf, chain, { showAll: options.has('showcerts'), asks: shown.asksForCertificate, verdict: final(chain, verdict) }),
  );
  // It stays until its input ends, as one who has something to say would.
  yield* readBytes(process.stdin);
  yield* writeText(process.stderr, 'DONE\n');
  return verdict !== undefined && options.has('verify_return_error') ? 1 : 0;
}

function* noTls(process: Process): Task<number> {
  yield* writeText(
    process.stdout,
    'CONNECTED(00000003)\n---\nno peer certificate available\n---\nNo client certificate CA names sent\n---\n',
  );
  yield* writeText(process.stderr, 'error:0A00010B:SSL routines:tls_validate_record_header:wrong version number\n');
  return 1;
}

type Verdict = readonly [number, string] | undefined;

/** With only the leaf at hand the last word is that it cannot be verified at all. */
function final(chain: readonly Certificate[], verdict: Verdict): Verdict {
  return verdict?.[0] === 20 && chain.length === 1 ? [21, 'unable to verify the first certificate'] : verdict;
}

function depths(chain: readonly Certificate[], verdict: Verdict): string {
  const lines = [...chain].reverse().map((each, i) => `depth=${chain.length - 1 - i} ${name(each.subjectText)}\n`);
  if (verdict === undefined) return lines.map((line) => `${line}verify return:1\n`).join('');
  const error = ([number, text]: readonly [number, string]): string => `verify error:num=${number}:${text}\nverify return:1\n`;
  const leaf = lines.at(-1) as string;
  const last = final(chain, verdict);
  return leaf + error(verdict) + (last === undefined || last === verdict ? '' : leaf + error(last)) + `${leaf}verify return:1\n`;
}

function session(
  leaf: Certificate,
  chain: readonly Certificate[],
  { showAll, asks, verdict }: { showAll: boolean; asks: boolean; verdict: Verdict },
): string {
  const key = (each: Certificate): string => {
    const text = publicKeyText(each.publicKey, '');
    return `${text.includes('rsaEncryption') ? 'RSA' : 'EC'}, ${/\((\d+) bit\)/.exec(text)?.[1] ?? ''}`;
  };
  const links = chain.map((each, i) =>
    ` ${i} s:${name(each.subjectText)}\n   i:${name(each.issuerText)}\n   a:PKEY: ${key(each)} (bit); sigalg: ${algorithmText(each.algorithm)}\n` +
    `   v:NotBefore: ${date(each.notBefore)}; NotAfter: ${date(each.notAfter)}\n${showAll ? pem(each.raw, 'CERTIFICATE') : ''}`,
  ); // prettier-ignore
  const result = verdict === undefined ? '0 (ok)' : `${verdict[0]} (${verdict[1]})`;
  return `CONNECTED(00000003)
---
Certificate chain
${links.join('')}---
Server certificate
${showAll ? '' : pem(leaf.raw, 'CERTIFICATE')}subject=${name(leaf.subjectText)}
issuer=${name(leaf.issuerText)}
---
${asks ? 'Client Certificate Types: RSA sign, ECDSA sign\n' : 'No client certificate CA names sent\n'}Negotiated TLS1.3 group: X25519MLKEM768
---
Verification${verdict === undefined ? ': OK' : ` error: ${verdict[1]}`}
---
New, TLSv1.3, Cipher is TLS_AES_128_GCM_SHA256
Protocol: TLSv1.3
Server public key is ${/\d+/.exec(key(leaf))?.[0]} bit
This TLS version forbids renegotiation.
Compression: NONE
Expansion: NONE
No ALPN negotiated
Early data was not sent
Verify return code: ${result}
---
`;
}
