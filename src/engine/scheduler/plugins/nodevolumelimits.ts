import type { CSINode, PersistentVolume, Pod, Volume, VolumeAttachment } from '../../api/generated/types.ts';
import { claimNamesOf } from '../../api/storage/pod-claims.ts';
import { classOfClaim } from '../../api/storage/volume-rules.ts';
import {
  MigrationError,
  driverOf,
  isMigratable,
  migratedInline,
  migratedVolume,
  type MigratedVolume,
} from '../../api/storage/csi-migration.ts';
import {
  failed,
  skip,
  unschedulable,
  type CycleState,
  type FilterPlugin,
  type PreFilterPlugin,
  type Status,
  type Verdict,
} from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { claimKey, claimedVolumes, isAmong, namedClaims, type VolumeListers } from '../volumes.ts';

const NAME = 'NodeVolumeLimits';
const SKIP = skip(NAME);
const EXCEEDED = unschedulable(NAME, 'node(s) exceed max volume count');

/** How many volumes of each storage driver a node can have attached: what its CSINode says. */
export function nodeVolumeLimits(listers: VolumeListers): PreFilterPlugin & FilterPlugin {
  /** The driver of each volume the pod wants attached, by a name that is the same for all who share it. */
  const attachable = (pod: Pod, into: Map<string, string>): void => {
    for (const volume of pod.spec?.volumes ?? []) {
      const found = inlineVolume(volume);
      if (found !== undefined) into.set(`${found.driver}/${found.handle}`, found.driver);
    }
    for (const { claim } of claimedVolumes(pod)) {
      const key = claimKey(pod, claim);
      const pvc = listers.claim(key);
      if (pvc === undefined) continue;
      const name = pvc.spec?.volumeName ?? '';
      const volume = name === '' ? undefined : listers.volume(name);
      if (volume !== undefined) {
        const found = knownVolume(volume);
        if (found !== undefined) into.set(`${found.driver}/${found.handle}`, found.driver);
      } else {
        // Not made yet: it will be one of its class's driver.
        const provisioner = listers.storageClass(classOfClaim(pvc))?.provisioner;
        if (provisioner !== undefined) into.set(`${driverOf(provisioner)}/${key}`, driverOf(provisioner));
      }
    }
  };
  return {
    name: NAME,
    preFilter(_state: CycleState, { pod }: PodInfo): Status | undefined {
      return usesDisks(pod) ? undefined : SKIP;
    },
    filter(_state: CycleState, { pod }: PodInfo, node: NodeInfo): Verdict {
      const drivers = listers.csiNode(node.name)?.spec.drivers;
      if (drivers === undefined) return undefined;
      const wanted = new Map<string, string>();
      const attached = new Map<string, string>();
      try {
        attachable(pod, wanted);
        if (wanted.size === 0 || !drivers.some(({ allocatable }) => allocatable?.count !== undefined)) return undefined;
        for (const other of node.pods.values()) attachable(other.pod, attached);
      } catch (error) {
        if (!(error instanceof MigrationError)) throw error;
        return failed(NAME, error.message);
      }
      for (const volume of attached.keys()) wanted.delete(volume);
      // What is still attached, though no pod uses it any more.
      for (const { spec } of listers.attachments(node.name)) {
        const csi = listers.volume(spec.source.persistentVolumeName ?? '')?.spec?.csi;
        if (csi !== undefined) attached.set(`${spec.attacher}/${csi.volumeHandle}`, spec.attacher);
      }
      for (const { name, allocatable } of drivers) {
        const limit = allocatable?.count;
        if (limit === undefined) continue;
        const more = countOf(wanted, name);
        if (more > 0 && countOf(attached, name) + more > limit) return EXCEEDED;
      }
      return undefined;
    },
    events: {
      CSINodeAdd: () => true,
      CSINodeUpdate: (_pod, { old, now }) => {
        const before = limitsOf(old as CSINode);
        return [...limitsOf(now as CSINode)].some(([driver, limit]) => limit > (before.get(driver) ?? 0));
      },
      PersistentVolumeClaimAdd: ({ pod }, { now }) => isAmong(claimNamesOf(pod), pod, now),
      AssignedPodDelete: (_pod, { old }) => usesDisks(old as Pod),
      VolumeAttachmentDelete: ({ pod }, { old }) => mayFree(pod, (old as VolumeAttachment).spec.attacher),
    },
  };
}

function usesDisks(pod: Pod): boolean {
  return claimedVolumes(pod).length > 0 || (pod.spec?.volumes ?? []).some(isMigratable);
}

/** Could the pod use the place of a volume of this driver? Of claims it is not known yet. */
function mayFree(pod: Pod, attacher: string): boolean {
  if (namedClaims(pod).length > 0) return true;
  try {
    return (pod.spec?.volumes ?? []).some((volume) => migratedInline(volume)?.driver === attacher);
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    return true;
  }
}

/** A PersistentVolume as its driver knows it; one that cannot be told is not counted. */
function knownVolume(volume: PersistentVolume): MigratedVolume | undefined {
  const csi = volume.spec?.csi;
  if (csi !== undefined) return { driver: csi.driver, handle: csi.volumeHandle };
  try {
    return migratedVolume(volume);
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    return undefined;
  }
}

/** An inline volume that cannot be handed to a driver ends the attempt in an error. */
function inlineVolume(volume: Volume): MigratedVolume | undefined {
  try {
    return migratedInline(volume);
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    throw new MigrationError(`converting volume(${volume.name}) from inline to csi: ${error.message}`);
  }
}

function limitsOf({ spec }: CSINode): ReadonlyMap<string, number> {
  return new Map(spec.drivers.map(({ name, allocatable }) => [name, allocatable?.count ?? 0]));
}

function countOf(volumes: ReadonlyMap<string, string>, driver: string): number {
  let count = 0;
  for (const other of volumes.values()) if (other === driver) count++;
  return count;
}
