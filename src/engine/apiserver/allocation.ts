import { failure } from '../api/errors.ts';
import type { Service, ServiceSpec } from '../api/generated/types.ts';
import { Findings, invalid } from '../api/validation.ts';
import type { Kind } from '../api/kind.ts';
import type { ApiObject } from '../api/meta.ts';
import type { Store } from '../etcd/store.ts';
import type { Random } from '../sim/random.ts';
import {
  allocatesNodePorts,
  dropTypeDependent,
  initFamilies,
  keepAllocated,
  needsClusterIP,
  needsHealthCheckPort,
  needsNodePort,
  nodePortsOf,
} from './service-fields.ts';

/** Addresses taken for one write: given back when it fails. What is stored is known from the store. */
export interface Allocation {
  release(): void;
}

const NOTHING: Allocation = { release() {} };
const SERVICES = '/registry/services/specs/';

/** Cluster IPs and node ports of Services, as the service registry of kube-apiserver allocates them. */
export class ClusterAddresses {
  readonly #ips = new Set<number>();
  readonly #ports = new Set<number>();
  readonly #base: number;
  #unsubscribe: (() => void) | undefined;
  readonly #size: number;

  constructor(
    readonly store: Store,
    readonly chance: Random,
    readonly cidr: string,
    readonly ports: readonly [number, number],
  ) {
    const [address = '', bits = '32'] = cidr.split('/');
    this.#base = parseIPv4(address) ?? 0;
    this.#size = 2 ** (32 - Number(bits));
  }

