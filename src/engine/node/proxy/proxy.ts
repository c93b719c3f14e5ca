import type { EndpointSlice, Service } from '../../api/generated/types.ts';
import type { Transport } from '../../apiserver/types.ts';
import { Client } from '../../client/client.ts';
import { Informer } from '../../client/informer.ts';
import { ENDPOINT_SLICES, SERVICES } from '../../client/resources.ts';
import type { Component } from '../../component.ts';
import type { VirtualNetwork, Protocol, Rules, Verdict } from '../../network/network.ts';
import type { Random } from '../../sim/random.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { SECOND, type Millis } from '../../sim/time.ts';

interface Backend {
  ip: string;
  port: number;
}

interface Rule {
  service: string;
  backends: readonly Backend[];
  /** Milliseconds a client keeps its backend; 0: no affinity. */
  affinity: Millis;
  nodePort: boolean;
}

const SERVICE_LABEL = 'kubernetes.io/service-name';

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

  constructor(readonly options: { sim: Simulation; transport: Transport; network: VirtualNetwork; nodeName: string; nodeAddress: string }) {
    const { sim, transport, network, nodeName } = options;
    this.name = `${nodeName}/kube-proxy`;
    const client = new Client(transport, this.name, {
      kind: 'certificate',
      user: 'system:kube-proxy',
      groups: ['system:node-proxier', 'system:authenticated'],
    });
    this.#random = sim.random(this.name);
    this.#services = new Informer(sim, client, SERVICES);
    this.#slices = new Informer(sim, client, ENDPOINT_SLICES, {
      indexes: { service: (slice) => [`${slice.metadata.namespace ?? ''}/${slice.metadata.labels?.[SERVICE_LABEL] ?? ''}`] },
    });
    const ofService = (service: Service): void => this.#rewrite(`${service.metadata.namespace ?? ''}/${service.metadata.name ?? ''}`);
    const ofSlice = (slice: EndpointSlice): void =>
      this.#rewrite(`${slice.metadata.namespace ?? ''}/${slice.metadata.labels?.[SERVICE_LABEL] ?? ''}`);
    this.#services.on({ added: ofService, updated: ofService, deleted: ofService });
    this.#slices.on({ added: ofSlice, updated: ofSlice, deleted: ofSlice });
    network.setRules(nodeName, this);
  }

  start(): void {
    this.#services.start();
    this.#slices.start();
  }

  stop(): void {
    this.#services.stop();
    this.#slices.stop();
  }

  translate(source: string, ip: string, port: number, protocol: Protocol): Verdict {
    const rule =
      this.#table.get(`${ip}:${port}/${protocol}`) ??
      (ip === this.options.nodeAddress ? this.#table.get(`*:${port}/${protocol}`) : undefined);
    if (rule === undefined) return { kind: 'pass' };
    if (rule.backends.length === 0) return { kind: 'reject', service: rule.service };
    const backend = this.#choose(rule, source);
    return { kind: 'forward', service: rule.service, ip: backend.ip, port: backend.port, masquerade: rule.nodePort };
  }

  #choose(rule: Rule, source: string): Backend {
    const { now } = this.options.sim;
    const key = `${rule.service}|${source}`;
    const kept = this.#clients.get(key);
    if (
      rule.affinity > 0 &&
      kept !== undefined &&
      kept.until > now &&
      rule.backends.some((each) => each.ip === kept.backend.ip && each.port === kept.backend.port)
    ) {
      kept.until = now + rule.affinity;
      return kept.backend;
    }
    const backend = this.#random.pick(rule.backends);
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
      const backends = slices.flatMap((slice) => {
        const target = slice.ports?.find((each) => (each.name ?? '') === (port.name ?? ''))?.port;
        if (target === undefined) return [];
        return (slice.endpoints ?? [])
          .filter((each) => each.conditions?.ready !== false)
          .flatMap((each) => each.addresses.map((ip) => ({ ip, port: target })));
      });
      const affinity =
        service.spec?.sessionAffinity === 'ClientIP'
          ? (service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800) * SECOND
          : 0;
      const name = `${key}${port.name === undefined ? '' : `:${port.name}`}`;
      for (const ip of service.spec?.clusterIPs ?? []) {
        if (ip === 'None' || ip === '') continue;
        keys.push(`${ip}:${port.port}/${protocol}`);
        this.#table.set(`${ip}:${port.port}/${protocol}`, { service: name, backends, affinity, nodePort: false });
      }
      if (port.nodePort !== undefined && port.nodePort !== 0) {
        keys.push(`*:${port.nodePort}/${protocol}`);
        this.#table.set(`*:${port.nodePort}/${protocol}`, { service: name, backends, affinity, nodePort: true });
      }
      if (sim.log.enabled) sim.append(this.name, 'rules', { service: name, endpoints: backends.map((each) => `${each.ip}:${each.port}`) });
    }
    this.#keys.set(key, keys);
  }
}
