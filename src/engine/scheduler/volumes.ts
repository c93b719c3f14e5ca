import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
  Volume,
  VolumeAttachment,
} from '../api/generated/types.ts';
import { keyOf, type ApiObject } from '../api/meta.ts';
import { claimNameOf } from '../api/storage/pod-claims.ts';

/** What the volume plugins read. Claims by `namespace/name`, all else by name. */
export interface VolumeListers {
  claim(key: string): PersistentVolumeClaim | undefined;
  volume(name: string): PersistentVolume | undefined;
  volumes(): Iterable<PersistentVolume>;
  storageClass(name: string): StorageClass | undefined;
  csiNode(name: string): CSINode | undefined;
  csiDriver(name: string): CSIDriver | undefined;
  /** What storage systems say they have left, and where. */
  capacities(): Iterable<CSIStorageCapacity>;
  /** Volumes that are attached to a node, or should be. */
  attachments(node: string): Iterable<VolumeAttachment>;
}

/** For those who schedule in a world without storage. */
export const NO_VOLUMES: VolumeListers = {
  claim: () => undefined,
  volume: () => undefined,
  volumes: () => [],
  storageClass: () => undefined,
  csiNode: () => undefined,
  csiDriver: () => undefined,
  capacities: () => [],
  attachments: () => [],
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

/** The claims that a pod's volumes name, without those of its ephemeral volumes. */
export function namedClaims(pod: Pod): string[] {
  return (pod.spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
}

/** Is this object a claim that the pod waits for? */
export function isAmong(names: readonly string[], pod: Pod, claim: ApiObject | undefined): boolean {
  return claim?.metadata.namespace === (pod.metadata.namespace ?? 'default') && names.includes(claim.metadata.name ?? '');
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
