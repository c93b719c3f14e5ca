import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/generated/types.ts';
import { compareQuantities, quantityValue } from '../../api/quantity.ts';
import { matchesSelector } from '../../api/selector.ts';
import { SELECTED_NODE } from '../../api/storage/binding-annotations.ts';
import { classOfClaim, classOfVolume, findMatchingVolume, reachableFrom, requestOf } from '../../api/storage/volume-rules.ts';
import { volumeOnNode } from '../../api/storage/csi-migration.ts';
import type { VolumeListers } from '../volumes.ts';

/** A pod's claims, by what has to be done for them. */
export interface SortedClaims {
  readonly bound: readonly PersistentVolumeClaim[];
  /** Of classes that wait for a pod. */
  readonly delayed: readonly PersistentVolumeClaim[];
  /** The binder should have bound them by now. */
  readonly immediate: readonly PersistentVolumeClaim[];
}

/** What is to be done for a pod's claims if it goes to a node. */
export interface VolumeDecision {
  readonly bindings: readonly { readonly volume: PersistentVolume; readonly claim: PersistentVolumeClaim }[];
  /** Claims whose volume is yet to be made, near that node. */
  readonly provisions: readonly PersistentVolumeClaim[];
}

/** The volumes of a class; looked up once for all nodes. */
export type VolumesOfClass = (name: string) => readonly PersistentVolume[];

export function volumesOfClass(listers: VolumeListers): VolumesOfClass {
  const known = new Map<string, PersistentVolume[]>();
  return (name) => {
    let volumes = known.get(name);
    if (volumes === undefined) {
      volumes = [...listers.volumes()].filter((volume) => classOfVolume(volume) === name);
      known.set(name, volumes);
    }
    return volumes;
  };
}

const NODE_CONFLICT = "node(s) didn't match PersistentVolume's node affinity";
const NOTHING_TO_BIND = "node(s) didn't find available persistent volumes to bind";
const NO_SPACE = 'node(s) did not have enough free storage';
const NO_SUCH_VOLUME = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)';

/** FindPodVolumes: volumes for a pod's claims on one node, or why there are none. Throws `MigrationError`. */
export function decideVolumes(
  { bound, delayed }: SortedClaims,
  node: Node,
  listers: VolumeListers,
  ofClass: VolumesOfClass,
): VolumeDecision | { readonly reasons: readonly string[] } {
  const reasons: string[] = [];
  const labels = node.metadata.labels ?? {};
  const csiNode = listers.csiNode(node.metadata.name ?? '');
  const volumes = bound.map(({ spec }) => {
    const volume = listers.volume(spec?.volumeName ?? '');
    return volume === undefined ? undefined : volumeOnNode(volume, csiNode);
  });
  // The first claim that cannot be used there is told.
  const problem = volumes.findIndex((volume) => volume === undefined || !reachableFrom(volume, labels));
  const missing = problem >= 0 && volumes[problem] === undefined;
  if (problem >= 0 && !missing) reasons.push(NODE_CONFLICT);
  const decision = decideDelayed(delayed, node, listers, ofClass);
  if (typeof decision === 'string') reasons.push(decision);
  if (missing) reasons.push(NO_SUCH_VOLUME);
  return typeof decision === 'string' || reasons.length > 0 ? { reasons } : decision;
}

function decideDelayed(
  claims: readonly PersistentVolumeClaim[],
  node: Node,
  listers: VolumeListers,
  ofClass: VolumesOfClass,
): VolumeDecision | string {
  const bindings: { volume: PersistentVolume; claim: PersistentVolumeClaim }[] = [];
  const provisions: PersistentVolumeClaim[] = [];
  const open: PersistentVolumeClaim[] = [];
  for (const claim of claims) {
    const selected = claim.metadata.annotations?.[SELECTED_NODE] ?? '';
    if (selected === '') open.push(claim);
    else if (selected === node.metadata.name) provisions.push(claim);
    // Its volume is being made near another node.
    else return NOTHING_TO_BIND;
  }
  // The smallest first, so that they leave the large volumes to the large.
  open.sort((a, b) => compareQuantities(requestOf(a), requestOf(b)));
  const chosen = new Set<string>();
  for (const claim of open) {
    const volume = findMatchingVolume(claim, ofClass(classOfClaim(claim)), {
      node: node.metadata.labels ?? {},
      excluded: chosen,
      delayed: true,
    });
    if (volume === undefined) provisions.push(claim);
    else {
      chosen.add(volume.metadata.name ?? '');
      bindings.push({ volume, claim });
    }
  }
  for (const claim of provisions) {
    const storageClass = listers.storageClass(classOfClaim(claim));
    if (!canProvision(storageClass, node)) return NOTHING_TO_BIND;
    if (!hasRoom(claim, storageClass, node, listers)) return NO_SPACE;
  }
  return { bindings, provisions };
}

/** hasEnoughCapacity: asked only of drivers that tell what they have left (KEP-1472). */
function hasRoom(claim: PersistentVolumeClaim, storageClass: StorageClass, { metadata }: Node, listers: VolumeListers): boolean {
  if (claim.spec?.resources?.requests?.['storage'] === undefined) return true;
  if (listers.csiDriver(storageClass.provisioner)?.spec.storageCapacity !== true) return true;
  const wanted = quantityValue(requestOf(claim));
  for (const { storageClassName, maximumVolumeSize, capacity, nodeTopology } of listers.capacities()) {
    const limit = maximumVolumeSize ?? capacity;
    if (storageClassName !== storageClass.metadata.name || limit === undefined || quantityValue(limit) < wanted) continue;
    if (nodeTopology !== undefined && matchesSelector(nodeTopology, metadata.labels)) return true;
  }
  return false;
}

function canProvision(storageClass: StorageClass | undefined, { metadata }: Node): storageClass is StorageClass {
  const provisioner = storageClass?.provisioner ?? '';
  if (provisioner === '' || provisioner === 'kubernetes.io/no-provisioner') return false;
  const terms = storageClass?.allowedTopologies ?? [];
  const labels = metadata.labels ?? {};
  return (
    terms.length === 0 ||
    terms.some(({ matchLabelExpressions = [] }) =>
      matchLabelExpressions.every(({ key, values }) => labels[key] !== undefined && values.includes(labels[key])),
    )
  );
}
