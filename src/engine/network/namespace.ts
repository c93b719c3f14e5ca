import type { Actor } from '../sim/log.ts';
import { SparseMap, SparseSet } from '../sim/sparse.ts';
import { SECOND, type Millis } from '../sim/time.ts';
import {
  NetworkError,
  type Connection,
  type EchoAnswer,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  type Network,
  type ServedRequest,
  type ServedResponse,
  type ServerTls,
} from '../os/process.ts';
import type { NetTables } from '../os/net-tables.ts';
import type { ResolverConfig } from '../os/resolv-conf.ts';
import { encode, readerOf } from '../os/text.ts';
import { run, suspend, type Running, type Task } from '../os/task.ts';
import { parseUrl, toNumber, type Url } from './address.ts';
import { wire } from './connection.ts';
import { query, resolveName, type Hosts } from './dns.ts';
import type { DnsAnswer, RecordType } from './dns-message.ts';
import { echo } from './echo.ts';
import { Exchange, refused } from './exchange.ts';
import { serveHttpOver } from './http1.ts';
import { overConnection, requestHeaders, serveTls, within, type Dialled } from './https.ts';
import { tablesOf } from './tables.ts';
import { CONNECT_TIMEOUT, type VirtualNetwork, type DatagramHandler, type Host, type Listener, type Protocol } from './network.ts';

export interface NamespaceOptions {
  network: VirtualNetwork;
  /** Address in the log: `pod/default/web-x`, `node-1`, `workstation`. */
  actor: Actor;
  addresses: readonly string[];
  /** The machine whose rules packets from here meet; unset outside the cluster. */
  node?: string;
  /** The machine's own namespace. */
  host?: boolean;
  resolver?: ResolverConfig;
  hosts?: Hosts;
}

/** One network namespace: addresses, listening ports, resolver. A pod's containers share one. */
export class NetworkNamespace implements Host {
  readonly network: VirtualNetwork;
  readonly actor: Actor;
  readonly addresses: readonly string[];
  readonly node: string | undefined;
  readonly host: boolean;
  readonly resolver: ResolverConfig | undefined;
  readonly hosts: Hosts | undefined;
  readonly tcp = new SparseMap<number, Listener>();
  readonly udp = new SparseMap<number, DatagramHandler>();

  constructor(options: NamespaceOptions) {
    this.network = options.network;
    this.actor = options.actor;
    this.addresses = options.addresses;
    this.node = options.node;
    this.host = options.host === true;
    this.resolver = options.resolver;
    this.hosts = options.hosts;
    this.network.attach(this);
  }

  /** The namespace as one process sees it; what it listens on goes with it. */
  open(): Socket {
    return new Socket(this);
  }

  close(): void {
    this.tcp.clear();
    this.udp.clear();
    this.network.detach(this);
  }
}

/** `os/process.ts`'s Network over a namespace. */
export class Socket implements Network {
  /** What ends with the process: its listeners, and both kinds of its connections. */
  readonly #opened = new SparseSet<() => void>();
  #held = false;
  #waiting: (() => void)[] | undefined;

  constructor(readonly namespace: NetworkNamespace) {}

  get addresses(): readonly string[] {
    return this.namespace.addresses;
  }

  tables(): NetTables {
    return tablesOf(this.namespace);
  }

  close(): void {
    const opened = [...this.#opened];
    this.#opened.clear();
    for (const undo of opened) undo();
  }

  /** The process stands still: the machine goes on to accept connections for it, and nobody answers. */
  hold(on: boolean): void {
    this.#held = on;
    if (on) return;
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const act of waiting) act();
  }

