import type { Status } from '../../engine/api/meta.ts';
import type { Credentials, Stream, Transport } from '../../engine/apiserver/types.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';

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
    /** What was asked in vain, as Go's `url.Error` begins: `Get "https://…": `. */
    readonly asked = '',
  ) {
    super(message);
  }

  of(method: string, url: string): ConnectionError {
    return new ConnectionError(this.code, this.message, `${method.charAt(0)}${method.slice(1).toLowerCase()} ${JSON.stringify(url)}: `);
  }
}

/**
 * An in-process server as kubectl's way to it: who calls is the given identity, if any, or the bearer of `--token`. The address in
 * the log of causes is `kubectl/<user of the workstation>`.
 */
export function inProcess(
  transport: Transport,
  credentials: Credentials | undefined,
): (process: Process, config: { readonly token?: string; readonly server?: string }) => ApiTransport {
  return (process, config) => {
    const who = config.token === undefined ? credentials : ({ kind: 'token', token: config.token } as const);
    const actor = `kubectl/${process.env.get('USER') ?? 'learner'}`;
    return {
      *request(call) {
        const answer = yield* transport.handle({ ...call, ...(who === undefined ? {} : { credentials: who }), actor });
        const message = answer.code === 503 ? String((answer.body as Status | undefined)?.message) : '';
        // Where nobody listens there is no answer: in process it is said in the words of who dials.
        if (/^dial tcp \S+ connect: connection refused$/.test(message))
          throw new ConnectionError('ECONNREFUSED', dialled(message, config.server));
        return answer;
      },
    };
  };
}

function dialled(message: string, server: string | undefined): string {
  return server === undefined ? message : message.replace(/(?<=^dial tcp )\S+(?=: )/, new URL(server).host);
}
