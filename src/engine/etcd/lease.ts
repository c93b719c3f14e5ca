import type { Simulation, Timer } from '../sim/simulation.ts';
import { SECOND } from '../sim/time.ts';
import { EtcdError } from './etcd-error.ts';

export type LeaseId = number;

interface Lease {
  readonly id: LeaseId;
  /** Granted time to live in seconds. */
  readonly ttl: number;
  readonly keys: Set<string>;
  expiry: Timer;
}

/** Leases: keys attached to one are deleted together when it expires or is revoked. */
export class Leases {
  readonly #leases = new Map<LeaseId, Lease>();
  #next = 1;

  constructor(
    readonly sim: Simulation,
    readonly expire: (keys: readonly string[]) => void,
  ) {}

  /** Grants a lease of `ttl` seconds. */
  grant(ttl: number): LeaseId {
    const id = this.#next++;
    this.#leases.set(id, { id, ttl, keys: new Set(), expiry: this.#arm(id, ttl) });
    return id;
  }

  /** Starts its time anew. */
  keepAlive(id: LeaseId): void {
    const lease = this.require(id);
    lease.expiry.cancel();
    lease.expiry = this.#arm(id, lease.ttl);
  }

  revoke(id: LeaseId): void {
    const lease = this.require(id);
    lease.expiry.cancel();
    this.#leases.delete(id);
    if (lease.keys.size > 0) this.expire([...lease.keys].sort());
  }

  /** Granted and remaining seconds, and the attached keys. */
  timeToLive(id: LeaseId): { granted: number; remaining: number; keys: string[] } {
    const lease = this.require(id);
    return { granted: lease.ttl, remaining: Math.floor((lease.expiry.at - this.sim.now) / SECOND), keys: [...lease.keys].sort() };
  }

  /** All, in the order in which they expire. */
  list(): LeaseId[] {
    return [...this.#leases.values()].sort((a, b) => a.expiry.at - b.expiry.at || a.id - b.id).map(({ id }) => id);
  }

  attach(id: LeaseId, key: string): void {
    this.require(id).keys.add(key);
  }
  detach(id: LeaseId, key: string): void {
    this.#leases.get(id)?.keys.delete(key);
  }

  require(id: LeaseId): Lease {
    const lease = this.#leases.get(id);
    if (lease === undefined) throw new EtcdError('lease-not-found', 'etcdserver: requested lease not found');
    return lease;
  }

  #arm(id: LeaseId, ttl: number): Timer {
    return this.sim.after(ttl * SECOND, () => this.revoke(id), { background: true });
  }
}
