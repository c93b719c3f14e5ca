import type { Connection, HttpHandler, Reader, ServedRequest, ServedResponse } from '../os/process.ts';
import { Interrupted, NetworkError } from '../os/process.ts';
import { concat, decode, encode } from '../os/text.ts';
import { run, suspend, type Task } from '../os/task.ts';
import type { Simulation } from '../sim/simulation.ts';
import { bodyReader, headEnd, headersOf, render, type Head } from './http1-message.ts';

/** Speaks HTTP/1.1 on a raw connection: the server's side. The returned function ends it. */
export function serveHttpOver(
  sim: Simulation,
  connection: Connection,
  handler: HttpHandler,
  tls?: NonNullable<ServedRequest['tls']>,
  done: () => void = () => {},
): () => void {
  const running = run(
    serve(sim, connection, handler, tls),
    () => {
      connection.output.close();
      done();
    },
    (error) => {
      connection.output.close();
      done();
      // The client went away, or broke the layer below: nobody is left to be told.
      if (!(error instanceof Interrupted || error instanceof NetworkError)) throw error;
    },
  );
  return () => {
    running.kill();
    connection.close();
  };
}

function* serve(
  sim: Simulation,
  connection: Connection,
  handler: HttpHandler,
  tls: NonNullable<ServedRequest['tls']> | undefined,
): Task<void> {
  let pending: Uint8Array = new Uint8Array();
  for (;;) {
    const request = parseRequest(pending);
    if (request === 'bad') {
      yield* connection.output.write(
        render({ status: 400, headers: { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }, body: '400 Bad Request' }),
      );
      return;
    }
    if (request === undefined) {
      const chunk = yield* connection.input.read();
      if (chunk === undefined) return;
      pending = concat([pending, chunk]);
      continue;
    }
    pending = request.rest;
    const { method, path, headers, body } = request;
    const answer = yield* answerOf(sim, handler, {
      method,
      path,
      headers,
      body,
      remote: connection.remote,
      ...(tls === undefined ? {} : { tls }),
    });
    const streamed = answer.body;
    if (streamed === undefined || typeof streamed === 'string' || streamed instanceof Uint8Array)
      yield* connection.output.write(render({ ...answer, body: streamed }, method === 'HEAD'));
    else yield* stream(connection, answer, streamed);
    if (!request.keepAlive) return;
  }
}

/** What a handler answers, after the time that takes. */
export function* answerOf(sim: Simulation, handler: HttpHandler, request: ServedRequest): Task<ServedResponse> {
  const given = handler(request);
  const answer = 'status' in given ? given : yield* given;
  const { took = 0 } = answer;
  if (took > 0)
    yield* suspend<void>((resume) => {
      const timer = sim.after(took, () => resume());
      return () => timer.cancel();
    });
  return answer;
}

/** Sends bytes in chunks as they come, while the client is there to take them. */
function* stream(connection: Connection, answer: ServedResponse, body: Reader): Task<void> {
  yield* connection.output.write(
    render({ ...answer, body: new Uint8Array(), headers: { ...answer.headers, 'transfer-encoding': 'chunked' } }),
  );
  const watching = run(
    connection.input.read(),
    (early) => (early === undefined ? body.close() : connection.input.unread?.(early)),
    () => body.close(),
  );
  try {
    for (let chunk = yield* body.read(); chunk !== undefined; chunk = yield* body.read())
      yield* connection.output.write(concat([encode(`${chunk.length.toString(16)}\r\n`), chunk, encode('\r\n')]));
    yield* connection.output.write(encode('0\r\n\r\n'));
  } finally {
    watching.kill();
    body.close();
  }
}

/** One request on a connection and the head of its answer, whose body is read later. Throws `NetworkError` with Go's sentence. */
export function* requestOver(
  connection: Connection,
  request: { method: string; path: string; headers: Readonly<Record<string, string>>; body?: Uint8Array },
  send: (bytes: Uint8Array) => Task<void> = (bytes) => connection.output.write(bytes),
): Task<{ status: number; headers: Record<string, string>; body: Reader }> {
  const { method, path, body = new Uint8Array() } = request;
  const headers: Record<string, string> = { ...request.headers };
  if (body.length > 0 || ['POST', 'PUT', 'PATCH'].includes(method)) headers['content-length'] ??= String(body.length);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  yield* send(concat([encode(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), body]));
  let pending: Uint8Array = new Uint8Array();
  for (let end = -1; end < 0; end = headEnd(pending)) {
    const chunk = yield* connection.input.read();
    if (chunk === undefined) throw new NetworkError('ECONNRESET', pending.length === 0 ? 'EOF' : 'unexpected EOF');
    pending = concat([pending, chunk]);
    const start = decode(pending.subarray(0, 5));
    if (pending.length >= 5 && start !== 'HTTP/')
      throw new NetworkError(
        'EPROTO',
        `net/http: HTTP/1.x transport connection broken: malformed HTTP response ${JSON.stringify(decode(pending).split('\n')[0])}`,
      );
  }
  const head = parseHead(pending);
  return { status: head.status, headers: head.headers, body: bodyReader(connection, method, head) };
}

interface Parsed {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
  rest: Uint8Array;
  keepAlive: boolean;
}

function parseHead(bytes: Uint8Array): Head {
  const end = headEnd(bytes);
  const [first = '', ...lines] = decode(bytes.subarray(0, end)).split(/\r?\n/);
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1]);
  if (Number.isNaN(status)) throw new NetworkError('EPROTO', `malformed HTTP status line ${JSON.stringify(first)}`);
  return { status, headers: headersOf(lines), rest: bytes.slice(end + (bytes[end] === 13 ? 4 : 2)) };
}

/** A whole request at the head of `bytes`; undefined while some of it is missing. */
function parseRequest(bytes: Uint8Array): Parsed | 'bad' | undefined {
  // A greeting in TLS, for one: no method begins so.
  if (bytes.length > 0 && ((bytes[0] as number) < 65 || (bytes[0] as number) > 90)) return 'bad';
  const ends = headEnd(bytes);
  if (ends < 0) return bytes.length > 65_536 ? 'bad' : undefined;
  const [first = '', ...lines] = decode(bytes.subarray(0, ends)).split(/\r?\n/);
  const match = /^([A-Z]+) (\S+) HTTP\/(1\.[01])$/.exec(first);
  if (match === null) return 'bad';
  const headers = headersOf(lines);
  const length = Number(headers['content-length'] ?? 0);
  if (!Number.isInteger(length) || length < 0) return 'bad';
  const start = ends + (bytes[ends] === 13 ? 4 : 2);
  if (bytes.length < start + length) return undefined;
  const connection = (headers['connection'] ?? '').toLowerCase();
  return {
    method: match[1] as string,
    path: match[2] as string,
    headers,
    body: bytes.slice(start, start + length),
    rest: bytes.slice(start + length),
    keepAlive: match[3] === '1.1' ? connection !== 'close' : connection === 'keep-alive',
  };
}
