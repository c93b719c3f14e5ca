import type { Connection, HttpHandler } from '../os/process.ts';
import type { Actor, Details, Seq } from '../sim/log.ts';
import type { Random } from '../sim/random.ts';
import type { Simulation } from '../sim/simulation.ts';
import { SECOND, type Millis } from '../sim/time.ts';
import { contains, toText, type Range } from './address.ts';

/** `ICMP` has no ports: such packets go to port 0, for which no node has rules. */
export type Protocol = 'TCP' | 'UDP' | 'ICMP';

/** Answers one datagram, or leaves it unanswered. `took`: virtual ms until the answer goes out. */
export type DatagramHandler = (payload: unknown, remote: string) => { payload: unknown; took?: Millis } | undefined;

export type Listener = (
  { readonly kind: 'http'; readonly handler: HttpHandler } | { readonly kind: 'tcp'; readonly accept: (connection: Connection) => void }
) & {
  /** False: the port is closed, as its process is down for now. */
  readonly open?: () => boolean;
};

/** A network namespace as the wires see it. */
export interface Host {
  /** Address in the log: `pod/default/web-x`, `node-1`, `workstation`. */
  readonly actor: Actor;
  readonly addresses: readonly string[];
  /** The machine whose rules packets from here meet; undefined outside the cluster. */
  readonly node: string | undefined;
  /** The machine's own namespace. */
  readonly host: boolean;
  readonly tcp: Pick<ReadonlyMap<number, Listener>, 'get' | 'has'>;
  readonly udp: Pick<ReadonlyMap<number, DatagramHandler>, 'get' | 'has'>;
}

/** What a node's rules do with a packet. */
export type Verdict =
  /** Nothing matches: the packet goes where it is addressed to. */
  | { readonly kind: 'pass' }
  /** Destination rewritten to a backend; `masquerade`: the source becomes the node's address. */
  | { readonly kind: 'forward'; readonly service: string; readonly ip: string; readonly port: number; readonly masquerade: boolean }
  /** A Service without endpoints: answered with ICMP port unreachable. */
  | { readonly kind: 'reject'; readonly service: string }
  | { readonly kind: 'drop'; readonly service: string };

/** A node's rule table, as its proxy keeps it. */
export interface Rules {
  translate(source: string, ip: string, port: number, protocol: Protocol): Verdict;
}

/** Where a packet ends up. */
export type Route =
  | {
      readonly kind: 'deliver';
      readonly to: Host;
      readonly ip: string;
      readonly port: number;
      readonly source: string;
      readonly latency: Millis;
      readonly hops: readonly RuleHop[];
    }
  | { readonly kind: 'reject'; readonly hops: readonly RuleHop[] }
  /** A machine (`by`: its address) answers that the host does not exist. */
  | { readonly kind: 'unreachable'; readonly after: Millis; readonly by: string; readonly ip: string; readonly hops: readonly RuleHop[] }
  /** No answer at all. */
  | { readonly kind: 'lost'; readonly ip: string; readonly hops: readonly RuleHop[] };

export interface RuleHop {
  readonly actor: Actor;
  readonly to: string;
  readonly text: string;
}

/** What is wrong with a way, short of being cut. */
export interface Impairment {
  /** From when a packet goes out until the answer comes back, in addition. */
  readonly delay?: Millis;
  /** Of packets, from 0 to 1. */
  readonly loss?: number;
}

/** Part of the network that stands or falls with a machine. */
export interface Attachment {
  readonly node: string;
  readonly podRange: Range | undefined;
  readonly powered: () => boolean;
}

// One way, in virtual ms. A millisecond is the clock's finest step; between pods of one node it takes less than one.
const LATENCY_LOOPBACK: Millis = 0;
const LATENCY_NODE: Millis = 0;
const LATENCY_CLUSTER: Millis = 1;

// TCP's first SYN is sent again after a second, then after twice as long each time (net.ipv4.tcp_syn_retries = 6).
const RETRIES = 6;

// Linux gives up an ARP request after three tries, a second apart.
const ARP_TIMEOUT: Millis = 3 * SECOND;