  /** Learns what is taken from the Services there are, and from then on what other servers over the same store take and give back. */
  load(): void {
    this.#unsubscribe ??= this.store.watchPrefix(SERVICES, 0, ({ kv, prev }) => {
      const [after, before] = [taken(kv?.value as Service | undefined), taken(prev?.value as Service | undefined)];
      for (const ip of before.ips) if (!after.ips.includes(ip)) this.#ips.delete(ip);
      for (const port of before.ports) if (!after.ports.includes(port)) this.#ports.delete(port);
      for (const ip of after.ips) this.#ips.add(ip);
      for (const port of after.ports) this.#ports.add(port);
    });
    this.#ips.clear();
    this.#ports.clear();
    for (const { value } of this.store.range(SERVICES, `${SERVICES.slice(0, -1)}0`).kvs) {
      const { ips, ports } = taken(value as Service);
      for (const ip of ips) this.#ips.add(ip);
      for (const port of ports) this.#ports.add(port);
    }
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  /**
   * Fills in what a Service of its type needs; throws 422 when a wanted address or port cannot be had. Upstream this
   * comes before the kind's own validation (`BeginCreate`, `BeginUpdate`), except for what concerns addresses.
   */
  allocate(kind: Kind, draft: ApiObject, old: ApiObject | undefined, dryRun: boolean): Allocation {
    if (!isService(kind)) return NOTHING;
    const service = draft as Service;
    const spec = (service.spec ??= {});
    const oldSpec = (old as Service | undefined)?.spec;
    if (oldSpec !== undefined) {
      dropTypeDependent(spec, oldSpec);
      keepAllocated(spec, oldSpec);
    }
    checkAddresses(kind, draft, old);
    const findings = new Findings();
    initFamilies(service, findings);
    if (!findings.empty) throw invalid('Service', '', service.metadata.name ?? '', findings.list);
    const before = taken(old as Service | undefined);
    const newIps: number[] = [];
    const newPorts: number[] = [];
    const release = (): void => {
      for (const ip of newIps) this.#ips.delete(ip);
      for (const port of newPorts) this.#ports.delete(port);
    };
    try {
      // An address that is there stays: whether it may change is for validation to say.
      if (needsClusterIP(spec) && (oldSpec === undefined || !needsClusterIP(oldSpec))) this.#clusterIP(service, before.ips, newIps, dryRun);
      if (needsNodePort(spec)) this.#nodePorts(service, before.ports, newPorts, dryRun);
      if (needsHealthCheckPort(spec) && (oldSpec === undefined || !needsHealthCheckPort(oldSpec)))
        this.#healthCheckPort(spec, before.ports, newPorts, dryRun);
    } catch (error) {
      release();
      throw error;
    }
    if (dryRun) {
      release();
      return NOTHING;
    }
    return { release };
  }

  #clusterIP(service: Service, before: readonly number[], taking: number[], dryRun: boolean): void {
    const spec = (service.spec ??= {});
    if (spec.clusterIP === 'None') return;
    if ((spec.clusterIP ?? '') === '') {
      const free = this.#freeIP();
      if (free === undefined) throw this.#invalid(service, 'spec.clusterIPs', [''], 'failed to allocate an IP address: range is full');
      this.#ips.add(free);
      taking.push(free);
      spec.clusterIP = formatIPv4(free);
      spec.clusterIPs = [spec.clusterIP];
      return;
    }
    const wanted = spec.clusterIP as string;
    const ip = parseIPv4(wanted);
    // What is no address at all is for validation to refuse.
    if (ip === undefined || before.includes(ip)) return;
    if (ip <= this.#base || ip >= this.#base + this.#size - 1) {
      // The allocator of a range is found by the address, except by a dry run, which asks the default one.
      const outside = ip < this.#base || ip >= this.#base + this.#size;
      const why =
        outside && !dryRun
          ? 'the provided network does not match the current range'
          : `the provided IP (${wanted}) is not in the valid range. The range of valid IPs is ${this.cidr}`;
      throw this.#invalid(service, 'spec.clusterIPs', [wanted], `failed to allocate IP ${wanted}: ${why}`);
    }
    if (this.#ips.has(ip)) {
      // A dry run does not ask who has it.
      if (dryRun) return;
      throw this.#invalid(service, 'spec.clusterIPs', [wanted], `failed to allocate IP ${wanted}: provided IP is already allocated`);
    }
    this.#ips.add(ip);
    taking.push(ip);
  }

  #nodePorts(service: Service, before: readonly number[], taking: number[], dryRun: boolean): void {
    const spec = service.spec ?? {};
    const open = allocatesNodePorts(spec);
    // One number serves all entries for one port: the first that was asked for, or else one for them all.
    const known = new Map<number, number>();
    for (const { port, nodePort = 0 } of spec.ports ?? []) if (nodePort !== 0 && !known.has(port)) known.set(port, nodePort);
    (spec.ports ?? []).forEach((port, index) => {
      const shared = known.get(port.port);
      if ((port.nodePort ?? 0) === 0) {
        if (!open) return;
        if (shared !== undefined) {
          port.nodePort = shared;
          return;
        }
        const free = this.#freePort();
        if (free === undefined)
          throw this.#invalid(service, `spec.ports[${index}].nodePort`, 0, 'failed to allocate a nodePort: range is full');
        this.#ports.add(free);
        taking.push(free);
        port.nodePort = free;
        known.set(port.port, free);
        return;
      }
      const explicit = port.nodePort as number;
      if (dryRun || before.includes(explicit) || taking.includes(explicit)) return;
      const [low, high] = this.ports;
      const field = `spec.ports[${index}].nodePort`;
      if (explicit < low || explicit > high) {
        throw this.#invalid(
          service,
          field,
          explicit,
          `provided port is not in the valid range. The range of valid ports is ${low}-${high}`,
        );
      }
      if (this.#ports.has(explicit)) throw this.#invalid(service, field, explicit, 'provided port is already allocated');
      this.#ports.add(explicit);
      taking.push(explicit);
    });
  }

  #healthCheckPort(spec: ServiceSpec, before: readonly number[], taking: number[], dryRun: boolean): void {
    const explicit = spec.healthCheckNodePort ?? 0;
    const [low, high] = this.ports;
    const refuse = (why: string): Error =>
      failure(500, 'InternalError', `Internal error occurred: failed to allocate requested HealthCheck NodePort ${explicit}: ${why}`, {
        causes: [{ message: `failed to allocate requested HealthCheck NodePort ${explicit}: ${why}` }],
      });
    if (explicit !== 0 && (dryRun || before.includes(explicit))) return;
    if (explicit !== 0 && (explicit < low || explicit > high))
      throw refuse(`provided port is not in the valid range. The range of valid ports is ${low}-${high}`);
    if (explicit !== 0 && this.#ports.has(explicit)) throw refuse('provided port is already allocated');
    const port = explicit === 0 ? this.#freePort() : explicit;
    if (port === undefined)
      throw failure(500, 'InternalError', 'Internal error occurred: failed to allocate a HealthCheck NodePort : range is full');
    this.#ports.add(port);
    taking.push(port);
    spec.healthCheckNodePort = port;
  }

  /** Dynamic addresses come from the upper band of the range, so that the lower stays for fixed ones (KEP-3070). */
  #freeIP(): number | undefined {
    const band = Math.min(Math.max(16, this.#size / 16), 256);
    return (
      this.#free(this.#ips, this.#base + 1 + band, this.#base + this.#size - 2) ?? this.#free(this.#ips, this.#base + 1, this.#base + band)
    );
  }

  /** The same for node ports (KEP-3668). */
  #freePort(): number | undefined {
    const [low, high] = this.ports;
    const band = Math.min(Math.max(16, Math.floor((high - low + 1) / 32)), 128);
    return this.#free(this.#ports, low + band, high) ?? this.#free(this.#ports, low, low + band - 1);
  }

  /** A random number in [low, high] that is not taken: the first free one from a random place on. */
  #free(used: ReadonlySet<number>, low: number, high: number): number | undefined {
    const count = high - low + 1;
    if (count <= 0) return undefined;
    const start = this.chance.int(count);
    for (let i = 0; i < count; i++) {
      const candidate = low + ((start + i) % count);
      if (!used.has(candidate)) return candidate;
    }
    return undefined;
  }

  #invalid(service: Service, field: string, value: unknown, detail: string): Error {
    const findings = new Findings();
    findings.invalid(field, value, detail);
    return invalid('Service', '', service.metadata.name ?? '', findings.list);
  }
}

/** The part of validation that speaks of addresses comes first: what is malformed cannot be allocated. */
function checkAddresses(kind: Kind, draft: ApiObject, old: ApiObject | undefined): void {
  const findings = new Findings();
  if (old === undefined) kind.strategy.validate?.(draft, findings);
  else kind.strategy.validateUpdate?.(draft, old, findings);
  const found = findings.list.filter(({ type, field }) => type !== 'FieldValueRequired' && /^spec\.(clusterIP|ipFamil)/.test(field));
  if (found.length > 0) throw invalid(kind.kind, kind.group, draft.metadata.name ?? '', found);
}

const isService = (kind: Kind): boolean => kind.resource === 'services' && kind.group === '';

function taken(service: Service | undefined): { ips: number[]; ports: number[] } {
  const spec = service?.spec;
  const ips = (spec?.clusterIPs ?? [spec?.clusterIP ?? '']).map(parseIPv4).filter((ip) => ip !== undefined);
  const health = spec?.healthCheckNodePort ?? 0;
  return { ips, ports: health === 0 ? nodePortsOf(spec) : [...nodePortsOf(spec), health] };
}

function parseIPv4(text: string): number | undefined {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || /(^|\.)0\d/.test(text) || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255))
    return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

function formatIPv4(ip: number): string {
  return [ip >>> 24, (ip >>> 16) & 255, (ip >>> 8) & 255, ip & 255].join('.');
}
