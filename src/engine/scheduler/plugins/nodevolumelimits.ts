import type { CSINode, Pod } from '../../api/generated/types.ts';
import { claimNamesOf } from '../../api/storage/pod-claims.ts';
import { classOfClaim } from '../../api/storage/volume-rules.ts';
import { skip, unschedulable, type CycleState, type FilterPlugin, type PreFilterPlugin, type Status, type Verdict } from '../framework.ts';
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
    for (const { claim } of claimedVolumes(pod)) {
      const key = claimKey(pod, claim);
      const pvc = listers.claim(key);
      if (pvc === undefined) continue;
      const name = pvc.spec?.volumeName ?? '';
      const csi = name === '' ? undefined : listers.volume(name)?.spec?.csi;
      if (csi !== undefined) into.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
      else if (name === '' || listers.volume(name) === undefined) {
        // Not made yet: it will be one of its class's driver.
        const provisioner = listers.storageClass(classOfClaim(pvc))?.provisioner;
        if (provisioner !== undefined) into.set(`${provisioner}/${key}`, provisioner);
      }
    }
  };
  return {
    name: NAME,
    preFilter(_state: CycleState, { pod }: PodInfo): Status | undefined {
      return claimedVolumes(pod).length === 0 ? SKIP : undefined;
    },
    filter(_state: CycleState, { pod }: PodInfo, node: NodeInfo): Verdict {
      const drivers = listers.csiNode(node.name)?.spec.drivers ?? [];
      if (!drivers.some(({ allocatable }) => allocatable?.count !== undefined)) return undefined;
      const wanted = new Map<string, string>();
      attachable(pod, wanted);
      if (wanted.size === 0) return undefined;
      const attached = new Map<string, string>();
      for (const other of node.pods.values()) attachable(other.pod, attached);
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
      AssignedPodDelete: (_pod, { old }) => claimedVolumes(old as Pod).length > 0,
      VolumeAttachmentDelete: ({ pod }) => namedClaims(pod).length > 0,
    },
  };
}

function limitsOf({ spec }: CSINode): ReadonlyMap<string, number> {
  return new Map(spec.drivers.map(({ name, allocatable }) => [name, allocatable?.count ?? 0]));
}

function countOf(volumes: ReadonlyMap<string, string>, driver: string): number {
  let count = 0;
  for (const other of volumes.values()) if (other === driver) count++;
  return count;
}