/** TCP's SYN is sent again for about this long (net.ipv4.tcp_syn_retries = 6). */
export const CONNECT_TIMEOUT: Millis = 131 * SECOND;

/** The wires: all network namespaces by address, and each node's rule table. Packets are timed events; every hop is logged. */
export class VirtualNetwork {
  /** Machine names, for those who have no cluster DNS (nodes, the workstation). */
  readonly machines = new Map<string, string>();
  readonly #byAddress = new Map<string, Host>();
  readonly #rules = new Map<string, Rules>();
  readonly #hostPorts = new Map<string, { ip: string; port: number }>();
  readonly #attachments = new Map<string, Attachment>();
  /** Each says of two machines whether the way between them is cut; undefined is the world outside the cluster. */
  readonly #cuts = new Set<(one: string | undefined, other: string | undefined) => boolean>();
  readonly #impaired = new Set<{ readonly between: (one: Host, other: Host) => boolean; readonly by: Impairment }>();
  #chance: Random | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #stuck: { one: string | undefined; other: string | undefined; act: () => void }[] = [];
  /** How far a machine's clock is from the world's. */
  readonly clocks = new Map<string, Millis>();
  readonly #balancers = new Map<string, (port: number) => string | undefined>();
  readonly #routes = new Set<{ readonly from: Host; readonly range: Range; readonly node: string }>();
  #flow = 0;

  readonly sim: Simulation;

  constructor(options: { sim: Simulation }) {
    this.sim = options.sim;
  }

  attach(namespace: Host): void {
    for (const address of namespace.addresses) this.#byAddress.set(address, namespace);
  }

