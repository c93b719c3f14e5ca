import type { EndpointConditions, EndpointSlice, Service, ServicePort } from '../../api/generated/types.ts';
import type { Transport } from '../../apiserver/types.ts';
import { Client } from '../../client/client.ts';
import { Informer } from '../../client/informer.ts';
import { ENDPOINT_SLICES, SERVICES } from '../../client/resources.ts';
import type { Component } from '../../component.ts';
import type { VirtualNetwork, Protocol, Rules, Verdict } from '../../network/network.ts';
import type { Random } from '../../sim/random.ts';
import type { Simulation } from '../../sim/simulation.ts';
import type { ServedResponse } from '../../os/process.ts';
import { SECOND, parseTime, type Millis } from '../../sim/time.ts';
import type { NetworkNamespace } from '../../network/namespace.ts';
import { openPort, scrape, text } from '../component-port.ts';
import { ProxyMetrics } from './metrics.ts';

export interface Backend {
  ip: string;
  port: number;
}

/** What the node does with packets to one address and port of a Service. */
export interface Rule {
  /** What address it is. */
  kind: 'cluster IP' | 'node port' | 'external IP' | 'loadbalancer IP';
  /** `namespace/name:port`. */
  service: string;
  /** Policy `Local`: the node's own endpoints alone. */
  near: boolean;
  backends: readonly Backend[];
  /** Milliseconds a client keeps its backend; 0: no affinity. */
  affinity: Millis;
  /** The node hides its callers' addresses from the backends. */
  masquerade: boolean;
  /** For callers on this node; external policies are for those outside. */
  inside: readonly Backend[];
  /** Policy `Local`: there are endpoints, but none on this node, so packets are dropped instead of refused. */
  elsewhere: boolean;
}

const SERVICE_LABEL = 'kubernetes.io/service-name';
// metricsBindAddress and healthzBindAddress, open to the whole cluster.
const METRICS_PORT = 10249;
const HEALTH_PORT = 10256;
/** When what led to a slice happened, as the controller that wrote it says. */
const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

/** kube-proxy: keeps its node's rule table as Services and EndpointSlices say. Stopped, it leaves the table as it was. */
export class KubeProxy implements Component, Rules {
  readonly name: string;
  readonly #services: Informer<Service>;
  readonly #slices: Informer<EndpointSlice>;
  readonly #random: Random;
  #table = new Map<string, Rule>();
  /** Rules of each service, to replace them together. */
  readonly #keys = new Map<string, string[]>();
  readonly #clients = new Map<string, { backend: Backend; until: Millis }>();
  readonly metrics: ProxyMetrics;
  #running = false;
  #startedAt: Millis;

