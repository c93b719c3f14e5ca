import { parseCertificates } from '../api/x509/certificate.ts';
import { CertificateError, verifyChain } from '../api/x509/verify.ts';
import { NetworkError, type ClientTls, type Connection, type ServerCertificate, type ServerTls, type TlsProblem } from '../os/process.ts';
import { concat, decode, encode } from '../os/text.ts';
import type { Task } from '../os/task.ts';
import type { Millis } from '../sim/time.ts';

/**
 * TLS as a layer on a connection, at the level that shows: records, who greets whom with which name, certificates and
 * their verification, alerts. Nothing is encrypted, and a key is held by whoever says so: nobody in this world lies.
 */

const ALERT = 21;
const HANDSHAKE = 22;
const DATA = 23;
const RECORD_MAX = 16_384;
const PLAIN_ANSWER = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';

interface ClientHello {
  readonly serverName: string;
}

interface ServerHello {
  readonly certificate: string;
  readonly asksForCertificate: boolean;
}

interface Finished {
  readonly certificates: string;
}

/** The client's side. Throws `NetworkError` with Go's sentence. */
export function* connectTls(
  connection: Connection,
  options: { tls: ClientTls; serverName: string; now: Millis; shown?: (certificate: ServerCertificate) => void },
): Task<Connection> {
  const { tls, serverName, now, shown } = options;
  const records = new Records(connection);
  // RFC 6066: an address is no server name.
  yield* records.write(
    HANDSHAKE,
    encode(JSON.stringify({ serverName: /^[\d.]+$/.test(serverName) ? '' : serverName } satisfies ClientHello)),
  );
  const answer = yield* records.read();
  if (answer === undefined) throw new NetworkError('ECONNRESET', 'EOF');
  if (answer.type === ALERT) throw alerted(answer.payload);
  if (answer.type !== HANDSHAKE) {
    const text = decode(answer.payload).startsWith('HTTP/')
      ? 'http: server gave HTTP response to HTTPS client'
      : 'tls: first record does not look like a TLS handshake';
    throw new NetworkError('EPROTO', text, 'not TLS');
  }
  const hello = JSON.parse(decode(answer.payload)) as ServerHello;
  const problem = problemOf(hello.certificate, tls, serverName, now);
  shown?.(facts(hello, serverName, problem));
  if (problem !== undefined && tls.insecure !== true) {
    yield* records.write(ALERT, encode('bad certificate'));
    connection.close();
    throw new NetworkError('ECERT', `tls: failed to verify certificate: ${problem.go}`, problem.openssl);
  }
  const certificates = hello.asksForCertificate && tls.cert !== undefined ? tls.cert : '';
  yield* records.write(HANDSHAKE, encode(JSON.stringify({ certificates } satisfies Finished)));
  return records.secured();
}

/** The server's side. Undefined when there is nobody to talk to after the handshake; then the connection is closed. */
export function* acceptTls(
  connection: Connection,
  tls: (serverName: string) => ServerTls,
): Task<{ connection: Connection; serverName: string; certificates: string } | undefined> {
  const records = new Records(connection);
  const fail = (message: string): undefined => {
    tls('').onError?.(`http: TLS handshake error from ${connection.remote}: ${message}`);
    connection.output.close();
    return undefined;
  };
  const greeting = yield* records.read();
  if (greeting === undefined) return fail('EOF');
  if (greeting.type !== HANDSHAKE) {
    if (!/^(GET \/|HEAD |POST |PUT \/|OPTIO)/.test(decode(greeting.payload)))
      return fail('tls: first record does not look like a TLS handshake');
    yield* connection.output.write(encode(tls('').plainAnswer ?? PLAIN_ANSWER));
    return fail('client sent an HTTP request to an HTTPS server');
  }
  const { serverName } = JSON.parse(decode(greeting.payload)) as ClientHello;
  const { certificate, asksForCertificate = false, refuses } = tls(serverName);
  const hello: ServerHello = { certificate, asksForCertificate };
  yield* records.write(HANDSHAKE, encode(JSON.stringify(hello)));
  const finished = yield* records.read();
  if (finished === undefined) return fail('EOF');
  if (finished.type !== HANDSHAKE) return fail(finished.type === ALERT ? alerted(finished.payload).message : 'tls: unexpected message');
  const { certificates } = JSON.parse(decode(finished.payload)) as Finished;
  const refusal = refuses?.(certificates);
  if (refusal !== undefined) {
    yield* records.write(ALERT, encode(refusal.alert));
    return fail(refusal.message);
  }
  return { connection: records.secured(), serverName, certificates };
}

