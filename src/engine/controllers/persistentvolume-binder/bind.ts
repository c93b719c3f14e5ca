import type { PersistentVolume, PersistentVolumeClaim } from '../../api/generated/types.ts';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER } from '../../api/storage/binding-annotations.ts';
import { isBoundTo } from '../../api/storage/volume-rules.ts';
import type { Task } from '../../os/task.ts';
import { setClaimStatus, setVolumePhase, storeClaim, storeVolume, type Books } from './books.ts';

/** Binds both sides to each other, in four writes: what fails half-way is taken up where it stands by the next sync. */
export function* bind(books: Books, volume: PersistentVolume, claim: PersistentVolumeClaim): Task<void> {
  const claimed = yield* setVolumePhase(books, yield* claimVolume(books, volume, claim), 'Bound');
  yield* setClaimStatus(books, yield* completeClaim(books, claim, claimed), 'Bound', claimed);
}

/** The volume's side. Nothing is written when it is bound to the claim already. */
export function withClaimRef(volume: PersistentVolume, claim: PersistentVolumeClaim): PersistentVolume | undefined {
  const ref = volume.spec?.claimRef;
  const { namespace = '', name = '', uid = '', resourceVersion = '' } = claim.metadata;
  if (ref?.name === name && ref.namespace === namespace && ref.uid === uid) return undefined;
  const chosen = !isBoundTo(volume, claim);
  return {
    ...volume,
    metadata: chosen ? annotated(volume.metadata, BOUND_BY_CONTROLLER) : volume.metadata,
    spec: { ...volume.spec, claimRef: { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion } },
  };
}

/** Gives a volume free: it keeps who was named beforehand, but not what the binder put there. */
export function* unbind(books: Books, volume: PersistentVolume): Task<void> {
  const { spec, metadata } = volume;
  if (spec?.claimRef === undefined) return;
  const { claimRef, ...rest } = spec;
  const { [BOUND_BY_CONTROLLER]: mine, ...annotations } = metadata.annotations ?? {};
  const { uid: _uid, resourceVersion: _version, ...named } = claimRef;
  const free = mine === undefined ? { ...spec, claimRef: named } : rest;
  const stored = yield* storeVolume(books, { ...volume, metadata: { ...metadata, annotations }, spec: free });
  yield* setVolumePhase(books, stored, 'Available');
}

function* claimVolume(books: Books, volume: PersistentVolume, claim: PersistentVolumeClaim): Task<PersistentVolume> {
  const claimed = withClaimRef(volume, claim);
  if (claimed === undefined) return volume;
  books.decide(`Volume ${volume.metadata.name ?? ''} and claim ${claim.metadata.name ?? ''} belong together: binds them.`, claim);
  return yield* storeVolume(books, claimed);
}

function* completeClaim(books: Books, claim: PersistentVolumeClaim, volume: PersistentVolume): Task<PersistentVolumeClaim> {
  const { annotations = {} } = claim.metadata;
  const chosen = claim.spec?.volumeName !== volume.metadata.name;
  if (!chosen && annotations[BIND_COMPLETED] !== undefined) return claim;
  const bound = annotated(claim.metadata, BIND_COMPLETED);
  return yield* storeClaim(books, {
    ...claim,
    metadata: chosen ? annotated(bound, BOUND_BY_CONTROLLER) : bound,
    spec: { ...claim.spec, volumeName: volume.metadata.name ?? '' },
  });
}

function annotated<M extends { annotations?: Record<string, string> }>(metadata: M, key: string): M {
  return { ...metadata, annotations: { ...metadata.annotations, [key]: 'yes' } };
}
