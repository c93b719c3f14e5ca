import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Informer } from '../../client/informer.ts';
import { PERSISTENT_VOLUMES, PERSISTENT_VOLUME_CLAIMS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import type { Simulation } from '../../sim/simulation.ts';
import type { VersionedCache } from './versioned-cache.ts';

/** What the parts of the binder share. */
export interface Books {
  readonly sim: Simulation;
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly volumes: VersionedCache<PersistentVolume>;
  readonly claims: VersionedCache<PersistentVolumeClaim>;
  readonly classes: Informer<StorageClass>;
  /** With an index `claim`, by `namespace/name` of the claims a pod uses. */
  readonly pods: Informer<Pod>;
  /** `--enable-hostpath-provisioner` */
  readonly hostPathProvisioner: boolean;
  decide(text: string, about: PersistentVolume | PersistentVolumeClaim): void;
}

export type ClaimPhase = 'Pending' | 'Bound' | 'Lost';
export type VolumePhase = 'Available' | 'Bound' | 'Released' | 'Failed';

export function* storeVolume({ client, volumes }: Books, volume: PersistentVolume): Task<PersistentVolume> {
  const stored = yield* client.update(PERSISTENT_VOLUMES, volume);
  volumes.put(stored);
  return stored;
}

export function* storeClaim({ client, claims }: Books, claim: PersistentVolumeClaim): Task<PersistentVolumeClaim> {
  const stored = yield* client.update(PERSISTENT_VOLUME_CLAIMS, claim);
  claims.put(stored);
  return stored;
}

export function* setVolumePhase(books: Books, volume: PersistentVolume, phase: VolumePhase, message?: string): Task<PersistentVolume> {
  if (volume.status?.phase === phase && message === undefined) return volume;
  const { message: _old, ...status } = volume.status ?? {};
  const stored = yield* books.client.updateStatus(PERSISTENT_VOLUMES, {
    ...volume,
    status: { ...status, phase, ...(message === undefined ? {} : { message }) },
  });
  books.volumes.put(stored);
  return stored;
}

/** The same, with an event when the phase is new. */
export function* failVolume(books: Books, volume: PersistentVolume, reason: string, message: string): Task<void> {
  if (volume.status?.phase === 'Failed') return;
  const failed = yield* setVolumePhase(books, volume, 'Failed', message);
  books.recorder.event(failed, 'Warning', reason, message);
}

/** A bound claim shows what its volume offers; the size only from when it becomes Bound, after that it is the resizers' to tell. */
export function* setClaimStatus(
  books: Books,
  claim: PersistentVolumeClaim,
  phase: ClaimPhase,
  volume?: PersistentVolume,
): Task<PersistentVolumeClaim> {
  const old = claim.status ?? {};
  let status: NonNullable<PersistentVolumeClaim['status']> = { ...old, phase };
  if (volume === undefined) {
    const { accessModes: _modes, capacity: _capacity, currentVolumeAttributesClassName: _class, ...rest } = status;
    status = rest;
  } else {
    const attributes = volume.spec?.volumeAttributesClassName;
    status = {
      ...status,
      accessModes: volume.spec?.accessModes ?? [],
      ...(old.phase === 'Bound' && old.capacity !== undefined ? {} : { capacity: { storage: volume.spec?.capacity?.['storage'] ?? '0' } }),
      ...(attributes === undefined ? {} : { currentVolumeAttributesClassName: attributes }),
    };
  }
  if (JSON.stringify(status) === JSON.stringify(old)) return claim;
  const stored = yield* books.client.updateStatus(PERSISTENT_VOLUME_CLAIMS, { ...claim, status });
  books.claims.put(stored);
  return stored;
}

export function* loseClaim(books: Books, claim: PersistentVolumeClaim, reason: string, message: string): Task<void> {
  if (claim.status?.phase === 'Lost') return;
  const lost = yield* setClaimStatus(books, claim, 'Lost');
  books.recorder.event(lost, 'Warning', reason, message);
}

export function claimKeyOf({ spec }: PersistentVolume): string {
  return `${spec?.claimRef?.namespace ?? ''}/${spec?.claimRef?.name ?? ''}`;
}
