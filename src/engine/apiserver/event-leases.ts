import type { Store } from '../etcd/store.ts';
import type { LeaseId } from '../etcd/lease.ts';
import { SECOND, type Millis } from '../sim/time.ts';

// storage/etcd3/lease_manager.go: a lease is shared by up to 1000 keys written within a minute (or 5% of the time to live).
const REUSE_SECONDS = 60;
const REUSE_SHARE = 0.05;
const MAX_OBJECTS = 1000;

/** Leases for objects that go by themselves (Events): few, each shared by what is written at about the same time. */
export class SharedLeases {
  #lease: { id: LeaseId; expires: Millis; objects: number } | undefined;

  constructor(
    readonly store: Store,
    readonly now: () => Millis,
  ) {}

  /** A lease that lives at least `ttl` seconds from now. */
  get(ttl: number): LeaseId {
    const reuse = Math.min(REUSE_SECONDS, Math.ceil(ttl * REUSE_SHARE));
    const earliest = this.now() + ttl * SECOND;
    const latest = earliest + reuse * SECOND;
    const current = this.#lease;
    if (current !== undefined && current.expires > earliest && current.expires <= latest && current.objects < MAX_OBJECTS) {
      current.objects++;
      return current.id;
    }
    const id = this.store.leases.grant(ttl + reuse);
    this.#lease = { id, expires: latest, objects: 1 };
    return id;
  }
}