  /** `open` tells for daemons that are no processes of this world whether they run. */
  serveHttp(port: number, serve: HttpHandler, tls?: (serverName: string) => ServerTls, open?: () => boolean): void {
    const handler: HttpHandler = (request) => (this.#held ? this.#later(serve, request) : serve(request));
    const opened = open === undefined ? {} : { open };
    if (tls === undefined) return this.#bind('TCP', port, { kind: 'http', handler, ...opened });
    const { sim } = this.namespace.network;
    const accept = (connection: Connection): void => this.#hold((done) => serveTls(sim, connection, handler, tls, done));
    this.#bind('TCP', port, { kind: 'tcp', accept, ...opened });
  }

  listen(port: number, take: (connection: Connection) => void): void {
    const accept = (connection: Connection): void => {
      if (this.#held) (this.#waiting ??= []).push(() => take(connection));
      else take(connection);
    };
    this.#bind('TCP', port, { kind: 'tcp', accept });
  }

  /** Answers UDP datagrams on a port until the process ends. */
  serveDatagrams(port: number, handler: DatagramHandler): void {
    this.#bind('UDP', port, (payload, remote) => (this.#held ? undefined : handler(payload, remote)));
  }

  *resolve(name: string): Task<string[]> {
    return yield* resolveName(this, name);
  }

  *query({ name, type }: { readonly name: string; readonly type: string }, server?: string): Task<DnsAnswer> {
    return yield* query(this, { name, type: type as RecordType }, server);
  }

  *echo(ip: string, { sequence, timeout }: { sequence: number; timeout: Millis }): Task<EchoAnswer | undefined> {
    return yield* echo(this.namespace, ip, sequence, timeout);
  }

  /** One datagram and its answer. Throws `NetworkError`. */
  *ask(ip: string, port: number, payload: unknown, describe: (payload: unknown) => string, timeout: Millis = 5 * SECOND): Task<unknown> {
    const { network } = this.namespace;
    const flow = network.nextFlow();
    const from = this.addresses[0] ?? '';
    const to = `${ip}:${port}`;
    return yield* suspend<unknown>((resume, fail) => {
      const exchange = new Exchange(this.namespace, flow, from, to, fail);
      exchange.limit(timeout, () => new NetworkError('ETIMEDOUT', `read udp ${from}->${to}: i/o timeout`));
      exchange.send('dns-query', describe(payload), ip, port, 'UDP', (route, cause) => {
        const handler = route.to.udp.get(route.port);
        if (handler === undefined)
          return exchange.refuse(route, new NetworkError('ECONNREFUSED', `read udp ${from}->${to}: read: connection refused`), cause);
        const answer = handler(payload, route.source);
        if (answer === undefined) return;
        exchange.reply('dns-answer', describe(answer.payload), route, answer.took ?? 0, () => resume(answer.payload));
      });
      return () => exchange.abandon();
    });
  }

  *http(request: HttpRequest): Task<HttpResponse> {
    const url = parseUrl(request.url);
    if (url === undefined) throw new NetworkError('ENOTFOUND', `not a URL this client can fetch: ${request.url}`);
    const { sim } = this.namespace.network;
    const begun = sim.now;
    const addresses = yield* this.#lookup(url.host);
    request.onProgress?.({ kind: 'resolved', addresses });
    const ip = addresses[0] as string;
    request.onProgress?.({ kind: 'dialling', address: ip, port: url.port });
    const left = request.timeout === undefined ? undefined : Math.max(0, request.timeout - (sim.now - begun));
    const answer = yield* this.#send(request, url, ip, left ?? Number.POSITIVE_INFINITY);
    if (!('connection' in answer)) return answer;
    const over = overConnection(this, { request, url, ip, ...answer });
    if (request.timeout === undefined) return yield* over;
    const rest = Math.max(0, request.timeout - (sim.now - begun));
    return yield* within(sim, rest, over, () => new NetworkError('ETIMEDOUT', `read tcp ${ip}:${url.port}: i/o timeout`));
  }

  /** A request that goes as one message to where HTTP is spoken; to all other ports (and all over TLS) a connection. */
  *#send(request: HttpRequest, url: Url, ip: string, left: Millis): Task<HttpResponse | Dialled> {
    const patience = Math.min(left, request.connectTimeout ?? CONNECT_TIMEOUT);
    if (url.scheme === 'https') return yield* this.#dial(ip, url.port, patience);
    return yield* suspend<HttpResponse | Dialled>((resume, fail) => {
      const { network } = this.namespace;
      const to = `${ip}:${url.port}`;
      const exchange = new Exchange(this.namespace, network.nextFlow(), this.addresses[0] ?? '', to, fail);
      const begun = network.sim.now;
      const late = (): NetworkError => new NetworkError('ETIMEDOUT', `dial tcp ${to}: i/o timeout`);
      exchange.limit(patience, late);
      let answering: Running | undefined;
      exchange.send('request', `${request.method} ${url.path}`, ip, url.port, 'TCP', (route, cause) => {
        const listener = route.to.tcp.get(route.port);
        if (listener === undefined || listener.open?.() === false) return exchange.refuse(route, refused(to), cause);
        // Once connected only the caller's own patience counts.
        exchange.unlimited();
        if (request.timeout !== undefined) exchange.limit(Math.max(0, left - (network.sim.now - begun)), late);
        if (listener.kind === 'tcp') {
          const [mine, theirs] = wire(network, this.namespace, route, to);
          listener.accept(theirs);
          exchange.reply('response', 'connected', route, 0, () =>
            resume({ connection: this.#own(mine), flow: exchange.flow, to: route.to.actor }),
          );
          return;
        }
        request.onProgress?.({ kind: 'connected', address: ip, port: url.port });
        const served = {
          method: request.method,
          path: url.path,
          headers: requestHeaders(request, url),
          body: request.body ?? new Uint8Array(),
          remote: route.source,
        };
        const reply = (answer: ServedResponse): void => {
          const { body = '' } = answer;
          const content = typeof body === 'string' ? encode(body) : body;
          const length: Record<string, string> = content instanceof Uint8Array ? { 'content-length': String(content.length) } : {};
          exchange.reply('response', String(answer.status), route, answer.took ?? 0, () =>
            resume({
              status: answer.status,
              headers: { ...length, ...answer.headers },
              body: request.method === 'HEAD' ? readerOf('') : content instanceof Uint8Array ? readerOf(content) : content,
            }),
          );
        };
        const given = listener.handler(served);
        if ('status' in given) reply(given);
        else answering = run(given, reply, fail);
      });
      return () => {
        answering?.kill();
        exchange.abandon();
      };
    });
  }

  *connect(host: string, port: number, options: { timeout?: Millis } = {}): Task<Connection> {
    const ip = (yield* this.#lookup(host))[0] as string;
    return (yield* this.#dial(ip, port, options.timeout)).connection;
  }

  *#dial(ip: string, port: number, timeout: Millis = CONNECT_TIMEOUT): Task<Dialled> {
    return yield* suspend<Dialled>((resume, fail) => {
      const { namespace } = this;
      const to = `${ip}:${port}`;
      const exchange = new Exchange(namespace, namespace.network.nextFlow(), this.addresses[0] ?? '', to, fail);
      exchange.limit(timeout, () => new NetworkError('ETIMEDOUT', `dial tcp ${to}: i/o timeout`));
      exchange.send('request', 'TCP connect', ip, port, 'TCP', (route, cause) => {
        const listener = route.to.tcp.get(route.port);
        if (listener === undefined || listener.open?.() === false) return exchange.refuse(route, refused(to), cause);
        const [mine, theirs] = wire(namespace.network, namespace, route, to);
        if (listener.kind === 'tcp') listener.accept(theirs);
        else serveHttpOver(namespace.network.sim, theirs, listener.handler);
        exchange.reply('response', 'connected', route, 0, () =>
          resume({ connection: this.#own(mine), flow: exchange.flow, to: route.to.actor }),
        );
      });
      return () => exchange.abandon();
    });
  }

  *#lookup(host: string): Task<string[]> {
    return toNumber(host) === undefined ? yield* this.resolve(host) : [host];
  }

  #bind(protocol: Protocol, port: number, what: Listener | DatagramHandler): void {
    const ports = (protocol === 'TCP' ? this.namespace.tcp : this.namespace.udp) as Pick<
      SparseMap<number, Listener | DatagramHandler>,
      'has' | 'get' | 'set' | 'delete'
    >;
    const there = ports.get(port);
    // Who is down for good has left the port to others.
    const left = typeof there === 'object' && there.open?.() === false;
    if (there !== undefined && !left) throw new Error(`bind: Address already in use (port ${port})`);
    ports.set(port, what);
    this.#opened.add(() => {
      if (ports.get(port) === what) ports.delete(port);
    });
  }

  *#later(serve: HttpHandler, request: ServedRequest): Task<ServedResponse> {
    yield* suspend<void>((resume) => {
      const go = (): void => resume();
      (this.#waiting ??= []).push(go);
      return () => {
        const place = this.#waiting?.indexOf(go) ?? -1;
        if (place >= 0) this.#waiting?.splice(place, 1);
      };
    });
    const given = serve(request);
    return 'status' in given ? given : yield* given;
  }

  /** A connection that ends with the process at the latest. */
  #own(connection: Connection): Connection {
    const close = (): void => {
      this.#opened.delete(close);
      connection.close();
    };
    this.#opened.add(close);
    return { ...connection, close };
  }

  /** Begins something that ends with the process at the latest. */
  #hold(begin: (done: () => void) => () => void): void {
    let over = false;
    let stop: (() => void) | undefined;
    const end = (): void => stop?.();
    stop = begin(() => {
      over = true;
      this.#opened.delete(end);
    });
    if (!over) this.#opened.add(end);
  }
}
