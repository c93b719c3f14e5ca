import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/generated/types.ts';
import { BIND_COMPLETED } from '../../api/storage/binding-annotations.ts';
import { strangerToPod } from '../../api/storage/pod-claims.ts';
import { classOfClaim, isDelayed } from '../../api/storage/volume-rules.ts';
import type { Task } from '../../os/task.ts';
import {
  failed,
  skip,
  unresolvable,
  type CycleState,
  type FilterPlugin,
  type PreBindPlugin,
  type PreFilterPlugin,
  type QueueingHint,
  type ReservePlugin,
  type StateKey,
  type Status,
  type Verdict,
} from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { claimKey, claimedVolumes, type VolumeListers } from '../volumes.ts';
import type { VolumeBinder, VolumeReservation } from './volume-binder.ts';
import { decideVolumes, volumesOfClass, type SortedClaims, type VolumeDecision, type VolumesOfClass } from './volume-decision.ts';

const NAME = 'VolumeBinding';
const SKIP = skip(NAME);

interface State {
  readonly claims: SortedClaims;
  readonly ofClass: VolumesOfClass;
  readonly decisions: Map<string, VolumeDecision>;
  reservation: VolumeReservation | undefined;
}

const STATE: StateKey<State> = { name: NAME, clone: (state) => ({ ...state, decisions: new Map(state.decisions) }) };

/** Nodes from which a pod's volumes can be reached, and for claims that have waited for it, volumes near its node. */
export function volumeBinding(
  listers: VolumeListers,
  binder: VolumeBinder | undefined,
): PreFilterPlugin & FilterPlugin & ReservePlugin & PreBindPlugin {
  const always: QueueingHint = () => true;
  /** A claim of the pod itself. */
  const ofPod: QueueingHint = ({ pod }, { now }) => {
    const claim = now as PersistentVolumeClaim | undefined;
    if (claim === undefined || claim.metadata.namespace !== (pod.metadata.namespace ?? 'default')) return false;
    return claimedVolumes(pod).some((one) => one.claim === claim.metadata.name);
  };
  return {
    name: NAME,
    preFilter(state: CycleState, { pod }: PodInfo): Status | undefined {
      const claimed = claimedVolumes(pod);
      if (claimed.length === 0) return SKIP;
      const found: PersistentVolumeClaim[] = [];
      for (const { volume, claim: name } of claimed) {
        const quoted = JSON.stringify(name);
        const claim = listers.claim(claimKey(pod, name));
        if (claim === undefined)
          return unresolvable(
            NAME,
            volume.ephemeral === undefined
              ? `persistentvolumeclaim ${quoted} not found`
              : `waiting for ephemeral volume controller to create the persistentvolumeclaim ${quoted}`,
          );
        if (claim.status?.phase === 'Lost')
          return unresolvable(
            NAME,
            `persistentvolumeclaim ${quoted} bound to non-existent persistentvolume ${JSON.stringify(claim.spec?.volumeName ?? '')}`,
          );
        if (claim.metadata.deletionTimestamp !== undefined) return unresolvable(NAME, `persistentvolumeclaim ${quoted} is being deleted`);
        const stranger = volume.ephemeral === undefined ? undefined : strangerToPod(claim, pod);
        if (stranger !== undefined) return unresolvable(NAME, stranger);
        found.push(claim);
      }
      const claims = sortClaims(found, listers);
      if (claims.immediate.length > 0) return unresolvable(NAME, 'pod has unbound immediate PersistentVolumeClaims');
      state.write(STATE, { claims, ofClass: volumesOfClass(listers), decisions: new Map(), reservation: undefined });
      return undefined;
    },
    filter(state: CycleState, _pod: PodInfo, { name, node }: NodeInfo): Verdict {
      const known = state.read(STATE);
      if (known === undefined || node === undefined) return undefined;
      const decision = decideVolumes(known.claims, node, listers, known.ofClass);
      if ('reasons' in decision) return unresolvable(NAME, ...decision.reasons);
      known.decisions.set(name, decision);
      return undefined;
    },
    reserve(state: CycleState, _pod: PodInfo, nodeName: string): Verdict {
      const known = state.read(STATE);
      const decision = known?.decisions.get(nodeName);
      if (known !== undefined && decision !== undefined && known.claims.delayed.length > 0)
        known.reservation = binder?.reserve(decision, nodeName);
      return undefined;
    },
    unreserve(state: CycleState): void {
      const reservation = state.read(STATE)?.reservation;
      if (reservation !== undefined) binder?.release(reservation);
    },
    *preBind(state: CycleState): Task<Verdict> {
      const reservation = state.read(STATE)?.reservation;
      if (reservation === undefined || binder === undefined) return undefined;
      const problem = yield* binder.bind(reservation);
      return problem === undefined ? undefined : failed(NAME, `binding volumes: ${problem}`);
    },
    events: {
      NodeAdd: always,
      NodeUpdateNodeLabel: always,
      PersistentVolumeClaimAdd: ofPod,
      PersistentVolumeClaimUpdate: ofPod,
      PersistentVolumeAdd: always,
      PersistentVolumeUpdate: (_pod, { now, old }) =>
        (now as PersistentVolume | undefined)?.status?.phase !== (old as PersistentVolume | undefined)?.status?.phase ||
        JSON.stringify((now as PersistentVolume | undefined)?.spec) !== JSON.stringify((old as PersistentVolume | undefined)?.spec),
      StorageClassAdd: ({ pod }, { now }) =>
        claimedVolumes(pod).some(({ claim }) => {
          const found = listers.claim(claimKey(pod, claim));
          return found !== undefined && classOfClaim(found) === (now as StorageClass | undefined)?.metadata.name;
        }),
      CSINodeAdd: always,
      CSINodeUpdate: always,
    },
  };
}

function sortClaims(claims: readonly PersistentVolumeClaim[], listers: VolumeListers): SortedClaims {
  const bound: PersistentVolumeClaim[] = [];
  const delayed: PersistentVolumeClaim[] = [];
  const immediate: PersistentVolumeClaim[] = [];
  for (const claim of claims) {
    const named = (claim.spec?.volumeName ?? '') !== '';
    if (named && claim.metadata.annotations?.[BIND_COMPLETED] !== undefined) bound.push(claim);
    // Prebound by its maker, but not by the binder yet: as good as immediate.
    else if (!named && isDelayed(listers.storageClass(classOfClaim(claim)))) delayed.push(claim);
    else immediate.push(claim);
  }
  return { bound, delayed, immediate };
}