  constructor(
    readonly options: {
      sim: Simulation;
      transport: Transport;
      network: VirtualNetwork;
      nodeName: string;
      nodeAddress: string;
      host?: NetworkNamespace;
    },
  ) {
    const { sim, transport, network, nodeName, host } = options;
    this.name = `${nodeName}/kube-proxy`;
    const client = new Client(transport, this.name, {
      kind: 'certificate',
      user: 'system:kube-proxy',
      groups: ['system:node-proxier', 'system:authenticated'],
    });
    this.#random = sim.random(this.name);
    this.#startedAt = sim.now;
    this.metrics = new ProxyMetrics({ now: () => sim.now, startedAt: () => this.#startedAt, rules: () => this.#table.size });
    const page = (path: string): ServedResponse | undefined => {
      if (path === '/metrics') return scrape(this.metrics.registry.text());
      if (path === '/proxyMode') return text(200, 'iptables');
      return path === '/healthz' || path === '/livez' ? text(200, 'ok') : undefined;
    };
    if (host !== undefined)
      for (const port of [METRICS_PORT, HEALTH_PORT]) openPort({ sim, name: 'kube-proxy', host, port, running: () => this.#running, page });
    this.#services = new Informer(sim, client, SERVICES);
    this.#slices = new Informer(sim, client, ENDPOINT_SLICES, {
      indexes: { service: (slice) => [`${slice.metadata.namespace ?? ''}/${slice.metadata.labels?.[SERVICE_LABEL] ?? ''}`] },
    });
    const ofService = (service: Service): void => {
      this.#rewrite(`${service.metadata.namespace ?? ''}/${service.metadata.name ?? ''}`);
      this.metrics.serviceChanged();
    };
    const ofSlice = (slice: EndpointSlice): void => {
      this.#rewrite(`${slice.metadata.namespace ?? ''}/${slice.metadata.labels?.[SERVICE_LABEL] ?? ''}`);
      this.metrics.endpointsChanged(parseTime(slice.metadata.annotations?.[TRIGGER_TIME]));
    };
    this.#services.on({ added: ofService, updated: ofService, deleted: ofService });
    this.#slices.on({ added: ofSlice, updated: ofSlice, deleted: ofSlice });
    network.setRules(nodeName, this);
  }

  start(): void {
    this.#startedAt = this.options.sim.now;
    this.metrics.registry.reset();
    this.#running = true;
    this.#services.start();
    this.#slices.start();
  }

  stop(): void {
    this.#running = false;
    this.#services.stop();
    this.#slices.stop();
  }

  /** The table as it stands: `address:port/PROTOCOL`, with `*` for every address of the node. */
  rules(): ReadonlyMap<string, Rule> {
    return this.#table;
  }

  translate(source: string, ip: string, port: number, protocol: Protocol): Verdict {
    const rule =
      this.#table.get(`${ip}:${port}/${protocol}`) ??
      (ip === this.options.nodeAddress ? this.#table.get(`*:${port}/${protocol}`) : undefined);
    if (rule === undefined) return { kind: 'pass' };
    const { network, nodeName } = this.options;
    const backends = rule.inside !== rule.backends && network.at(source)?.node === nodeName ? rule.inside : rule.backends;
    if (backends.length === 0) return { kind: rule.elsewhere ? 'drop' : 'reject', service: rule.service };
    const backend = this.#choose(rule, backends, source);
    // Hairpin: a pod that reaches itself through its Service must see the node as the caller, or it would answer itself.
    return { kind: 'forward', service: rule.service, ...backend, masquerade: rule.masquerade || backend.ip === source };
  }

  #choose(rule: Rule, backends: readonly Backend[], source: string): Backend {
    const { now } = this.options.sim;
    const key = `${rule.service}|${source}`;
    const kept = this.#clients.get(key);
    if (
      rule.affinity > 0 &&
      kept !== undefined &&
      kept.until > now &&
      backends.some((each) => each.ip === kept.backend.ip && each.port === kept.backend.port)
    ) {
      kept.until = now + rule.affinity;
      return kept.backend;
    }
    const backend = this.#random.pick(backends);
    if (rule.affinity > 0) this.#clients.set(key, { backend, until: now + rule.affinity });
    return backend;
  }

  #rewrite(key: string): void {
    const { sim } = this.options;
    for (const old of this.#keys.get(key) ?? []) this.#table.delete(old);
    this.#keys.delete(key);
    const service = this.#services.get(key);
    if (service === undefined) return;
    const keys: string[] = [];
    const slices = this.#slices.by('service', key);
    for (const port of service.spec?.ports ?? []) {
      const protocol = port.protocol === 'UDP' ? 'UDP' : 'TCP';
      const affinity =
        service.spec?.sessionAffinity === 'ClientIP'
          ? (service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800) * SECOND
          : 0;
      const name = `${key}${port.name === undefined ? '' : `:${port.name}`}`;
      const everywhere = this.#backends(slices, port, false);
      const inner = service.spec?.internalTrafficPolicy === 'Local';
      const local = service.spec?.externalTrafficPolicy === 'Local';
      const here = inner || local ? this.#backends(slices, port, true) : everywhere;
      const put = (kind: Rule['kind'], address: string, near: boolean, masquerade: boolean, inside?: readonly Backend[]): void => {
        const backends = near ? here : everywhere;
        const elsewhere = near && everywhere.length > 0;
        keys.push(address);
        this.#table.set(address, { kind, service: name, near, backends, inside: inside ?? backends, affinity, masquerade, elsewhere });
      };
      for (const ip of service.spec?.clusterIPs ?? [])
        if (ip !== 'None' && ip !== '') put('cluster IP', `${ip}:${port.port}/${protocol}`, inner, false);
      // externalTrafficPolicy: Local keeps the client's address, at the price of nodes that have nothing to offer.
      if (port.nodePort !== undefined && port.nodePort !== 0) put('node port', `*:${port.nodePort}/${protocol}`, local, !local, everywhere);
      const outside = (kind: Rule['kind'], ip: string): void => put(kind, `${ip}:${port.port}/${protocol}`, local, !local, everywhere);
      for (const ip of service.spec?.externalIPs ?? []) outside('external IP', ip);
      for (const { ip } of service.status?.loadBalancer?.ingress ?? []) if (ip !== undefined) outside('loadbalancer IP', ip);
      if (sim.log.enabled)
        sim.append(this.name, 'rules', { service: name, endpoints: everywhere.map((each) => `${each.ip}:${each.port}`) });
    }
    this.#keys.set(key, keys);
  }

  /** The endpoints that take a port's packets: the ready ones; where there is none, those that end but still serve (KEP-1669). */
  #backends(slices: readonly EndpointSlice[], port: ServicePort, local: boolean): Backend[] {
    const pick = (fits: (conditions: EndpointConditions) => boolean): Backend[] =>
      slices.flatMap((slice) => {
        const target = slice.ports?.find((each) => (each.name ?? '') === (port.name ?? ''))?.port;
        if (target === undefined) return [];
        return (slice.endpoints ?? [])
          .filter((each) => (!local || each.nodeName === this.options.nodeName) && fits(each.conditions ?? {}))
          .flatMap((each) => each.addresses.map((ip) => ({ ip, port: target })));
      });
    const ready = pick((conditions) => conditions.ready !== false);
    return ready.length > 0 ? ready : pick((conditions) => conditions.serving === true && conditions.terminating === true);
  }
}
