import type { Actor, Seq } from '../sim/log.ts';
import { SECOND, type Millis } from '../sim/time.ts';
import { NetworkError, type Connection, type HttpHandler, type HttpRequest, type HttpResponse, type Network } from '../os/process.ts';
import { pipe, type Pipe } from '../os/pipe.ts';
import { encode, readerOf } from '../os/text.ts';
import { suspend, type Task } from '../os/task.ts';
import { parseUrl, toNumber } from './address.ts';
import { resolveName } from './dns.ts';
import type { ResolverConfig } from './dns-message.ts';
import { serveHttpOver } from './http1.ts';
import {
  CONNECT_TIMEOUT,
  type VirtualNetwork,
  type DatagramHandler,
  type Host,
  type Listener,
  type Protocol,
  type Route,
  type RuleHop,
} from './network.ts';

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
  /** `/etc/hosts`: name to address. */
  hosts?: Readonly<Record<string, string>>;
}

/** One network namespace: addresses, listening ports, resolver. A pod's containers share one. */
export class NetworkNamespace implements Host {
  readonly network: VirtualNetwork;
  readonly actor: Actor;
  readonly addresses: readonly string[];
  readonly node: string | undefined;
  readonly host: boolean;
  readonly resolver: ResolverConfig | undefined;
  readonly hosts: Readonly<Record<string, string>>;
  readonly tcp = new Map<number, Listener>();
  readonly udp = new Map<number, DatagramHandler>();

  constructor(options: NamespaceOptions) {
    this.network = options.network;
    this.actor = options.actor;
    this.addresses = options.addresses;
    this.node = options.node;
    this.host = options.host === true;
    this.resolver = options.resolver;
    this.hosts = options.hosts ?? {};
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
  readonly #opened: (() => void)[] = [];

  constructor(readonly namespace: NetworkNamespace) {}

  get addresses(): readonly string[] {
    return this.namespace.addresses;
  }

  close(): void {
    for (const undo of this.#opened.splice(0)) undo();
  }

  serveHttp(port: number, handler: HttpHandler): void {
    this.#bind('TCP', port, { kind: 'http', handler });
  }

  listen(port: number, accept: (connection: Connection) => void): void {
    this.#bind('TCP', port, { kind: 'tcp', accept });
  }

  /** Answers UDP datagrams on a port until the process ends. */
  serveDatagrams(port: number, handler: DatagramHandler): void {
    this.#bind('UDP', port, handler);
  }

  *resolve(name: string): Task<string[]> {
    return yield* resolveName(this, name);
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
    const begun = this.namespace.network.sim.now;
    const ip = (yield* this.#lookup(url.host))[0] as string;
    const left = request.timeout === undefined ? undefined : Math.max(0, request.timeout - (this.namespace.network.sim.now - begun));
    return yield* suspend<HttpResponse>((resume, fail) => {
      const { network } = this.namespace;
      const to = `${ip}:${url.port}`;
      const exchange = new Exchange(this.namespace, network.nextFlow(), this.addresses[0] ?? '', to, fail);
      exchange.limit(left ?? CONNECT_TIMEOUT, () => new NetworkError('ETIMEDOUT', `dial tcp ${to}: i/o timeout`));
      exchange.send('request', `${request.method} ${url.path}`, ip, url.port, 'TCP', (route, cause) => {
        const listener = route.to.tcp.get(route.port);
        if (listener === undefined) return exchange.refuse(route, refused(to), cause);
        if (listener.kind === 'tcp')
          return exchange.refuse(route, new NetworkError('ECONNRESET', `read tcp ${to}: read: connection reset by peer`), cause);
        // Once connected only the caller's own patience counts.
        if (request.timeout === undefined) exchange.unlimited();
        const host = url.port === (url.scheme === 'https' ? 443 : 80) ? url.host : `${url.host}:${url.port}`;
        const headers: Record<string, string> = { host };
        for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
        const answer = listener.handler({
          method: request.method,
          path: url.path,
          headers,
          body: request.body ?? new Uint8Array(),
          remote: route.source,
        });
        const body = answer.body === undefined ? new Uint8Array() : typeof answer.body === 'string' ? encode(answer.body) : answer.body;
        exchange.reply('response', String(answer.status), route, answer.took ?? 0, () =>
          resume({
            status: answer.status,
            headers: { 'content-length': String(body.length), ...answer.headers },
            body: readerOf(request.method === 'HEAD' ? '' : body),
          }),
        );
      });
      return () => exchange.abandon();
    });
  }

  *connect(host: string, port: number, options: { timeout?: Millis } = {}): Task<Connection> {
    const ip = (yield* this.#lookup(host))[0] as string;
    return yield* suspend<Connection>((resume, fail) => {
      const { namespace } = this;
      const to = `${ip}:${port}`;
      const exchange = new Exchange(namespace, namespace.network.nextFlow(), this.addresses[0] ?? '', to, fail);
      exchange.limit(options.timeout ?? CONNECT_TIMEOUT, () => new NetworkError('ETIMEDOUT', `dial tcp ${to}: i/o timeout`));
      exchange.send('request', 'TCP connect', ip, port, 'TCP', (route, cause) => {
        const listener = route.to.tcp.get(route.port);
        if (listener === undefined) return exchange.refuse(route, refused(to), cause);
        const [mine, theirs] = wire(namespace.network, route, to);
        if (listener.kind === 'tcp') listener.accept(theirs);
        else serveHttpOver(namespace.network.sim, theirs, listener.handler);
        exchange.reply('response', 'connected', route, 0, () => resume(mine));
      });
      return () => exchange.abandon();
    });
  }

  *#lookup(host: string): Task<string[]> {
    return toNumber(host) === undefined ? yield* this.resolve(host) : [host];
  }

  #bind(protocol: Protocol, port: number, what: Listener | DatagramHandler): void {
    const ports = (protocol === 'TCP' ? this.namespace.tcp : this.namespace.udp) as Map<number, Listener | DatagramHandler>;
    if (ports.has(port)) throw new Error(`bind: Address already in use (port ${port})`);
    ports.set(port, what);
    this.#opened.push(() => {
      if (ports.get(port) === what) ports.delete(port);
    });
  }
}

