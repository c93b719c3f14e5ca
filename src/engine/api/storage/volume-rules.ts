import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../generated/types.ts';
import { matchesNodeSelector } from '../node-selector.ts';
import { compareQuantities } from '../quantity.ts';
import { matchesSelector } from '../selector.ts';
import { BETA_STORAGE_CLASS } from './binding-annotations.ts';

// Which volume a claim may have: component-helpers' storage/volume, used by the binder and by the scheduler alike.

export function classOfClaim({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.[BETA_STORAGE_CLASS] ?? spec?.storageClassName ?? '';
}

/** Whether a claim says which class it wants; '' says "none". */
export function hasClass({ metadata, spec }: PersistentVolumeClaim): boolean {
  return metadata.annotations?.[BETA_STORAGE_CLASS] !== undefined || spec?.storageClassName !== undefined;
}

export function classOfVolume({ metadata, spec }: PersistentVolume): string {
  return metadata.annotations?.[BETA_STORAGE_CLASS] ?? spec?.storageClassName ?? '';
}

export function requestOf({ spec }: PersistentVolumeClaim): string {
  return spec?.resources?.requests?.['storage'] ?? '0';
}

export function capacityOf({ spec }: PersistentVolume): string {
  return spec?.capacity?.['storage'] ?? '0';
}

/** Whether the volume refers to this claim: by name alone, or to exactly this one. */
export function isBoundTo({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  const ref = spec?.claimRef;
  if (ref === undefined || ref.name !== metadata.name || (ref.namespace ?? '') !== (metadata.namespace ?? '')) return false;
  return (ref.uid ?? '') === '' || ref.uid === metadata.uid;
}

export function isDelayed(storageClass: StorageClass | undefined): boolean {
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
}

export function offersModes({ spec }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (claim.spec?.accessModes ?? []).every((mode) => spec?.accessModes?.includes(mode) === true);
}

/** Whether the volume can be reached from a node with these labels. */
export function reachableFrom({ spec }: PersistentVolume, labels: Readonly<Record<string, string>>): boolean {
  const required = spec?.nodeAffinity?.required;
  return required === undefined || matchesNodeSelector(required, '', labels);
}

export function sameVolumeMode(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (volume.spec?.volumeMode ?? 'Filesystem') === (claim.spec?.volumeMode ?? 'Filesystem');
}

/** Why a claim cannot have the volume it names; undefined when it can. */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (volume.metadata.deletionTimestamp !== undefined) return `the volume is marked for deletion ${JSON.stringify(volume.metadata.name)}`;
  if (compareQuantities(capacityOf(volume), requestOf(claim)) < 0) return 'requested PV is too small';
  if (classOfVolume(volume) !== classOfClaim(claim)) return 'storageClassName does not match';
  if (!sameAttributes(volume, claim)) return 'volumeAttributesClassName does not match';
  if (!sameVolumeMode(volume, claim)) return 'incompatible volumeMode';
  if (!offersModes(volume, claim)) return 'incompatible accessMode';
  return undefined;
}

export interface Search {
  /** Labels of the node on which it has to be reached; without a node the binder searches. */
  readonly node?: Readonly<Record<string, string>>;
  /** Names of volumes that are promised already. */
  readonly excluded?: ReadonlySet<string>;
  /** The claim waits for its first consumer: without a node it gets only what is reserved for it. */
  readonly delayed: boolean;
}

/** The volume that is reserved for the claim, else the smallest that will do (FindMatchingVolume). */
export function findMatchingVolume(
  claim: PersistentVolumeClaim,
  volumes: Iterable<PersistentVolume>,
  { node, excluded, delayed }: Search,
): PersistentVolume | undefined {
  const request = requestOf(claim);
  const wanted = classOfClaim(claim);
  let smallest: PersistentVolume | undefined;
  for (const volume of volumes) {
    const { metadata, spec, status } = volume;
    if (excluded?.has(metadata.name ?? '') === true) continue;
    const mine = isBoundTo(volume, claim);
    if (spec?.claimRef !== undefined && !mine) continue;
    if (compareQuantities(capacityOf(volume), request) < 0 || !sameVolumeMode(volume, claim) || !sameAttributes(volume, claim)) continue;
    if (metadata.deletionTimestamp !== undefined) continue;
    const reachable = node === undefined || reachableFrom(volume, node);
    if (mine) return reachable ? volume : undefined;
    if (node === undefined && delayed) continue;
    if (status?.phase !== 'Available' || classOfVolume(volume) !== wanted || !reachable) continue;
    if (claim.spec?.selector !== undefined && !matchesSelector(claim.spec.selector, metadata.labels ?? {})) continue;
    if (node !== undefined && !offersModes(volume, claim)) continue;
    if (smallest === undefined || compareQuantities(capacityOf(smallest), capacityOf(volume)) > 0) smallest = volume;
  }
  return smallest;
}

/** The same for the binder: of the volumes that offer the asked modes, first those that offer the fewest beside them. */
export function findBestVolume(
  claim: PersistentVolumeClaim,
  volumes: Iterable<PersistentVolume>,
  delayed: boolean,
): PersistentVolume | undefined {
  const byModes = new Map<number, PersistentVolume[]>();
  for (const volume of volumes) {
    if (!offersModes(volume, claim)) continue;
    const count = volume.spec?.accessModes?.length ?? 0;
    const others = byModes.get(count);
    if (others === undefined) byModes.set(count, [volume]);
    else others.push(volume);
  }
  for (const count of [...byModes.keys()].sort((a, b) => a - b)) {
    const found = findMatchingVolume(claim, byModes.get(count) ?? [], { delayed });
    if (found !== undefined) return found;
  }
  return undefined;
}

function sameAttributes(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (volume.spec?.volumeAttributesClassName ?? '') === (claim.spec?.volumeAttributesClassName ?? '');
}
