import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import type { ApiRequest, ApiResponse, ByteStream, Credentials, WatchStream } from '../src/engine/apiserver/types.ts';
import type { Backend } from './backend.ts';
import type { Certificates } from './certificates.ts';
import { jsonOfProtobuf } from './protobuf/decode.ts';
import { openapiV2, PROTOBUF_ACCEPT, PROTOBUF_TYPE } from './protobuf/openapi-v2.ts';
import { serveUpgrade } from './upgrade.ts';

export interface ServeOptions {
  readonly backend: Backend;
  /** 0: any free port. */
  readonly port: number;
  readonly host?: string;
  /** Without them plain HTTP is served, and nobody can prove who they are but by token. */
  readonly certificates?: Certificates;
  /** Paths below `/_lab/`; absent: they are unknown to the server, like any other path. */
  readonly lab?: (request: IncomingMessage, url: URL, body: string, response: ServerResponse) => void;
}

export interface Serving {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** The real server reads 3 MiB; the rest of a longer body is not even read. */
const MAX_BODY = 3 * 1024 * 1024;
/** The real server compresses answers from this size on. */
const GZIP_FROM = 128 * 1024;

/** Serves a backend over HTTP or HTTPS, with WebSockets for exec, attach and port-forward. */
export async function serveHttp(options: ServeOptions): Promise<Serving> {
  const { certificates, host = '127.0.0.1' } = options;
  const server: Server =
    certificates === undefined
      ? createHttpServer()
      : createHttpsServer({
          cert: certificates.serverCert,
          key: certificates.serverKey,
          ca: certificates.ca,
          requestCert: true,
          // A client without a certificate is anonymous, or has a token; that is the API server's to judge.
          rejectUnauthorized: false,
          ALPNProtocols: ['http/1.1'],
        });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  server.on('request', (request, response) => void answer(options, request, response));
  server.on('upgrade', (request, socket, head) => serveUpgrade(options.backend, toApiRequest(request), request, socket as Socket, head));
  server.on('clientError', (_error, socket) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request');
    else socket.destroy();
  });
  // Watches stay open as long as they like.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `${certificates === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function answer(options: ServeOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await readBody(request);
    if (body === undefined) return refuseBody(response);
    const url = urlOf(request);
    if (options.lab !== undefined && url.pathname.startsWith('/_lab/')) return options.lab(request, url, body.toString('utf8'), response);
    const protobuf = url.pathname === '/openapi/v2' && PROTOBUF_ACCEPT.test(request.headers.accept ?? '');
    if (protobuf) request.headers.accept = 'application/json';
    const answered = await new Promise<ApiResponse>((resolve) => {
      options.backend.handle(withBody(toApiRequest(request), body), resolve);
      options.backend.after?.();
    });
    if (answered.stream === undefined)
      return sendWhole(request, response, protobuf && answered.code === 200 ? asProtobuf(answered) : answered);
    if (answered.stream.kind === 'watch') return sendWatch(options.backend, response, answered, answered.stream);
    if (answered.stream.kind === 'bytes') return sendBytes(options.backend, response, answered, answered.stream);
    options.backend.closeStream?.(answered.stream);
    sendStatus(response, 400, 'BadRequest', 'Upgrade request required');
  } catch (error) {
    // A client that hung up in the middle of its body wants no answer.
    if (!request.complete) return void response.destroy();
    // A fault of the engine must not take the server down with it.
    console.error(`${request.method ?? ''} ${request.url ?? ''}:`, error);
    if (response.headersSent) response.destroy();
    else sendStatus(response, 500, 'InternalError', `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The request as the API server knows it. Who sends it is proven by TLS or by token; headers that claim an identity mean nothing. */
export function toApiRequest(request: IncomingMessage): ApiRequest {
  const url = urlOf(request);
  const query: Record<string, string | string[]> = {};
  for (const [name, value] of url.searchParams) {
    const before = query[name];
    query[name] = before === undefined ? value : typeof before === 'string' ? [before, value] : [...before, value];
  }
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined && !name.startsWith('x-remote-')) headers[name] = value;
  const credentials = credentialsOf(request);
  const agent = /^[\w.-]+/.exec(request.headers['user-agent'] ?? '')?.[0];
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query,
    headers,
    ...(credentials === undefined ? {} : { credentials }),
    ...(credentials?.kind === 'certificate' && agent !== undefined ? { actor: `${agent}/${credentials.user}` } : {}),
  };
}

function withBody(request: ApiRequest, body: Buffer): ApiRequest {
  if (body.length === 0) return request;
  if (String(request.headers?.['content-type'] ?? '').startsWith('application/vnd.kubernetes.protobuf')) {
    const json = jsonOfProtobuf(body);
    if (json !== undefined) return { ...request, body: json, headers: { ...request.headers, 'content-type': 'application/json' } };
  }
  return { ...request, body: body.toString('utf8') };
}

function credentialsOf(request: IncomingMessage): Credentials | undefined {
  const socket = request.socket as Partial<TLSSocket>;
  if (socket.authorized === true && socket.getPeerCertificate !== undefined) {
    const { subject, fingerprint256 } = socket.getPeerCertificate();
    const names = subject as unknown as Record<string, string | string[] | undefined> | undefined;
    const list = (value: string | string[] | undefined): string[] =>
      value === undefined ? [] : typeof value === 'string' ? [value] : value;
    const user = list(names?.['CN'])[0];
    if (user !== undefined) {
      const fingerprint = fingerprint256.replaceAll(':', '').toLowerCase();
      return { kind: 'certificate', user, groups: list(names?.['O']), fingerprint };
    }
  }
  const token = /^bearer\s+(\S+)/i.exec(request.headers.authorization ?? '')?.[1];
  if (token !== undefined) return { kind: 'token', token };
  // Who shows a certificate that proves nothing is refused, not taken for nobody: like a token that is none.
  const shown = socket.getPeerCertificate?.().raw;
  return shown === undefined ? undefined : { kind: 'token', token: '' };
}

function urlOf(request: IncomingMessage): URL {
  const target = request.url ?? '/';
  // Not `new URL(target, base)`: that would resolve `..` and take `//host` for a host.
  const question = target.indexOf('?');
  const url = new URL(`http://localhost${question < 0 ? '' : target.slice(question)}`);
  const path = question < 0 ? target : target.slice(0, question);
  return Object.defineProperty(url, 'pathname', { value: path.startsWith('/') ? path : `/${path}` });
}

function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY) {
        request.removeAllListeners('data');
        request.resume();
        resolve(undefined);
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
  });
}

