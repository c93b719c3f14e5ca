import type { Stream } from '../../engine/apiserver/types.ts';
import type { Status } from '../../engine/api/meta.ts';
import type { Process } from '../../engine/os/process.ts';
import { writeText } from '../../engine/os/text.ts';
import type { Task } from '../../engine/os/task.ts';
import { before } from './streams.ts';
import { ConnectionError } from './transport.ts';
import type { ApiAnswer, ApiCall, ApiTransport } from './transport.ts';
import { withCredentials } from './credentials.ts';
import { loadDiscovery } from './discovery.ts';
import type { Discovery } from './discovery.ts';
import { CommandError, Exit, ServerError } from './errors.ts';
import type { Flags } from './flags.ts';
import { parseDuration } from '../../engine/sim/duration.ts';
import { configLog, requestLog, responseLog } from './http-log.ts';
import type { KubeConfig } from './kubeconfig.ts';
import type { JsonObject } from './values.ts';

export interface CallOptions {
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
  /** What the generic sentence of a refusal without a `Status` names: `get crontabs.example.com`. */
  readonly what?: string;
}

/** One run of kubectl: its process, its flags and its way to the server. */
export class Session {
  readonly #readConfig: () => KubeConfig;
  readonly #connect: (config: KubeConfig) => ApiTransport;
  #config: KubeConfig | undefined;
  #way: ApiTransport | undefined;
  readonly #warned = new Set<string>();
  #warnings = 0;
  #sent = 0;
  #discovery: Discovery | undefined;

  constructor(
    readonly process: Process,
    readonly flags: Flags,
    /** `kubectl get`, as complaints name it. */
    readonly command: string,
    /** Read when it is first needed: a wrong use of a command is told before a wrong kubeconfig. */
    readConfig: () => KubeConfig,
    connect: (config: KubeConfig) => ApiTransport,
  ) {
    this.#readConfig = readConfig;
    this.#connect = connect;
  }

