import type { Connection, HttpHandler, ServedResponse } from '../os/process.ts';
import { Interrupted } from '../os/process.ts';
import { concat, decode, encode } from '../os/text.ts';
import { run, suspend, type Task } from '../os/task.ts';
import type { Simulation } from '../sim/simulation.ts';

interface Parsed {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
  rest: Uint8Array;
  keepAlive: boolean;
}

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK', 201: 'Created', 204: 'No Content', 301: 'Moved Permanently', 302: 'Found', 304: 'Not Modified', 400: 'Bad Request', 401: 'Unauthorized',
  403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 429: 'Too Many Requests', 500: 'Internal Server Error', 502: 'Bad Gateway',
  503: 'Service Unavailable', 504: 'Gateway Timeout',
}; // prettier-ignore

/** Speaks HTTP/1.1 over a raw connection, for clients that send bytes: `nc`, a forwarded port. */
export function serveHttpOver(sim: Simulation, connection: Connection, handler: HttpHandler): void {
  const serve = function* (): Task<void> {
    let pending: Uint8Array = new Uint8Array();
    for (;;) {
      const request = parse(pending);
      if (request === 'bad') {
        yield* connection.output.write(render('GET', { status: 400, headers: { connection: 'close' } }));
        return;
      }
      if (request === undefined) {
        const chunk = yield* connection.input.read();
        if (chunk === undefined) return;
        pending = concat([pending, chunk]);
        continue;
      }
      pending = request.rest;
      const answer = handler({
        method: request.method,
        path: request.path,
        headers: request.headers,
        body: request.body,
        remote: connection.remote,
      });
      if (answer.took !== undefined && answer.took > 0) {
        const { took } = answer;
        yield* suspend<void>((resume) => {
          const timer = sim.after(took, () => resume());
          return () => timer.cancel();
        });
      }
      yield* connection.output.write(render(request.method, answer));
      if (!request.keepAlive) return;
    }
  };
  const end = (): void => connection.output.close();
  run(serve(), end, (error) => {
    end();
    if (!(error instanceof Interrupted)) throw error;
  });
}

/** A whole request at the head of `bytes`; undefined while some of it is missing. */
function parse(bytes: Uint8Array): Parsed | 'bad' | undefined {
  const ends = headEnd(bytes);
  if (ends < 0) return bytes.length > 65_536 ? 'bad' : undefined;
  const [first = '', ...lines] = decode(bytes.subarray(0, ends)).split(/\r?\n/);
  const match = /^([A-Z]+) (\S+) HTTP\/(1\.[01])$/.exec(first);
  if (match === null) return 'bad';
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
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

function headEnd(bytes: Uint8Array): number {
  for (let i = 0; i + 1 < bytes.length; i++) {
    if (bytes[i] === 10 && bytes[i + 1] === 10) return i;
    if (bytes[i] === 13 && bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10) return i;
  }
  return -1;
}

function render(method: string, answer: ServedResponse): Uint8Array {
  const body = answer.body === undefined ? new Uint8Array() : typeof answer.body === 'string' ? encode(answer.body) : answer.body;
  const headers = { 'content-length': String(body.length), ...answer.headers };
  const head = [
    `HTTP/1.1 ${answer.status} ${REASONS[answer.status] ?? 'Unknown'}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return concat([encode(`${head.join('\r\n')}\r\n\r\n`), method === 'HEAD' ? new Uint8Array() : body]);
}