function refuseBody(response: ServerResponse): void {
  response.setHeader('connection', 'close');
  sendStatus(response, 413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY}`);
}

function sendStatus(response: ServerResponse, code: number, reason: string, message: string): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code })}\n`);
}

/** The engine gives the same document until its kinds change, so its bytes are made once. */
const encoded = new WeakMap<object, Buffer>();

function asProtobuf({ code, headers, body }: ApiResponse): ApiResponse {
  const document = body as Parameters<typeof openapiV2>[0];
  const bytes = encoded.get(document) ?? openapiV2(document);
  encoded.set(document, bytes);
  return { code, headers: { ...headers, 'content-type': PROTOBUF_TYPE }, body: bytes };
}

function sendWhole(request: IncomingMessage, response: ServerResponse, { code, headers, body }: ApiResponse): void {
  const indent = /[?&]pretty=(1|true)(&|$)/.test(request.url ?? '') ? 2 : undefined;
  const text =
    body === undefined || Buffer.isBuffer(body) ? '' : typeof body === 'string' ? body : `${JSON.stringify(body, undefined, indent)}\n`;
  let bytes: Buffer = Buffer.isBuffer(body) ? body : Buffer.from(text, 'utf8');
  const all: Record<string, string | readonly string[]> = { ...headers };
  if (bytes.length >= GZIP_FROM && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) {
    bytes = gzipSync(bytes, { level: 1 });
    all['content-encoding'] = 'gzip';
    all['vary'] = 'Accept-Encoding';
  }
  response.writeHead(code, { ...(all as Record<string, string | string[]>), 'content-length': String(bytes.length) });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function sendWatch(backend: Backend, response: ServerResponse, { code, headers }: ApiResponse, stream: WatchStream): void {
  response.writeHead(code, { 'content-type': 'application/json', ...(headers as Record<string, string>) });
  response.flushHeaders();
  hold(backend, response, stream, (end) => stream.subscribe({ event: (event) => response.write(`${JSON.stringify(event)}\n`), end }));
}

function sendBytes(backend: Backend, response: ServerResponse, { code, headers }: ApiResponse, stream: ByteStream): void {
  response.writeHead(code, { 'content-type': 'text/plain', ...(headers as Record<string, string>) });
  response.flushHeaders();
  hold(backend, response, stream, (end) => stream.subscribe({ data: (bytes) => response.write(bytes), end }));
}

/** Keeps a streaming response open until the stream ends or the client goes away; whoever is first ends the other. */
function hold(
  backend: Backend,
  response: ServerResponse,
  stream: WatchStream | ByteStream,
  subscribe: (end: () => void) => () => void,
): void {
  let over = false;
  const stop = subscribe(() => {
    over = true;
    response.end();
  });
  backend.after?.();
  response.on('error', () => response.destroy());
  response.on('close', () => {
    if (over) return;
    stop();
    backend.closeStream?.(stream);
    backend.after?.();
  });
}
