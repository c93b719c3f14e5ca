import { sha256 } from '@noble/hashes/sha2.js';
import type { Status } from '../api/meta.ts';
import type { Authority } from '../api/x509/certificate-authority.ts';
import { provenClient } from '../api/x509/client-certificate.ts';
import type { ApiRequest, ApiResponse, Credentials, Transport } from '../apiserver/types.ts';
import type { Component } from '../component.ts';
import { parseQuery } from '../network/address.ts';
import type { NetworkNamespace, Socket } from '../network/namespace.ts';
import { pipe } from '../os/pipe.ts';
import type { Reader, ServedRequest, ServedResponse } from '../os/process.ts';
import { decode, encode } from '../os/text.ts';
import type { Task } from '../os/task.ts';
import type { Simulation } from '../sim/simulation.ts';
import { HOUR, MINUTE } from '../sim/time.ts';

/** --secure-port, as kubeadm leaves it. */
export const API_PORT = 6443;
/** The real server reads 3 MiB. */
const MAX_BODY = 3 * 1024 * 1024;
const YEAR = 365 * 24 * HOUR;

/** From when until when the server's certificate is good. */
export function servingTimes(sim: Simulation): { notBefore: number; notAfter: number } {
  return { notBefore: sim.start - 5 * MINUTE, notAfter: sim.start + YEAR };
}

export interface EndpointOptions {
  sim: Simulation;
  /** The API server itself, which starts and stops with its port. */
  apiserver: Transport & Component;
  /** The network of the machine it runs on. */
  host: NetworkNamespace;
  /** Signs the certificates of clients that are believed. */
  authority: Authority;
  /** Its own, as it is when a client comes. */
  certificate: () => string;
}

/** The API server's port in the cluster's network: HTTPS in, calls of the front door behind. Who calls is proven by certificate or token. */
export class ApiServerEndpoint implements Component {
  readonly name: string;
  readonly #options: EndpointOptions;
  #socket: Socket | undefined;

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.name = options.apiserver.name;
  }

  start(): void {
    this.#options.apiserver.start();
    if (this.#socket !== undefined) return;
    this.#socket = this.#options.host.open();
    this.#socket.serveHttp(
      API_PORT,
      (request) => this.#answer(request),
      () => ({ certificate: this.#options.certificate(), asksForCertificate: true }),
    );
  }

  stop(): void {
    this.#options.apiserver.stop();
    this.#socket?.close();
    this.#socket = undefined;
  }

  *#answer(request: ServedRequest): Task<ServedResponse> {
    if (request.body.length > MAX_BODY)
      return failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY}`, { connection: 'close' });
    return served(yield* this.#options.apiserver.handle(this.#request(request)));
  }

  #request({ method, path: target, headers, body, tls }: ServedRequest): ApiRequest {
    const question = target.indexOf('?');
    // A front proxy says who it speaks for; nobody here is one.
    const told = Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-remote-')));
    const credentials = this.#credentials(headers['authorization'] ?? '', tls?.certificates ?? '');
    const agent = /^[\w.-]+/.exec(headers['user-agent'] ?? '')?.[0];
    return {
      method,
      path: question < 0 ? target : target.slice(0, question),
      query: question < 0 ? {} : parseQuery(target.slice(question + 1)),
      headers: told,
      ...(body.length === 0 ? {} : { body: decode(body) }),
      ...(credentials === undefined ? {} : { credentials }),
      ...(credentials?.kind === 'certificate' && agent !== undefined ? { actor: `${agent}/${credentials.user}` } : {}),
    };
  }

  #credentials(authorization: string, shown: string): Credentials | undefined {
    const { authority, sim } = this.#options;
    const client = provenClient(shown, authority.certificate, sim.now);
    if (client !== undefined) {
      const fingerprint = [...sha256(client.raw)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      return { kind: 'certificate', user: client.commonName, groups: client.organizations, fingerprint };
    }
    const token = /^bearer\s+(\S+)/i.exec(authorization)?.[1];
    if (token !== undefined) return { kind: 'token', token };
    // Who shows a certificate that proves nothing is refused, not taken for nobody.
    return shown === '' ? undefined : { kind: 'token', token: '' };
  }
}

function served({ code, headers, body, stream }: ApiResponse): ServedResponse {
  const plain = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : value.join(', ')]),
  );
  if (stream === undefined) {
    const json = body !== undefined && typeof body !== 'string';
    const type: Record<string, string> = json ? { 'content-type': 'application/json' } : {};
    return { status: code, headers: { ...type, ...plain }, body: json ? `${JSON.stringify(body)}\n` : (body ?? '') };
  }
  if (stream.kind === 'watch') {
    const lines = streamed((push, end) => stream.subscribe({ event: (event) => push(encode(`${JSON.stringify(event)}\n`)), end }));
    return { status: code, headers: { 'content-type': 'application/json', ...plain }, body: lines };
  }
  if (stream.kind === 'bytes') {
    const bytes = streamed((push, end) => stream.subscribe({ data: push, end }));
    return { status: code, headers: { 'content-type': 'text/plain', ...plain }, body: bytes };
  }
  return failure(400, 'BadRequest', 'Upgrade request required');
}

/** A stream as the body of an answer: closing it ends the stream. */
function streamed(subscribe: (push: (bytes: Uint8Array) => void, end: () => void) => () => void): Reader {
  const { reader, writer } = pipe();
  const stop = subscribe((bytes) => writer.push(bytes), () => writer.close()); // prettier-ignore
  return {
    ...reader,
    close() {
      stop();
      reader.close();
    },
  };
}

function failure(code: number, reason: string, message: string, headers: Record<string, string> = {}): ServedResponse {
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
  return { status: code, headers: { 'content-type': 'application/json', ...headers }, body: `${JSON.stringify(status)}\n` };
}
