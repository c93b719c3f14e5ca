import { StatusError } from '../engine/api/errors.ts';
import type { Credentials, Stream, Transport } from '../engine/apiserver/types.ts';
import type { Task } from '../engine/os/task.ts';

/** A request to the API server's front door, as any HTTP client could send it. */
export interface ApiCall {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | object;
}

export interface ApiAnswer {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** A value where the answer is JSON and the transport has it at hand, else text. */
  readonly body?: unknown;
  readonly stream?: Stream;
}

/** The way to an API server: over a socket under Node, by a call in process. Throws `ConnectionError` when nobody answers. */
export interface ApiTransport {
  request(call: ApiCall): Task<ApiAnswer>;
}

export class ConnectionError extends Error {
  constructor(
    readonly code: 'ECONNREFUSED' | 'ETIMEDOUT' | 'ENOTFOUND' | 'EHOSTUNREACH' | 'TLS' | 'OTHER',
    message: string,
  ) {
    super(message);
  }
}

/** An in-process server as kubectl's transport. `actor` is kubectl's address in the log of causes: `kubectl/alice`. */
export function inProcess(transport: Transport, options: { credentials?: Credentials; actor?: string } = {}): ApiTransport {
  return {
    // eslint-disable-next-line require-yield
    *request(call) {
      try {
        return transport.handle({ ...call, ...options });
      } catch (error) {
        if (error instanceof StatusError && error.reason === 'ServiceUnavailable') throw new ConnectionError('ECONNREFUSED', error.message);
        throw error;
      }
    },
  };
}
