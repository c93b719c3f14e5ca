import { resolvePath } from '../../engine/os/path.ts';
import { NetworkError, type ClientTls, type HttpResponse, type Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, encode, readAll } from '../../engine/os/text.ts';
import { BAD_ARGUMENTS, Failure, durationOf, isOn } from './flags.ts';

/** A message of etcd's v3 API as its JSON gateway writes it. */
export interface Message {
  readonly [field: string]: unknown;
}

/** A way to one or several endpoints: HTTPS with the certificates of the flags, to the JSON gateway at etcd's client port. */
export class Client {
  readonly endpoints: readonly string[];
  readonly #timeout: number;
  readonly #tls: ClientTls | undefined;
  #token: string | undefined;

  /** Throws `Failure` for certificates that cannot be read. */
  constructor(
    readonly process: Process,
    readonly flags: ReadonlyMap<string, string>,
  ) {
    this.endpoints = (flags.get('endpoints') ?? '127.0.0.1:2379').split(',').map((each) => each.trim());
    this.#timeout = durationOf(flags.get('command-timeout') ?? '5s', 'command-timeout');
    if (flags.has('discovery-srv')) throw new Failure(4, 'not modelled here: --discovery-srv');
    this.#tls = this.#readTls();
  }

  /** The answer of the first endpoint that answers. Throws `Failure` as a command ends. */
  *call(method: string, path: string, body: Message, endpoint?: string): Task<Message> {
    this.#token ??= yield* this.#authenticate();
    const response = yield* this.#send(method, path, body, endpoint, this.#timeout);
    return answerOf(yield* readAll(response.body));
  }

  /** `linearizable`: as the leader has them. */
  *members(linearizable: boolean): Task<Message> {
    return yield* this.call('Cluster/MemberList', '/v3/cluster/member/list', { linearizable });
  }

