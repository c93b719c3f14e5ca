import { say } from '../../engine/os/daemon.ts';
import { resolvePath } from '../../engine/os/path.ts';
import type { ClientTls, HttpProgress, NetworkError, Process, ServerCertificate, TlsProblem } from '../../engine/os/process.ts';
import { decode } from '../../engine/os/text.ts';
import { title, type Address } from './web.ts';

/** A certificate or key that curl was given and cannot use. */
export class TlsFileError extends Error {
  constructor(
    readonly code: 58 | 77,
    message: string,
  ) {
    super(message);
  }
}

/** `--cacert`, `--cert`, `--key` and `-k`. Throws `TlsFileError`. */
export function readClientTls(process: Process, flags: ReadonlyMap<string, string>): ClientTls {
  const text = (path: string): string | undefined => {
    const file = resolvePath(process.cwd, path);
    return process.files.exists(file) && process.files.stat(file).type === 'file' ? decode(process.files.read(file)) : undefined;
  };
  const authority = flags.get('cacert');
  const ca = authority === undefined ? undefined : text(authority);
  if (authority !== undefined && ca?.includes('-----BEGIN CERTIFICATE-----') !== true && !flags.has('k'))
    throw new TlsFileError(77, `error adding trust anchors from file: ${authority}`);
  const certificate = flags.get('E');
  let cert: string | undefined;
  if (certificate !== undefined) {
    cert = text(certificate);
    if (cert?.includes('-----BEGIN CERTIFICATE-----') !== true) {
      const why =
        cert === undefined ? 'error:80000002:system library::No such file or directory' : 'error:0480006C:PEM routines::no start line';
      throw new TlsFileError(
        58,
        `could not load PEM client certificate from ${certificate}, OpenSSL error ${why}, (no key found, wrong pass phrase, or wrong file format?)`,
      );
    }
    const keyFile = flags.get('key') ?? certificate;
    if (text(keyFile)?.includes('PRIVATE KEY-----') !== true)
      throw new TlsFileError(58, `unable to set private key file: '${keyFile}' type PEM`);
  }
  return {
    insecure: flags.has('k'),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
  };
}

const PROBLEMS: Readonly<Record<Exclude<TlsProblem, 'name' | 'not TLS' | 'alert'>, string>> = {
  'unknown authority': 'unable to get local issuer certificate',
  'self-signed': 'self-signed certificate',
  'self-signed in chain': 'self-signed certificate in certificate chain',
  expired: 'certificate has expired',
  'not yet valid': 'certificate is not yet valid',
  purpose: 'unsuitable certificate purpose',
  'not an authority': 'invalid CA certificate',
};

/** OpenSSL's numbers of the same (X509_V_ERR_*). */
const NUMBERS: Readonly<Record<keyof typeof PROBLEMS, number>> = {
  'unknown authority': 20,
  'self-signed': 18,
  'self-signed in chain': 19,
  expired: 10,
  'not yet valid': 9,
  purpose: 26,
  'not an authority': 79,
};

const MORE = `More details here: https://curl.se/docs/sslcerts.html

curl failed to verify the legitimacy of the server and therefore could not
establish a secure connection to it. To learn more about this situation and
how to fix it, please visit the webpage mentioned above.`;

interface Attempt {
  readonly address: Address;
  /** Virtual ms. */
  readonly took: number;
  readonly limit: number | undefined;
  readonly connectLimit: string | undefined;
  readonly connected: boolean;
}

/** What curl says, and with which code it ends, when no answer came. */
export function failureOf(error: NetworkError, { address, took, limit, connectLimit, connected }: Attempt): { code: number; text: string } {
  const place = `${address.host} port ${address.port} after ${took} ms`;
  switch (error.code) {
    case 'ENOTFOUND':
      return { code: 6, text: `Could not resolve host: ${address.host}` };
    case 'ETIMEDOUT':
      if (connected) return { code: 28, text: `Operation timed out after ${took} milliseconds with 0 bytes received` };
      if (limit !== undefined) return { code: 28, text: `Connection timed out after ${took} milliseconds` };
      return {
        code: 28,
        text: `Failed to connect to ${place}: ${connectLimit === undefined ? "Couldn't connect to server" : 'Timeout was reached'}`,
      };
    case 'ECERT':
      return { code: 60, text: `${certificateProblem(error.problem, address.host)}\n${MORE}` };
    case 'EPROTO':
      if (error.problem === 'not TLS') return { code: 35, text: 'TLS connect error: error:0A00010B:SSL routines::wrong version number' };
      return error.problem === 'alert'
        ? {
            code: 56,
            text: `OpenSSL SSL_read: OpenSSL/3.5.1: error:0A000412:SSL routines::${error.message.replace('remote error: tls: ', 'ssl/tls alert ')}, errno 0`,
          }
        : { code: 1, text: 'Received HTTP/0.9 when not allowed' };
    case 'ECONNRESET':
      if (error.message !== 'EOF') return { code: 56, text: 'Recv failure: Connection reset by peer' };
      return connected || address.scheme === 'http'
        ? { code: 52, text: 'Empty reply from server' }
        : { code: 35, text: 'TLS connect error: error:0A000126:SSL routines::unexpected eof while reading' };
    default:
      return {
        code: 7,
        text: `Failed to connect to ${place}: ${error.code === 'EHOSTUNREACH' ? 'No route to host' : "Couldn't connect to server"}`,
      };
  }
}

function certificateProblem(problem: TlsProblem | undefined, host: string): string {
  if (problem !== undefined && problem in PROBLEMS) return `SSL certificate problem: ${PROBLEMS[problem as keyof typeof PROBLEMS]}`;
  return `SSL: no alternative certificate subject name matches target ${/^[\d.]+$/.test(host) ? 'ipv4 address' : 'host name'} '${host}'`;
}