/** One exchange on the network seen from the side that began it: its hops, its time-out, its single outcome. */
class Exchange {
  readonly #timers: (() => void)[] = [];
  #deadline: (() => void) | undefined;
  #done = false;

  constructor(
    readonly from: NetworkNamespace,
    readonly flow: number,
    readonly source: string,
    readonly destination: string,
    readonly fail: (error: unknown) => void,
  ) {}

  limit(timeout: Millis, error: () => NetworkError): void {
    const { network } = this.from;
    const timer = network.sim.after(timeout, () =>
      this.#finish(() => {
        network.hop(this.from.actor, undefined, {
          hop: 'timeout',
          flow: this.flow,
          from: this.source,
          to: this.destination,
          text: 'no answer',
        });
        this.fail(error());
      }),
    );
    this.#deadline = () => timer.cancel();
  }

  unlimited(): void {
    this.#deadline?.();
  }

  send(
    hop: 'request' | 'dns-query',
    text: string,
    ip: string,
    port: number,
    protocol: Protocol,
    arrive: (route: Extract<Route, { kind: 'deliver' }>, cause: Seq) => void,
  ): void {
    const { network, actor } = this.from;
    const { sim } = network;
    const route = network.route(this.from, ip, port, protocol);
    let cause = network.hop(actor, undefined, { hop, flow: this.flow, from: this.source, to: this.destination, text });
    for (const rule of route.hops) cause = sim.causedBy(cause, () => this.#rule(rule));
    sim.causedBy(cause, () => {
      if (route.kind === 'deliver') {
        this.#after(route.latency, () => {
          const seq = network.hop(actor, route.to.actor, {
            hop: 'forward',
            flow: this.flow,
            from: route.source,
            to: `${route.ip}:${route.port}`,
            text,
          });
          sim.causedBy(seq, () => arrive(route, seq));
        });
      } else if (route.kind === 'reject')
        this.#after(0, () =>
          this.#refused(
            protocol === 'UDP'
              ? new NetworkError('ECONNREFUSED', `read udp ${this.source}->${this.destination}: read: connection refused`)
              : refused(this.destination),
          ),
        );
      else if (route.kind === 'unreachable') {
        this.#after(route.after, () =>
          this.#finish(() => {
            network.hop(actor, undefined, {
              hop: 'dropped',
              flow: this.flow,
              from: this.source,
              to: this.destination,
              text: 'no route to host',
            });
            this.fail(new NetworkError('EHOSTUNREACH', `dial tcp ${this.destination}: connect: no route to host`));
          }),
        );
      } else
        network.hop(actor, undefined, {
          hop: 'dropped',
          flow: this.flow,
          from: this.source,
          to: this.destination,
          text: route.ip === '' ? 'dropped by a rule' : 'lost',
        });
    });
  }

  refuse(route: Extract<Route, { kind: 'deliver' }>, error: NetworkError, cause: Seq): void {
    this.from.network.sim.causedBy(cause, () => this.#after(route.latency, () => this.#refused(error)));
  }

  reply(hop: 'response' | 'dns-answer', text: string, route: Extract<Route, { kind: 'deliver' }>, took: Millis, receive: () => void): void {
    const { network } = this.from;
    this.#after(took, () => {
      const gone = network.at(route.ip) !== route.to && !route.ip.startsWith('127.');
      if (gone) return this.#refused(new NetworkError('ECONNRESET', `read tcp ${this.destination}: read: connection reset by peer`));
      const seq = network.hop(route.to.actor, this.from.actor, {
        hop,
        flow: this.flow,
        from: `${route.ip}:${route.port}`,
        to: this.source,
        text,
      });
      network.sim.causedBy(seq, () => this.#after(route.latency, () => this.#finish(receive)));
    });
  }

  abandon(): void {
    this.#finish(() => {});
  }

  #rule(rule: RuleHop): Seq {
    const hop = rule.to === 'reject' ? 'refused' : rule.to === 'drop' ? 'dropped' : 'rule';
    return this.from.network.hop(rule.actor, undefined, { hop, flow: this.flow, from: this.destination, to: rule.to, text: rule.text });
  }

  #refused(error: NetworkError): void {
    this.#finish(() => {
      this.from.network.hop(this.from.actor, undefined, {
        hop: 'refused',
        flow: this.flow,
        from: this.destination,
        to: this.source,
        text: error.message,
      });
      this.fail(error);
    });
  }

  #after(delay: Millis, act: () => void): void {
    const timer = this.from.network.sim.after(delay, act);
    this.#timers.push(() => timer.cancel());
  }

  #finish(act: () => void): void {
    if (this.#done) return;
    this.#done = true;
    this.#deadline?.();
    for (const cancel of this.#timers) cancel();
    act();
  }
}

function refused(to: string): NetworkError {
  return new NetworkError('ECONNREFUSED', `dial tcp ${to}: connect: connection refused`);
}

/** Both ends of a connection; bytes take the route's latency each way. */
function wire(network: VirtualNetwork, route: Extract<Route, { kind: 'deliver' }>, to: string): [Connection, Connection] {
  const up = pipe();
  const down = pipe();
  const close = (): void => {
    up.writer.close();
    down.writer.close();
  };
  return [
    { remote: to, input: down.reader, output: delayed(network, up, route.latency), close },
    { remote: route.source, input: up.reader, output: delayed(network, down, route.latency), close },
  ];
}

function delayed(network: VirtualNetwork, { writer }: Pipe, latency: Millis): Connection['output'] {
  if (latency === 0) return writer;
  let inFlight = 0;
  let closing = false;
  const land = (act: () => void): void => {
    inFlight++;
    network.sim.after(latency, () => {
      act();
      if (--inFlight === 0 && closing) writer.close();
    });
  };
  return {
    *write(bytes) {
      land(() => writer.push(bytes));
    },
    close() {
      closing = true;
      if (inFlight === 0) writer.close();
    },
  };
}
