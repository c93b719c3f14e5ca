import type { DeviceClass, ResourceResourceClaim, ResourceSlice } from '../../api/generated/types.ts';
import { semanticallyEqual } from '../../api/equality.ts';
import { keyOf } from '../../api/meta.ts';
import type { Client } from '../../client/client.ts';
import { Informer } from '../../client/informer.ts';
import { DEVICE_CLASSES, RESOURCE_CLAIMS, RESOURCE_SLICES } from '../../client/resources.ts';
import type { Simulation } from '../../sim/simulation.ts';
import type { ClusterEvent } from '../cluster-event.ts';
import { Assumptions } from '../volumes.ts';
import { ClaimWriter } from './claim-writer.ts';
import { ExtendedResources } from './extended-resources.ts';
import type { DeviceListers } from './listers.ts';

interface DevicesOptions {
  readonly sim: Simulation;
  readonly client: Client;
  readonly move: (event: ClusterEvent) => void;
  readonly claimCreated: (status: 'success' | 'failure') => void;
}

/** What the scheduler knows of devices, with its own decisions over what the caches show. */
export class Devices implements DeviceListers {
  readonly writer: ClaimWriter;
  readonly #claims: Informer<ResourceResourceClaim>;
  readonly #slices: Informer<ResourceSlice>;
  readonly #classes: Informer<DeviceClass>;
  readonly #assumed: Assumptions<ResourceResourceClaim>;
  readonly #pending = new Map<string, ResourceResourceClaim>();
  #extended = new ExtendedResources();

  constructor(options: DevicesOptions) {
    const { sim, client, move, claimCreated } = options;
    this.writer = new ClaimWriter(client, sim, claimCreated);
    this.#claims = new Informer(sim, client, RESOURCE_CLAIMS);
    this.#slices = new Informer(sim, client, RESOURCE_SLICES);
    this.#classes = new Informer(sim, client, DEVICE_CLASSES);
    this.#assumed = new Assumptions((key) => this.#claims.get(key));
    this.#claims.on({
      added: (now) => move({ name: 'ResourceClaimAdd', now }),
      updated: (now, old) => {
        if (!semanticallyEqual(now.status, old.status)) move({ name: 'ResourceClaimUpdate', old, now });
      },
      deleted: (old) => move({ name: 'ResourceClaimDelete', old }),
    });
    this.#slices.on({
      added: (now) => move({ name: 'ResourceSliceAdd', now }),
      updated: (now, old) => move({ name: 'ResourceSliceUpdate', old, now }),
    });
    this.#classes.on({
      added: (now) => {
        this.#extended.see(now);
        move({ name: 'DeviceClassAdd', now });
      },
      updated: (now, old) => {
        this.#extended.see(now, old);
        move({ name: 'DeviceClassUpdate', old, now });
      },
      deleted: (old) => this.#extended.forget(old),
    });
  }

  get informers(): readonly { readonly synced: boolean; start(): void; stop(): void }[] {
    return [this.#classes, this.#slices, this.#claims];
  }

  claim(key: string): ResourceResourceClaim | undefined {
    return this.#assumed.get(key);
  }

  *claims(): Generator<ResourceResourceClaim, void, undefined> {
    yield* this.#pending.values();
    for (const claim of this.#claims.list()) {
      const known = this.#assumed.get(keyOf(claim));
      if (known !== undefined && !this.isPending(known)) yield known;
    }
  }

  slices(): Iterable<ResourceSlice> {
    return this.#slices.list();
  }

  deviceClass(name: string): DeviceClass | undefined {
    return this.#classes.get(name);
  }

  classFor(resource: string): DeviceClass | undefined {
    return this.#extended.classFor(resource);
  }

  pend(claim: ResourceResourceClaim): void {
    this.#pending.set(claim.metadata.uid ?? '', claim);
  }

  isPending({ metadata }: ResourceResourceClaim): boolean {
    return this.#pending.has(metadata.uid ?? '');
  }

  settle({ metadata }: ResourceResourceClaim): void {
    this.#pending.delete(metadata.uid ?? '');
  }

  assume(claim: ResourceResourceClaim): void {
    this.#assumed.assume(claim);
  }

  clear(): void {
    this.writer.abandon();
    this.#assumed.clear();
    this.#pending.clear();
    this.#extended = new ExtendedResources();
  }
}
