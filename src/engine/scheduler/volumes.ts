import type { CSINode, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass, Volume } from '../api/generated/types.ts';
import { keyOf, type ApiObject } from '../api/meta.ts';
import { claimNameOf } from '../api/storage/pod-claims.ts';

/** What the volume plugins read. Claims by `namespace/name`, all else by name. */
export interface VolumeListers {
  claim(key: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  volumes(): Iterable<PersistentVolume>;
  storageClass(name: string): StorageClass | undefined;
  csiNode(name: string): CSINode | undefined;
}

/** For those who schedule in a world without storage. */
export const NO_VOLUMES: VolumeListers = {
  claim: () => undefined,
  volume: () => undefined,
  volumes: () => [],
  storageClass: () => undefined,
  csiNode: () => undefined,
};

/** The volumes of a pod that stand for claims, each with the claim's name. */
export function claimedVolumes(pod: Pod): { volume: Volume; claim: string }[] {
  const claimed: { volume: Volume; claim: string }[] = [];
  for (const volume of pod.spec?.volumes ?? []) {
    const claim = claimNameOf(pod, volume);
    if (claim !== '') claimed.push({ volume, claim });
  }
  return claimed;
}

export function claimKey(pod: Pod, claim: string): string {
  return `${pod.metadata.namespace ?? 'default'}/${claim}`;
}

/**
 * Objects as the scheduler has decided them to be, over what the cache shows (AssumeCache): what it gave away to one pod
 * must not be given to the next before the API server knows. News from the watch end an assumption.
 */
export class Assumptions<T extends ApiObject> {
  readonly #assumed = new Map<string, T>();

  constructor(readonly known: (key: string) => T | undefined) {}

  get(key: string): T | undefined {
    const known = this.known(key);
    const assumed = this.#assumed.get(key);
    if (assumed === undefined) return known;
    if (known !== undefined && known.metadata.uid === assumed.metadata.uid && revision(known) <= revision(assumed)) return assumed;
    this.#assumed.delete(key);
    return known;
  }

  assume(object: T): void {
    this.#assumed.set(keyOf(object), object);
  }

  /** Takes back what was assumed, unless it has been decided anew since. */
  restore(object: T): void {
    const key = keyOf(object);
    if (this.#assumed.get(key) === object) this.#assumed.delete(key);
  }

  clear(): void {
    this.#assumed.clear();
  }
}

function revision(object: ApiObject): number {
  return Number(object.metadata.resourceVersion ?? 0);
}