interface Problem {
  /** The sentence of Go's tools. */
  readonly go: string;
  /** What OpenSSL comes upon first. */
  readonly openssl: TlsProblem;
}

function problemOf(certificate: string, tls: ClientTls, serverName: string, now: Millis): Problem | undefined {
  const chain = parseCertificates(certificate);
  const verify = (at: Millis, name: string): CertificateError | undefined => {
    try {
      verifyChain({ chain, roots: parseCertificates(tls.ca ?? ''), now: at, purpose: 'server auth', name });
      return undefined;
    } catch (error) {
      if (error instanceof CertificateError) return error;
      throw error;
    }
  };
  const error = verify(now, serverName);
  if (error === undefined) return undefined;
  // Go looks at time and name before the chain; OpenSSL at the chain, then the time, then the name.
  const untimely = error.problem === 'expired' || error.problem === 'not yet valid';
  const first = untimely ? verify(chain[0]?.notBefore ?? now, '') : verify(now, '');
  return { go: error.message, openssl: (first ?? error).problem };
}

function facts(hello: ServerHello, serverName: string, problem: Problem | undefined): ServerCertificate {
  const [leaf] = parseCertificates(hello.certificate);
  const names = [...(leaf?.dnsNames ?? []), ...(leaf?.ipAddresses ?? [])];
  const suffix = serverName.slice(serverName.indexOf('.'));
  const matched = names.find((name) => name.toLowerCase() === serverName.toLowerCase()) ?? names.find((name) => name === `*${suffix}`);
  return {
    subject: leaf?.subjectText ?? '',
    issuer: leaf?.issuerText ?? '',
    chain: hello.certificate,
    notBefore: leaf?.notBefore ?? 0,
    notAfter: leaf?.notAfter ?? 0,
    asksForCertificate: hello.asksForCertificate,
    ...(matched === undefined ? {} : { matched }),
    ...(problem === undefined ? {} : { problem: problem.openssl }),
  };
}

function alerted(payload: Uint8Array): NetworkError {
  return new NetworkError('EPROTO', `remote error: tls: ${decode(payload)}`, 'alert');
}

/** RFC 8446, section 5.1: a type, a version, a length, and that many bytes. What does not begin so is handed out raw, as type 0. */
class Records {
  #pending: Uint8Array = new Uint8Array();

  constructor(readonly connection: Connection) {}

  *read(): Task<{ type: number; payload: Uint8Array } | undefined> {
    for (;;) {
      const [type = 0, version = 0, , high = 0, low = 0] = this.#pending;
      if (this.#pending.length > 0 && (type < ALERT || type > DATA)) return { type: 0, payload: this.#pending };
      if (this.#pending.length > 1 && version !== 3) return { type: 0, payload: this.#pending };
      const end = 5 + high * 256 + low;
      if (this.#pending.length >= 5 && this.#pending.length >= end) {
        const payload = this.#pending.slice(5, end);
        this.#pending = this.#pending.slice(end);
        return { type, payload };
      }
      const chunk = yield* this.connection.input.read();
      if (chunk === undefined) return undefined;
      this.#pending = this.#pending.length === 0 ? chunk : concat([this.#pending, chunk]);
    }
  }

  *write(type: number, payload: Uint8Array): Task<void> {
    const header = Uint8Array.of(type, 3, 3, payload.length >> 8, payload.length & 255);
    yield* this.connection.output.write(concat([header, payload]));
  }

  /** The connection as seen above the layer. */
  secured(): Connection {
    const { connection } = this;
    let back: Uint8Array[] = [];
    const next = (): ReturnType<Records['read']> => this.read();
    const send = (bytes: Uint8Array): Task<void> => this.write(DATA, bytes);
    return {
      remote: connection.remote,
      input: {
        *read() {
          const again = back.shift();
          if (again !== undefined) return again;
          const record = yield* next();
          if (record?.type === ALERT) throw alerted(record.payload);
          return record?.payload;
        },
        unread(bytes) {
          if (bytes.length > 0) back = [bytes, ...back];
        },
        close: () => connection.input.close(),
      },
      output: {
        *write(bytes) {
          for (let at = 0; at < bytes.length; at += RECORD_MAX) yield* send(bytes.subarray(at, at + RECORD_MAX));
        },
        close: () => connection.output.close(),
      },
      close: () => connection.close(),
    };
  }
}
