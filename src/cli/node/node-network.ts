import * as http from 'node:http';
import * as net from 'node:net';
import { resolve } from 'node:dns';
import { NetworkError } from '../../engine/os/process.ts';
import type { Connection, HttpHandler, HttpRequest, HttpResponse, Network, Reader, ServedResponse } from '../../engine/os/process.ts';
import { run, suspend } from '../../engine/os/task.ts';
import type { Task } from '../../engine/os/task.ts';
import { sendHttp } from './http.ts';
import { streamReader, streamWriter } from './node-streams.ts';

const LOOPBACK = '127.0.0.1';

/** The host's network as a program of ours sees it. Servers listen on loopback. */
export const nodeNetwork: Network = {
  *http(request: HttpRequest): Task<HttpResponse> {
    const answer = yield* sendHttp(request.url, { method: request.method, headers: request.headers ?? {}, body: request.body, tls: {} });
    return { status: answer.statusCode ?? 0, headers: answer.headers as Record<string, string>, body: streamReader(answer) };
  },
  connect: (host, port) =>
    suspend<Connection>((resume, fail) => {
      const socket = net.connect(port, host, () => resume(connectionOf(socket)));
      socket.on('error', (error) => fail(new NetworkError('ECONNREFUSED', error.message)));
      return () => socket.destroy();
    }),
  serveHttp(port, handler) {
    ending(
      http.createServer((request, response) => serve(handler, request, response)),
      port,
    );
  },
  listen(port, accept) {
    ending(
      net.createServer((socket) => accept(connectionOf(socket))),
      port,
    );
  },
  resolve: (name) =>
    suspend<string[]>((resume, fail) => {
      resolve(name, (error, addresses) => (error === null ? resume(addresses) : fail(new NetworkError('ENOTFOUND', error.message))));
      return () => {};
    }),
  addresses: [LOOPBACK],
};

/** A server that cannot listen ends the program, which waits for nothing else. */
function ending(server: net.Server, port: number): void {
  server.on('error', (error: NodeJS.ErrnoException) => {
    const why = error.code === 'EADDRINUSE' ? 'bind: address already in use' : error.message;
    process.stderr.write(`error: listen tcp ${LOOPBACK}:${port}: ${why}\n`, () => process.exit(1));
  });
  server.listen(port, LOOPBACK);
}

function connectionOf(socket: net.Socket): Connection {
  socket.on('error', () => socket.destroy());
  return {
    remote: `${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`,
    input: streamReader(socket),
    output: { ...streamWriter(socket), close: () => void socket.end() },
    close: () => void socket.end(),
  };
}

function serve(handler: HttpHandler, request: http.IncomingMessage, response: http.ServerResponse): void {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const answer = handler({
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: request.headers as Record<string, string>,
      body: Buffer.concat(parts),
      remote: request.socket.remoteAddress ?? '',
    });
    const failed = (error: unknown): void => {
      if (!response.headersSent) response.writeHead(500);
      response.end(error instanceof Error ? error.message : String(error));
    };
    if ('status' in answer) send(answer, response, failed);
    else run(answer, (value) => send(value, response, failed), failed);
  });
}

function send({ status, headers, body }: ServedResponse, response: http.ServerResponse, failed: (error: unknown) => void): void {
  response.writeHead(status, headers === undefined ? {} : withoutHopByHop(headers));
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    response.end(body ?? '');
    return;
  }
  response.flushHeaders();
  const copying = run(copy(body, response), () => response.end(), failed);
  response.on('close', () => {
    copying.kill();
    body.close();
  });
}

/** What concerns one connection alone is not handed on. */
function withoutHopByHop(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !['connection', 'transfer-encoding', 'content-length', 'keep-alive'].includes(name.toLowerCase()),
    ),
  );
}

function* copy(from: Reader, to: http.ServerResponse): Task<void> {
  for (let bytes = yield* from.read(); bytes !== undefined; bytes = yield* from.read()) yield* streamWriter(to).write(bytes);
}
