import type { Stream, WatchStream } from '../../engine/apiserver/types.ts';
import type { Status } from '../../engine/api/meta.ts';
import type { Process } from '../../engine/os/process.ts';
import { writeText } from '../../engine/os/text.ts';
import { run, type Task } from '../../engine/os/task.ts';
import { before } from './streams.ts';
import { ConnectionError } from './transport.ts';
import type { ApiAnswer, ApiCall, ApiTransport } from './transport.ts';
import { withCredentials } from './credentials.ts';
import { DiscoveryCache } from './discovery-cache.ts';
import { discoveryOf } from './discovery.ts';
import type { Discovery } from './discovery.ts';
import { CommandError, Exit, ServerError, toldBy } from './errors.ts';
import type { Flags } from './flags.ts';
import { goDuration, parseDuration } from '../../engine/sim/duration.ts';
import { configLog, klogLine, pair, requestLog, responseLog, urlOf } from './http-log.ts';
import type { KubeConfig } from './kubeconfig.ts';
import { askForApis } from './served-apis.ts';
import type { ServedApis } from './served-apis.ts';
import type { JsonObject } from './values.ts';

export interface CallOptions {
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
  /** What the generic sentence of a refusal without a `Status` names: `get crontabs.example.com`. */
  readonly what?: string;
  /** The discovery client asks: it gives up after 32 seconds unless a flag says when, and has words of its own for a refusal. */
  readonly discovery?: boolean;
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
  #kept: DiscoveryCache | undefined;
  #served: ServedApis | undefined;
  #discovery: Discovery | undefined;

  constructor(
    readonly process: Process,
    readonly flags: Flags,
    /** `kubectl get`, as complaints name it. */
    readonly command: string,
    /** Read when it is first needed: a wrong use of a command is told before a wrong kubeconfig. */
    readConfig: () => KubeConfig,
    connect: (config: KubeConfig) => ApiTransport,
    /** Whether what the server offers is kept on disk: a Tab leaves nothing behind. */
    readonly cached = true,
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

  /** What the server offers, as a cache keeps it or as it says now. */
  *discovery(): Task<Discovery> {
    try {
      return (this.#discovery ??= discoveryOf(yield* this.servedApis()));
    } catch (error) {
      if (!(error instanceof ServerError || error instanceof ConnectionError)) throw error;
      const why = pair('err', `couldn't get current server API group list: ${toldBy(error)}`);
      yield* this.err(klogLine(this, 'E', 'memcache.go:265', `"Unhandled Error" ${why}`));
      throw error;
    }
  }
  /** The same as discovery words it. */
  *servedApis(): Task<ServedApis> {
    const live = (): Task<ServedApis> => this.liveApis();
    return (this.#served ??= yield* this.cached ? this.#cache().load(live) : live());
  }
  /** What the server says now. */
  liveApis(): Task<ServedApis> {
    return askForApis((path, headers) => this.json('GET', path, { headers, discovery: true }));
  }
  /** From now on the server itself is asked what it offers; false where it has been. */
  *forgetDiscovery(): Task<boolean> {
    if (!this.cached || !this.#cache().distrust()) return false;
    if (this.flags.int('v') >= 5) yield* this.err(klogLine(this, 'I', 'discovery.go:214', 'Invalidating discovery information'));
    this.#discovery = undefined;
    this.#served = undefined;
    return true;
  }
  #cache(): DiscoveryCache {
    return (this.#kept ??= new DiscoveryCache(this.process, this.flags, this.config.server));
  }

  /** A request whose refusal is thrown as `ServerError`. */
  call(method: string, path: string, options: CallOptions = {}): Task<ApiAnswer> {
    return this.#send(method, path, options);
  }

  *#send(method: string, path: string, options: CallOptions): Task<ApiAnswer> {
    const timeout = this.requestTimeout();
    const query = {
      ...options.query,
      ...(timeout > 0 ? { timeout: goDuration(timeout) } : options.discovery === true ? { timeout: '32s' } : {}),
    };
    const call: ApiCall = {
      method,
      path,
      headers: {
        'user-agent': 'kubectl/v1.36.0',
        accept: 'application/json',
        ...impersonation(this.flags, this.config.user),
        ...options.headers,
      },
      ...(Object.keys(query).length === 0 ? {} : { query }),
      ...(options.body === undefined ? {} : { body: options.body }),
    };
    if (this.flags.int('v') >= 6) yield* this.err((this.#sent++ === 0 ? configLog(this) : '') + requestLog(this, call));
    const began = this.process.now();
    const answer = yield* this.#inTime(call, timeout);
    if (this.flags.int('v') >= 6) yield* this.err(responseLog(this, call, answer, this.process.now() - began));
    for (const warning of warningsOf(answer)) yield* this.warn(warning);
    if (answer.code >= 400)
      throw new ServerError(options.discovery === true ? genericStatus(answer, '') : statusOf(answer, options.what ?? ''));
    return answer;
  }

  /** `--request-timeout` in milliseconds, 0 for none. */
  requestTimeout(): number {
    const given = this.flags.string('request-timeout');
    const timeout = /^\d+$/.test(given) ? 1000 * Number(given) : parseDuration(given);
    if (timeout !== undefined) return timeout;
    throw new CommandError(
      'Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
    );
  }

  /** How long the head of an answer may take. */
  *#inTime(call: ApiCall, timeout: number): Task<ApiAnswer> {
    try {
      const transport = yield* this.transport();
      if (timeout === 0) return yield* transport.request(call);
      const answer = yield* before(this.process.sleep(timeout), transport.request(call));
      if (answer !== undefined) return answer.value;
    } catch (error) {
      throw error instanceof ConnectionError ? error.of(call.method, urlOf(this, call)) : error;
    }
    throw new ConnectionError('OTHER', 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)').of(
      call.method,
      urlOf(this, call),
    );
  }

  /** The JSON that answers a request. */
  *json(method: string, path: string, options: CallOptions = {}): Task<JsonObject> {
    return jsonOf(yield* this.call(method, path, options));
  }

  *stream<K extends Stream['kind']>(kind: K, method: string, path: string, options: CallOptions = {}): Task<Extract<Stream, { kind: K }>> {
    const { stream } = yield* this.call(method, path, options);
    if (stream?.kind !== kind) throw new CommandError(`the server did not answer ${path} with a stream`);
    const timeout = this.requestTimeout();
    const ending = stream.kind === 'watch' && timeout > 0 ? endingAfter(stream, this.process.sleep(timeout)) : stream;
    return ending as Extract<Stream, { kind: K }>;
  }
}

/** A watch that `--request-timeout` ends, without a word. */
function endingAfter(stream: WatchStream, sleep: Task<void>): WatchStream {
  return {
    kind: 'watch',
    subscribe(to) {
      const stop = stream.subscribe(to);
      const end = (): void => {
        stop();
        to.end();
      };
      const timer = run(sleep, end, end);
      return () => {
        timer.kill();
        stop();
      };
    },
  };
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
  return genericStatus(answer, what);
}

function genericStatus(answer: ApiAnswer, what: string): Status {
  const words = typeof answer.body === 'string' && !answer.body.startsWith('{') ? answer.body.trim() : 'unknown';
  const named = what === '' ? '' : ` (${what})`;
  const generic: Record<number, [string, string]> = {
    400: ['BadRequest', 'the server rejected our request for an unknown reason'],
    401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
    403: ['Forbidden', words],
    404: ['NotFound', 'the server could not find the requested resource'],
    405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
    429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
    500: ['InternalError', `an error on the server (${JSON.stringify(words)}) has prevented the request from succeeding`],
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