  /** A token for `--user NAME:PASSWORD`; none where users mean nothing. */
  *#authenticate(): Task<string | undefined> {
    const user = this.flags.get('user');
    if (user === undefined) return undefined;
    const at = user.indexOf(':');
    const [name, password] = at < 0 ? [user, this.flags.get('password')] : [user.slice(0, at), user.slice(at + 1)];
    if (password === undefined)
      throw new Failure(BAD_ARGUMENTS, 'bad input: a password is asked for by --password or --user NAME:PASSWORD here');
    try {
      const response = yield* this.#send('Auth/Authenticate', '/v3/auth/authenticate', { name, password }, undefined, this.#timeout);
      return String(answerOf(yield* readAll(response.body))['token']);
    } catch (error) {
      if (error instanceof Failure && error.message === 'etcdserver: authentication is not enabled') return undefined;
      throw error;
    }
  }

  /** An answer that goes on. */
  *open(method: string, path: string, body: Message): Task<HttpResponse> {
    this.#token ??= yield* this.#authenticate();
    return yield* this.#send(method, path, body, undefined, undefined);
  }

  *#send(method: string, path: string, body: Message, endpoint: string | undefined, timeout: number | undefined): Task<HttpResponse> {
    const { process } = this;
    const begun = process.now();
    const candidates = endpoint === undefined ? this.endpoints : [endpoint];
    let why = '';
    for (const candidate of candidates) {
      try {
        const response = yield* process.net.http({
          method: 'POST',
          url: `${this.#url(candidate)}${path}`,
          headers: { 'content-type': 'application/json', 'user-agent': 'grpc-go/1.71.1', ...this.#credentials() },
          body: encode(JSON.stringify(body)),
          ...(timeout === undefined ? { connectTimeout: this.#timeout } : { timeout }),
          ...(this.#tls === undefined ? {} : { tls: this.#tls }),
        });
        if (response.status === 400 && response.headers['grpc-metadata-content-type'] === undefined) why = PREFACE;
        else {
          if (response.status < 400) return response;
          const { message = '' } = JSON.parse(yield* readAll(response.body)) as { message?: string };
          throw new Failure(1, message);
        }
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        // Somebody is there and does not answer: that is all there is to say.
        if (error.code === 'ETIMEDOUT' && error.message.startsWith('read')) why = '';
        else why = reason(error, candidate);
      }
    }
    // gRPC tries again and again until the command's time is up.
    const left = this.#timeout - (process.now() - begun);
    if (left > 0) yield* process.sleep(left);
    throw new Failure(1, 'context deadline exceeded', this.#warning(method, candidates[0] ?? '', why));
  }

  #credentials(): { authorization?: string } {
    return this.#token === undefined ? {} : { authorization: this.#token };
  }

  #url(endpoint: string): string {
    if (/^https?:\/\//.test(endpoint)) return endpoint.replace(/\/+$/, '');
    return `${this.#tls === undefined ? 'http' : 'https'}://${endpoint}`;
  }

  #readTls(): ClientTls | undefined {
    const { process, flags } = this;
    const read = (name: string): string | undefined => {
      const path = flags.get(name);
      if (path === undefined || path === '') return undefined;
      const file = resolvePath(process.cwd, path);
      if (!process.files.exists(file)) throw new Failure(BAD_ARGUMENTS, `open ${path}: no such file or directory`);
      return decode(process.files.read(file));
    };
    const [ca, cert, key] = [read('cacert'), read('cert'), read('key')];
    if ((cert === undefined) !== (key === undefined))
      throw new Failure(
        BAD_ARGUMENTS,
        `KeyFile and CertFile must both be present[key: ${flags.get('key') ?? ''}, cert: ${flags.get('cert') ?? ''}]`,
      );
    if (cert !== undefined && !cert.includes('-----BEGIN CERTIFICATE-----'))
      throw new Failure(BAD_ARGUMENTS, 'tls: failed to find any PEM data in certificate input');
    const insecure = isOn(flags, 'insecure-skip-tls-verify');
    const secure = this.endpoints.some((endpoint) => endpoint.startsWith('https://'));
    if (ca === undefined && cert === undefined && !insecure && !secure) return undefined;
    return {
      insecure,
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    };
  }

  /** What the client's logger writes to standard error when it gives up. */
  #warning(method: string, endpoint: string, why: string): string {
    const connection = `latest balancer error: last connection error: connection error: desc = ${JSON.stringify(why)}`;
    const error = `rpc error: code = DeadlineExceeded desc = ${why === '' ? 'context deadline exceeded' : connection}`;
    return JSON.stringify({
      level: 'warn',
      ts: new Date(this.process.now()).toISOString().replace('Z', '000Z'),
      logger: 'etcd-client',
      caller: 'v3@v3.6.8/retry_interceptor.go:65',
      msg: 'retrying of unary invoker failed',
      target: `etcd-endpoints://0xc0003a2000/${endpoint.replace(/^https?:\/\//, '')}`,
      method: `/etcdserverpb.${method}`,
      attempt: 0,
      error,
    });
  }
}

/** The one message of an answer; a stream's is in `result`. */
function answerOf(text: string): Message {
  const message = JSON.parse(text) as Message;
  return (message['result'] as Message | undefined) ?? message;
}

const PREFACE = 'error reading server preface: EOF';

function reason(error: NetworkError, endpoint: string): string {
  if (error.code === 'EPROTO')
    return error.problem === 'not TLS'
      ? 'transport: authentication handshake failed: tls: first record does not look like a TLS handshake'
      : `error reading server preface: ${error.message}`;
  if (error.code === 'ECERT') return `transport: authentication handshake failed: ${error.message}`;
  if (error.code === 'ECONNRESET') return PREFACE;
  const dial = error.message.startsWith('dial ') ? error.message : `dial tcp: ${error.message || endpoint}`;
  return `transport: Error while dialing: ${dial}`;
}
