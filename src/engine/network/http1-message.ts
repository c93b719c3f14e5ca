import { NetworkError, type Connection, type Reader, type ServedResponse } from '../os/process.ts';
import { concat, decode, encode } from '../os/text.ts';
import type { Task } from '../os/task.ts';

// RFC 9112: how messages look on the wire.

export const REASONS: Readonly<Record<number, string>> = {
  200: 'OK', 201: 'Created', 202: 'Accepted', 204: 'No Content', 301: 'Moved Permanently', 302: 'Found', 304: 'Not Modified', 400: 'Bad Request',
  401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 406: 'Not Acceptable', 409: 'Conflict', 410: 'Gone',
  413: 'Request Entity Too Large', 415: 'Unsupported Media Type', 422: 'Unprocessable Entity', 429: 'Too Many Requests',
  500: 'Internal Server Error', 502: 'Bad Gateway', 503: 'Service Unavailable', 504: 'Gateway Timeout',
}; // prettier-ignore

export interface Head {
  readonly status: number;
  readonly headers: Record<string, string>;
  /** What came of the body with the head. */
  readonly rest: Uint8Array;
}

/** Where the blank line begins that ends a head; -1 while there is none. */
export function headEnd(bytes: Uint8Array): number {
  for (let i = 0; i + 1 < bytes.length; i++) {
    if (bytes[i] === 10 && bytes[i + 1] === 10) return i;
    if (bytes[i] === 13 && bytes[i + 1] === 10 && bytes[i + 2] === 13 && bytes[i + 3] === 10) return i;
  }
  return -1;
}

export function headersOf(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return headers;
}

export type WholeResponse = Omit<ServedResponse, 'body'> & { readonly body?: Uint8Array | string | undefined };

/** A whole answer; of one whose body is streamed, the head. */
export function render(answer: WholeResponse, headOnly = false): Uint8Array {
  const body = typeof answer.body === 'string' ? encode(answer.body) : (answer.body ?? new Uint8Array());
  const length: Record<string, string> =
    answer.headers?.['transfer-encoding'] === 'chunked' ? {} : { 'content-length': String(body.length) };
  const head = [
    `HTTP/1.1 ${answer.status} ${REASONS[answer.status] ?? 'Unknown'}`,
    ...Object.entries({ ...length, ...answer.headers }).map(([name, value]) => `${name}: ${value}`),
  ];
  return concat([encode(`${head.join('\r\n')}\r\n\r\n`), headOnly ? new Uint8Array() : body]);
}

/** The body of an answer as it comes; the connection is closed at its end, or when nobody wants the rest. */
export function bodyReader(connection: Connection, method: string, { status, headers, rest }: Head): Reader {
  connection.input.unread?.(rest);
  const parts = method === 'HEAD' || status === 204 || status === 304 ? nothing() : partsOf(connection, headers);
  let back: Uint8Array[] = [];
  return {
    *read() {
      const again = back.shift();
      if (again !== undefined) return again;
      const next = yield* parts();
      if (next === undefined) connection.close();
      return next;
    },
    unread(bytes) {
      back = [bytes, ...back];
    },
    close: () => connection.close(),
  };
}

type Parts = () => Task<Uint8Array | undefined>;

function nothing(): Parts {
  return function* () {
    return undefined;
  };
}

function partsOf({ input }: Connection, headers: Readonly<Record<string, string>>): Parts {
  if ((headers['transfer-encoding'] ?? '').toLowerCase() === 'chunked') return chunks(input);
  const length = headers['content-length'];
  if (length === undefined) return () => input.read();
  let left = Number(length);
  return function* () {
    if (left <= 0) return undefined;
    const bytes = yield* input.read();
    if (bytes === undefined) throw new NetworkError('ECONNRESET', 'unexpected EOF');
    const mine = bytes.subarray(0, left);
    left -= mine.length;
    return mine;
  };
}

function chunks(input: Reader): Parts {
  let pending: Uint8Array = new Uint8Array();
  let ended = false;
  return function* () {
    while (!ended) {
      const line = pending.indexOf(10);
      const size = line < 0 ? Number.NaN : Number.parseInt(decode(pending.subarray(0, line)).trim(), 16);
      if (size === 0) {
        ended = true;
        break;
      }
      if (line >= 0 && pending.length >= line + 1 + size + 2) {
        const chunk = pending.slice(line + 1, line + 1 + size);
        pending = pending.slice(line + 1 + size + 2);
        return chunk;
      }
      const bytes = yield* input.read();
      if (bytes === undefined) throw new NetworkError('ECONNRESET', 'unexpected EOF');
      pending = pending.length === 0 ? bytes : concat([pending, bytes]);
    }
    return undefined;
  };
}
