import { semanticallyEqual } from '../../api/equality.ts';
import type { CSIDriver, CSIStorageCapacity, PersistentVolumeClaim, StorageClass } from '../../api/generated/types.ts';
import { quantityValue } from '../../api/quantity.ts';
import { BIND_COMPLETED } from '../../api/storage/binding-annotations.ts';
import { claimNamesOf, strangerToPod } from '../../api/storage/pod-claims.ts';
import { classOfClaim, isDelayed } from '../../api/storage/volume-rules.ts';
import type { Task } from '../../os/task.ts';
import { SECOND } from '../../sim/time.ts';
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
import { MIGRATED_PLUGINS, MigrationError } from '../../api/storage/csi-migration.ts';
import { claimKey, claimedVolumes, isAmong, type VolumeListers } from '../volumes.ts';
import type { VolumeBinder, VolumeReservation } from './volume-binder.ts';
import { decideVolumes, volumesOfClass, type SortedClaims, type VolumeDecision, type VolumesOfClass } from './volume-decision.ts';

const NAME = 'VolumeBinding';
const SKIP = skip(NAME);

/** VolumeBindingArgs */
export interface VolumeBindingArgs {
  readonly bindTimeoutSeconds?: number;
}

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
  { bindTimeoutSeconds = 600 }: VolumeBindingArgs = {},
): PreFilterPlugin & FilterPlugin & ReservePlugin & PreBindPlugin {
  const always: QueueingHint = () => true;
  const ofPod: QueueingHint = ({ pod }, { now }) => isAmong(claimNamesOf(pod), pod, now);
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
      let decision: ReturnType<typeof decideVolumes>;
      try {
        decision = decideVolumes(known.claims, node, listers, known.ofClass);
      } catch (error) {
        if (!(error instanceof MigrationError)) throw error;
        return failed(NAME, `failed to translate pv to csi: could not translate pv: ${error.message}`);
      }
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
    waitsBeforeBinding: (state) => state.read(STATE)?.reservation !== undefined,
    *preBind(state: CycleState): Task<Verdict> {
      const reservation = state.read(STATE)?.reservation;
      if (reservation === undefined || binder === undefined) return undefined;
      const problem = yield* binder.bind(reservation, bindTimeoutSeconds * SECOND);
      return problem === undefined ? undefined : failed(NAME, problem);
    },
    events: {
      NodeAdd: always,
      NodeUpdateNodeLabel: always,
      PersistentVolumeClaimAdd: ofPod,
      PersistentVolumeClaimUpdate: ofPod,
      PersistentVolumeAdd: always,
      PersistentVolumeUpdate: always,
      StorageClassAdd: always,
      StorageClassUpdate: (_pod, { old, now }) =>
        !semanticallyEqual((old as StorageClass).allowedTopologies, (now as StorageClass).allowedTopologies),
      CSINodeAdd: always,
      CSINodeUpdate: (_pod, { old, now }) =>
        old?.metadata.annotations?.[MIGRATED_PLUGINS] !== now?.metadata.annotations?.[MIGRATED_PLUGINS],
      CSIDriverUpdate: ({ pod }, { old, now }) =>
        (old as CSIDriver).spec.storageCapacity === true &&
        (now as CSIDriver).spec.storageCapacity !== true &&
        (pod.spec?.volumes ?? []).some(({ csi }) => csi?.driver === now?.metadata.name),
      CSIStorageCapacityAdd: always,
      CSIStorageCapacityUpdate: (_pod, { old, now }) => limitOf(now as CSIStorageCapacity) > limitOf(old as CSIStorageCapacity),
    },
  };
}

/** In bytes; less than none where nothing is said. */
function limitOf({ maximumVolumeSize, capacity }: CSIStorageCapacity): number {
  const limit = maximumVolumeSize ?? capacity;
  return limit === undefined ? -1 : quantityValue(limit);
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