/** `-v`: tells how a request goes on while it does. */
export class Narrator {
  connected = false;
  #greeted = false;

  constructor(
    readonly process: Process,
    readonly flags: ReadonlyMap<string, string>,
    readonly address: Address,
    readonly method: string,
    readonly headers: Readonly<Record<string, string>>,
  ) {}

  progress(progress: HttpProgress): void {
    const { address, method, headers } = this;
    switch (progress.kind) {
      case 'resolved':
        if (/^[\d.]+$/.test(address.host)) return;
        return this.#say(`Host ${address.host}:${address.port} was resolved.`, 'IPv6: (none)', `IPv4: ${progress.addresses.join(', ')}`);
      case 'dialling':
        return this.#say(`  Trying ${progress.address}:${progress.port}...`);
      case 'server-certificate':
        return this.#greet(progress.certificate);
      case 'connected': {
        this.connected = true;
        this.#say(`Connected to ${address.host} (${progress.address}) port ${progress.port}`, 'using HTTP/1.x');
        const usual = address.port === (address.scheme === 'https' ? 443 : 80);
        const host = headers['host'] ?? `${address.host}${usual ? '' : `:${address.port}`}`;
        const lines = Object.entries(headers).filter(([name]) => name !== 'host').map(([name, value]) => `${title(name)}: ${value}`); // prettier-ignore
        if (this.flags.has('v'))
          say(
            this.process.stderr,
            [`${method} ${address.path} HTTP/1.1`, `Host: ${host}`, ...lines, ''].map((line) => `> ${line}\n`).join(''),
          );
      }
    }
  }

  failed(text: string): void {
    if (this.address.scheme === 'https' && !this.#greeted && text.startsWith('TLS'))
      this.#say('ALPN: curl offers h2,http/1.1', 'TLSv1.3 (OUT), TLS handshake, Client hello (1):');
    this.#say(text, 'closing connection #0');
  }

  #greet(certificate: ServerCertificate): void {
    this.#greeted = true;
    const { problem, asksForCertificate } = certificate;
    const insecure = this.flags.has('k');
    const trusted = insecure ? [] : [` CAfile: ${this.flags.get('cacert') ?? '/etc/ssl/certs/ca-certificates.crt'}`, ` CApath: ${this.flags.has('cacert') ? 'none' : '/etc/ssl/certs'}`]; // prettier-ignore
    const received = ['Server hello (2)', 'TLS change cipher, Change cipher spec (1)', 'Encrypted Extensions (8)', ...(asksForCertificate ? ['Request CERT (13)'] : []), 'Certificate (11)']; // prettier-ignore
    this.#say('ALPN: curl offers h2,http/1.1', 'TLSv1.3 (OUT), TLS handshake, Client hello (1):', ...trusted);
    this.#say(...received.map((each) => `TLSv1.3 (IN), ${each.startsWith('TLS') ? '' : 'TLS handshake, '}${each}:`));
    const chained = problem !== undefined && problem in PROBLEMS ? (problem as keyof typeof PROBLEMS) : undefined;
    if (chained !== undefined && !insecure) return this.#say('TLSv1.3 (OUT), TLS alert, unknown CA (560):');
    this.#say('TLSv1.3 (IN), TLS handshake, CERT verify (15):', 'TLSv1.3 (IN), TLS handshake, Finished (20):');
    this.#say('TLSv1.3 (OUT), TLS change cipher, Change cipher spec (1):');
    if (asksForCertificate) this.#say('TLSv1.3 (OUT), TLS handshake, Certificate (11):');
    if (asksForCertificate && this.flags.has('E')) this.#say('TLSv1.3 (OUT), TLS handshake, CERT verify (15):');
    this.#say('TLSv1.3 (OUT), TLS handshake, Finished (20):');
    this.#say('SSL connection using TLSv1.3 / TLS_AES_128_GCM_SHA256 / x25519 / id-ecPublicKey', 'ALPN: server accepted http/1.1');
    this.#describe(certificate, chained, insecure);
  }

  #describe(certificate: ServerCertificate, chained: keyof typeof PROBLEMS | undefined, insecure: boolean): void {
    const { subject, issuer, notBefore, notAfter, matched, problem } = certificate;
    const { host } = this.address;
    this.#say(
      'Server certificate:',
      ` subject: ${subject}`,
      ` start date: ${opensslTime(notBefore)}`,
      ` expire date: ${opensslTime(notAfter)}`,
    );
    if (!insecure && matched === undefined) this.#say(' subjectAltName does not match hostname ' + host);
    else if (!insecure) this.#say(` subjectAltName: host "${host}" matched cert's "${matched ?? ''}"`);
    if (problem === 'name' && !insecure) return;
    const verdict = chained === undefined ? 'SSL certificate verify ok.' : `SSL certificate verify result: ${PROBLEMS[chained]} (${NUMBERS[chained]}), continuing anyway.`; // prettier-ignore
    this.#say(` issuer: ${issuer}`, ` ${verdict}`);
  }

  #say(...lines: readonly string[]): void {
    if (this.flags.has('v')) say(this.process.stderr, lines.map((line) => `* ${line}\n`).join(''));
  }
}

/** `Jan  5 09:00:00 2026 GMT` */
function opensslTime(at: number): string {
  const [, , day = '', month = '', year = '', time = ''] = /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(at).toUTCString()) ?? [];
  return `${month} ${String(Number(day)).padStart(2)} ${time} ${year} GMT`;
}