  detach(namespace: Host): void {
    for (const address of namespace.addresses) if (this.#byAddress.get(address) === namespace) this.#byAddress.delete(address);
    const range = namespace.host && namespace.node !== undefined ? this.podRange(namespace.node) : undefined;
    if (range !== undefined) this.#byAddress.delete(toText(range.first + 1));
  }

  /** One more address of a machine: its pods' bridge. */
  alias(address: string, namespace: Host): void {
    this.#byAddress.set(address, namespace);
  }

  /** A machine with its range of pod addresses. */
  plug(attachment: Attachment): void {
    this.#attachments.set(attachment.node, attachment);
  }

  unplug(node: string): void {
    this.#attachments.delete(node);
  }

  /** Where a machine's pods have their addresses. */
  podRange(node: string): Range | undefined {
    return this.#attachments.get(node)?.podRange;
  }

  *podRanges(): Generator<{ readonly node: string; readonly range: Range }, void, undefined> {
    for (const { node, podRange } of this.#attachments.values()) if (podRange !== undefined) yield { node, range: podRange };
  }

  /** The rules that packets leaving or entering `node` meet. Without any, Service addresses lead nowhere. */
  setRules(node: string, rules: Rules): void {
    this.#rules.set(node, rules);
  }

  /** `hostPort`: a port of the node leads into a pod. */
  mapHostPort(nodeIP: string, hostPort: number, protocol: Protocol, ip: string, port: number): () => void {
    const key = `${nodeIP}:${hostPort}/${protocol}`;
    this.#hostPorts.set(key, { ip, port });
    return () => {
      if (this.#hostPorts.get(key)?.ip === ip) this.#hostPorts.delete(key);
    };
  }

  at(ip: string): Host | undefined {
    return this.#byAddress.get(ip);
  }

  /** Whether the machine of a namespace has power; outside the cluster everybody has. */
  powered({ node }: Host): boolean {
    return node === undefined || this.#up(node);
  }

  /** Cuts ways between machines, until the returned function mends them. */
  cut(between: (one: string | undefined, other: string | undefined) => boolean): () => void {
    this.#cuts.add(between);
    this.changed();
    return () => {
      this.#cuts.delete(between);
      for (const { one, other, act } of this.#stuck.splice(0)) this.onceJoined(one, other, act);
      this.changed();
    };
  }

  /** Calls a listener when a way was cut or mended, or a machine went on or off. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** A machine has power now, or none. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Makes ways slow or lossy, until the returned function mends them. */
  impair(between: (one: Host, other: Host) => boolean, by: Impairment): () => void {
    const one = { between, by };
    this.#impaired.add(one);
    return () => this.#impaired.delete(one);
  }

  /** Does it now, or when the way between the machines is there again. */
  onceJoined(one: string | undefined, other: string | undefined, act: () => void): void {
    if (this.joined(one, other)) act();
    else this.#stuck.push({ one, other, act });
  }

  /** Whether packets get from one machine to another. */
  joined(one: string | undefined, other: string | undefined): boolean {
    if (one !== other) for (const cut of this.#cuts) if (cut(one, other) || cut(other, one)) return false;
    return true;
  }

  /** An appliance outside all machines, which gives what comes to a port of its address to another address (layer 4); to none: it refuses. */
  addBalancer(address: string, turn: (port: number) => string | undefined): void {
    this.#balancers.set(address, turn);
  }

  /** `ip route add RANGE via NODE` on a host outside the cluster, until the returned function takes it away: the node's rules see what goes there. */
  addRoute(from: Host, range: Range, node: string): () => void {
    const route = { from, range, node };
    this.#routes.add(route);
    return () => this.#routes.delete(route);
  }

  /** The time by the clock of a namespace's machine. */
  clockOf({ node }: Host): Millis {
    return this.sim.now + (node === undefined ? 0 : (this.clocks.get(node) ?? 0));
  }

  /** A number that all hops of one exchange share. */
  nextFlow(): number {
    return ++this.#flow;
  }

  hop(actor: Actor, target: Actor | undefined, detail: Details['packet']): Seq {
    const { sim } = this;
    return sim.log.enabled ? sim.append(actor, 'packet', detail, target === undefined ? {} : { target }) : 0;
  }

  route(from: Host, ip: string, port: number, protocol: Protocol): Route {
    const hops: RuleHop[] = [];
    const turn = this.#balancers.get(ip);
    if (turn !== undefined) {
      const next = turn(port);
      if (next === undefined) return { kind: 'reject', hops };
      hops.push({ actor: 'balancer', to: `${next}:${port}`, text: ip });
      return this.#route(from, next, port, protocol, hops);
    }
    return this.#route(from, ip, port, protocol, hops);
  }

  #route(from: Host, ip: string, port: number, protocol: Protocol, hops: RuleHop[]): Route {
    if (ip.startsWith('127.') || from.addresses.includes(ip)) {
      // A node's own NodePorts are reachable on the node itself; loopback never leaves the namespace.
      const own =
        from.host && from.node !== undefined
          ? this.#translate(from.node, from.addresses[0] ?? ip, from.addresses[0] ?? ip, port, protocol, hops)
          : undefined;
      if (own === undefined || own.kind === 'pass')
        return { kind: 'deliver', to: from, ip, port, source: ip, latency: LATENCY_LOOPBACK, hops };
      return this.#finish(from, own, hops);
    }
    const source = from.addresses[0] ?? '0.0.0.0';
    if (from.node !== undefined && !this.#up(from.node)) return { kind: 'lost', ip, hops };
    const entrance = from.node ?? this.#wayIn(from, ip);
    const first: Verdict = entrance === undefined ? { kind: 'pass' } : this.#translate(entrance, source, ip, port, protocol, hops);
    return this.#finish(
      from,
      first.kind === 'pass' ? { kind: 'forward', service: '', ip, port, masquerade: false } : first,
      hops,
      source,
      protocol,
    );
  }

  #wayIn(from: Host, ip: string): string | undefined {
    for (const { from: host, range, node } of this.#routes) if (host === from && contains(range, ip) && this.#up(node)) return node;
    return undefined;
  }

  #finish(from: Host, verdict: Verdict, hops: RuleHop[], source = from.addresses[0] ?? '127.0.0.1', protocol: Protocol = 'TCP'): Route {
    if (verdict.kind === 'reject') return { kind: 'reject', hops };
    if (verdict.kind !== 'forward') return { kind: 'lost', ip: '', hops };
    let { ip, port } = verdict;
    let seenAs = verdict.masquerade && from.node !== undefined ? (this.#hostAddress(from.node) ?? source) : source;
    let to = this.#byAddress.get(ip);
    // Arriving at another machine from outside, a packet meets that machine's rules: NodePorts and host ports.
    if (to?.host === true && to.node !== undefined && to !== from) {
      if (!this.#up(to.node) || !this.joined(from.node, to.node)) return { kind: 'lost', ip, hops };
      const next = this.#translate(to.node, seenAs, ip, port, protocol, hops);
      if (next.kind === 'reject') return { kind: 'reject', hops };
      if (next.kind === 'drop') return { kind: 'lost', ip, hops };
      if (next.kind === 'forward') {
        if (next.masquerade) seenAs = this.#hostAddress(to.node) ?? seenAs;
        ({ ip, port } = next);
        to = this.#byAddress.get(ip);
      }
    }
    if (to === undefined) return this.#nobody(from, ip, hops);
    if (to.node !== undefined && !this.#up(to.node)) return { kind: 'lost', ip, hops };
    if (!this.joined(from.node, to.node)) return { kind: 'lost', ip, hops };
    const usual = to.node === from.node && to.node !== undefined ? LATENCY_NODE : LATENCY_CLUSTER;
    const latency = this.#impaired.size === 0 ? usual : this.#impairedLatency(from, to, protocol, usual);
    if (latency === undefined) return { kind: 'lost', ip, hops };
    return { kind: 'deliver', to, ip, port, source: seenAs, latency, hops };
  }

  /** How long a packet takes by a bad way; undefined: it is lost for good. What TCP loses it sends again. */
  #impairedLatency(from: Host, to: Host, protocol: Protocol, usual: Millis): Millis | undefined {
    let latency = usual;
    for (const { between, by } of this.#impaired) {
      if (!between(from, to) && !between(to, from)) continue;
      latency += Math.ceil((by.delay ?? 0) / 2);
      const { loss = 0 } = by;
      const chance = (this.#chance ??= this.sim.random('network'));
      let tries = 0;
      while (loss > 0 && chance.float() < loss) {
        if (protocol !== 'TCP' || tries === RETRIES) return undefined;
        latency += SECOND * 2 ** tries++;
      }
    }
    return latency;
  }

  #translate(node: string, source: string, ip: string, port: number, protocol: Protocol, hops: RuleHop[]): Verdict {
    const hostPort = this.#hostPorts.get(`${ip}:${port}/${protocol}`);
    if (hostPort !== undefined) {
      hops.push({ actor: node, to: `${hostPort.ip}:${hostPort.port}`, text: `hostPort ${port}` });
      return { kind: 'forward', service: '', ...hostPort, masquerade: false };
    }
    const verdict = this.#rules.get(node)?.translate(source, ip, port, protocol) ?? { kind: 'pass' };
    if (verdict.kind === 'forward') hops.push({ actor: `${node}/kube-proxy`, to: `${verdict.ip}:${verdict.port}`, text: verdict.service });
    else if (verdict.kind !== 'pass') hops.push({ actor: `${node}/kube-proxy`, to: verdict.kind, text: verdict.service });
    return verdict;
  }

  #hostAddress(node: string): string | undefined {
    return this.machines.get(node);
  }

  #up(node: string): boolean {
    return this.#attachments.get(node)?.powered() ?? true;
  }

  /** No namespace has the address: a node that is up answers for its pod range, all else is silence. */
  #nobody(from: Host, ip: string, hops: readonly RuleHop[]): Route {
    for (const { node, podRange, powered } of this.#attachments.values()) {
      if (podRange === undefined || !contains(podRange, ip)) continue;
      if (!powered() || !this.joined(from.node, node)) return { kind: 'lost', ip, hops };
      // Who asked in vain for the host on the node's bridge: a pod of it by itself, for all others the bridge's own address.
      const by = from.node === node && !from.host ? (from.addresses[0] as string) : toText(podRange.first + 1);
      return { kind: 'unreachable', after: ARP_TIMEOUT, by, ip, hops };
    }
    return { kind: 'lost', ip, hops };
  }
}