  get config(): KubeConfig {
    return (this.#config ??= this.#readConfig());
  }

  /** The way to the server, found when something is first asked of it. */
  *transport(): Task<ApiTransport> {
    return (this.#way ??= this.#connect(yield* withCredentials(this.process, this.config)));
  }

  get namespace(): string {
    return this.config.namespace;
  }
  /** Whether `-n` was given on the command line, and so binds manifests. */
  get namespaceGiven(): boolean {
    return this.flags.string('namespace') !== '';
  }

  out(text: string): Task<void> {
    return writeText(this.process.stdout, text);
  }
  err(text: string): Task<void> {
    return writeText(this.process.stderr, text);
  }

  *warn(text: string): Task<void> {
    this.#warnings++;
    if (this.#warned.has(text)) return;
    this.#warned.add(text);
    yield* this.err(`Warning: ${text}\n`);
  }

  /** After the command: `--warnings-as-errors`. */
  *finish(): Task<void> {
    if (!this.flags.bool('warnings-as-errors') || this.#warnings === 0) return;
    yield* this.err(`error: ${this.#warnings} ${this.#warnings === 1 ? 'warning' : 'warnings'} received\n`);
    throw new Exit(1);
  }

  /** Asked for as whoever the kubeconfig names: kubectl keeps what a server offers in a cache that knows no `--as`. */
  *discovery(): Task<Discovery> {
    const json = function* (this: Session, method: string, path: string, options: CallOptions = {}): Task<JsonObject> {
      return jsonOf(yield* this.#send(method, path, options, {}));
    };
    return (this.#discovery ??= yield* loadDiscovery({ json: json.bind(this) }));
  }
  forgetDiscovery(): void {
    this.#discovery = undefined;
  }

  /** A request whose refusal is thrown as `ServerError`. */
  call(method: string, path: string, options: CallOptions = {}): Task<ApiAnswer> {
    return this.#send(method, path, options, impersonation(this.flags, this.config.user));
  }

  *#send(method: string, path: string, options: CallOptions, identity: Record<string, string | string[]>): Task<ApiAnswer> {
    const call: ApiCall = {
      method,
      path,
      headers: { 'user-agent': 'kubectl/v1.36.0', accept: 'application/json', ...identity, ...options.headers },
      ...(options.query === undefined ? {} : { query: options.query }),
      ...(options.body === undefined ? {} : { body: options.body }),
    };
    if (this.flags.int('v') >= 6) yield* this.err((this.#sent++ === 0 ? configLog(this) : '') + requestLog(this, call));
    const began = this.process.now();
    const answer = yield* this.#inTime(call);
    if (this.flags.int('v') >= 6) yield* this.err(responseLog(this, call, answer, this.process.now() - began));
    for (const warning of warningsOf(answer)) yield* this.warn(warning);
    if (answer.code >= 400) throw new ServerError(statusOf(answer, options.what ?? ''));
    return answer;
  }

  /** `--request-timeout`: how long the head of an answer may take. */
  *#inTime(call: ApiCall): Task<ApiAnswer> {
    const given = this.flags.string('request-timeout');
    const timeout = /^\d+$/.test(given) ? 1000 * Number(given) : parseDuration(given);
    if (timeout === undefined) {
      throw new CommandError(
        'Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
      );
    }
    const transport = yield* this.transport();
    if (timeout === 0) return yield* transport.request(call);
    const answer = yield* before(this.process.sleep(timeout), transport.request(call));
    if (answer === undefined) {
      throw new ConnectionError('OTHER', 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)');
    }
    return answer.value;
  }

  /** The JSON that answers a request. */
  *json(method: string, path: string, options: CallOptions = {}): Task<JsonObject> {
    return jsonOf(yield* this.call(method, path, options));
  }

  *stream<K extends Stream['kind']>(kind: K, method: string, path: string, options: CallOptions = {}): Task<Extract<Stream, { kind: K }>> {
    const { stream } = yield* this.call(method, path, options);
    if (stream?.kind !== kind) throw new CommandError(`the server did not answer ${path} with a stream`);
    return stream as Extract<Stream, { kind: K }>;
  }
}

export function jsonOf(answer: ApiAnswer): JsonObject {
  return (typeof answer.body === 'string' ? JSON.parse(answer.body) : (answer.body ?? {})) as JsonObject;
}

function impersonation(flags: Flags, user: string): Record<string, string | string[]> {
  const groups = flags.list('as-group');
  const extras = flags.list('as-user-extra').map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string | undefined]);
  if (flags.string('as') === '' && (groups.length > 0 || extras.length > 0 || flags.string('as-uid') !== ''))
    throw new CommandError(`requesting uid, groups or user-extra for ${user} without impersonating a user`);
  return {
    ...(flags.string('as') === '' ? {} : { 'impersonate-user': flags.string('as') }),
    ...(groups.length === 0 ? {} : { 'impersonate-group': [...groups] }),
    ...(flags.string('as-uid') === '' ? {} : { 'impersonate-uid': flags.string('as-uid') }),
    ...Object.fromEntries(
      extras.map(([key]) => [
        `impersonate-extra-${encodeURIComponent(key).toLowerCase()}`,
        extras.filter(([other]) => other === key).map(([, value]) => value ?? ''),
      ]),
    ),
  };
}

function warningsOf(answer: ApiAnswer): string[] {
  const header = answer.headers['warning'] ?? [];
  const lines = typeof header === 'string' ? [header] : header;
  return lines.flatMap((line) =>
    [...line.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) => (match[1] as string).replace(/\\(.)/g, '$1')),
  );
}

/** The server's `Status`, or client-go's sentence where the answer is none. */
function statusOf(answer: ApiAnswer, what: string): Status {
  let body = answer.body;
  if (typeof body === 'string') {
    try {
      body = JSON.parse(body) as unknown;
    } catch {
      // Plain text: one of the generic sentences below.
    }
  }
  if (typeof body === 'object' && body !== null && (body as Status).kind === 'Status') return body as Status;
  const named = what === '' ? '' : ` (${what})`;
  const generic: Record<number, [string, string]> = {
    400: ['BadRequest', 'the server rejected our request for an unknown reason'],
    401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
    403: ['Forbidden', typeof answer.body === 'string' ? answer.body.trim() : 'forbidden'],
    404: ['NotFound', 'the server could not find the requested resource'],
    405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
    429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
    500: [
      'InternalError',
      `an error on the server (${JSON.stringify(typeof answer.body === 'string' ? answer.body.trim() : 'unknown')}) has prevented the request from succeeding`,
    ],
    503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  };
  const [reason, message] = generic[answer.code] ?? [
    '',
    `the server responded with the status code ${answer.code} but did not return more information`,
  ];
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `${message}${named}`,
    ...(reason === '' ? {} : { reason }),
    code: answer.code,
  } as Status;
}
