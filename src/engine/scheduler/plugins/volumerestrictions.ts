import type { Pod, Volume } from '../../api/generated/types.ts';
import {
  skip,
  unresolvable,
  unschedulable,
  type CycleState,
  type FilterPlugin,
  type NodeList,
  type PreFilterPlugin,
  type StateKey,
  type Status,
  type Verdict,
} from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { claimKey, isAmong, namedClaims, type VolumeListers } from '../volumes.ts';

const NAME = 'VolumeRestrictions';
const SKIP = skip(NAME);
const DISK_CONFLICT = unschedulable(NAME, 'node(s) had no available disk');
const IN_USE = unschedulable(
  NAME,
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
);

interface Conflicts {
  /** Keys of the pod's claims that one pod alone may use. */
  readonly exclusive: ReadonlySet<string>;
  /** How many uses by others there are of them. */
  uses: number;
}

const STATE: StateKey<Conflicts> = { name: 'PreFilterVolumeRestrictions', clone: (conflicts) => ({ ...conflicts }) };

/** Volumes that not everybody may mount at once: disks of old times, and claims for a single pod. */
export function volumeRestrictions(listers: VolumeListers): PreFilterPlugin & FilterPlugin {
  const shift = (state: CycleState, pod: PodInfo, by: 1 | -1): void => {
    const conflicts = state.read(STATE);
    if (conflicts !== undefined) conflicts.uses += by * usesOf(pod, conflicts.exclusive);
  };
  return {
    name: NAME,
    preFilter(state: CycleState, info: PodInfo, nodes: NodeList): Status | undefined {
      const { pod } = info;
      const exclusive = new Set<string>();
      for (const claim of namedClaims(pod)) {
        const key = claimKey(pod, claim);
        const found = listers.claim(key);
        if (found === undefined) return unresolvable(NAME, `persistentvolumeclaim ${JSON.stringify(claim)} not found`);
        if (found.spec?.accessModes?.includes('ReadWriteOncePod') === true) exclusive.add(key);
      }
      let uses = 0;
      for (const key of exclusive) if (nodes.isClaimUsed(key)) uses++;
      state.write(STATE, { exclusive, uses });
      return uses === 0 && !pod.spec?.volumes?.some(isDisk) ? SKIP : undefined;
    },
    addPod: (state, _pod, added) => shift(state, added, 1),
    removePod: (state, _pod, removed) => shift(state, removed, -1),
    filter(state: CycleState, { pod }: PodInfo, node: NodeInfo): Verdict {
      for (const volume of pod.spec?.volumes ?? []) {
        if (!isDisk(volume)) continue;
        for (const other of node.pods.values())
          if (other.pod.spec?.volumes?.some((theirs) => conflict(volume, theirs)) === true) return DISK_CONFLICT;
      }
      return (state.read(STATE)?.uses ?? 0) > 0 ? IN_USE : undefined;
    },
    events: {
      // Somebody who used one of the claims or disks is gone.
      AssignedPodDelete: ({ pod, namespace }, { old }) => {
        const gone = old as Pod;
        if ((gone.metadata.namespace ?? 'default') !== namespace) return false;
        const mine = namedClaims(pod);
        return (
          namedClaims(gone).some((claim) => mine.includes(claim)) ||
          (pod.spec?.volumes ?? []).some((volume) => isDisk(volume) && gone.spec?.volumes?.some((theirs) => conflict(volume, theirs)))
        );
      },
      NodeAdd: () => true,
      PersistentVolumeClaimAdd: ({ pod }, { now }) => isAmong(namedClaims(pod), pod, now),
    },
  };
}

function usesOf({ pod }: PodInfo, exclusive: ReadonlySet<string>): number {
  let uses = 0;
  for (const claim of namedClaims(pod)) if (exclusive.has(claimKey(pod, claim))) uses++;
  return uses;
}

function isDisk({ gcePersistentDisk, awsElasticBlockStore, rbd, iscsi }: Volume): boolean {
  return gcePersistentDisk !== undefined || awsElasticBlockStore !== undefined || rbd !== undefined || iscsi !== undefined;
}

/** isVolumeConflict: the same disk twice on a node, unless all only read it. */
function conflict(a: Volume, b: Volume): boolean {
  if (a.gcePersistentDisk !== undefined && a.gcePersistentDisk.pdName === b.gcePersistentDisk?.pdName)
    return a.gcePersistentDisk.readOnly !== true || b.gcePersistentDisk?.readOnly !== true;
  if (a.awsElasticBlockStore !== undefined && a.awsElasticBlockStore.volumeID === b.awsElasticBlockStore?.volumeID) return true;
  if (a.iscsi !== undefined && a.iscsi.iqn === b.iscsi?.iqn) return a.iscsi.readOnly !== true || b.iscsi?.readOnly !== true;
  if (a.rbd !== undefined && b.rbd !== undefined) {
    const shared = a.rbd.monitors.some((monitor) => b.rbd?.monitors.includes(monitor) === true);
    if (shared && a.rbd.pool === b.rbd.pool && a.rbd.image === b.rbd.image) return a.rbd.readOnly !== true || b.rbd.readOnly !== true;
  }
  return false;
}
