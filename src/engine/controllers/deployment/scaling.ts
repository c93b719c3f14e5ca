import type { Deployment, ReplicaSet } from '../../api/generated/types.ts';
import type { Task } from '../../os/task.ts';
import { desiredReplicas, maxReplicas } from './annotations.ts';
import { activeSets, byCreation, isRollingUpdate, maxSurge, replicasOf, sumReplicas } from './arithmetic.ts';
import { allSets, resize, scaleReplicaSet, type ReplicaSets, type Sync } from './sync.ts';

/** The Deployment's size was changed since its ReplicaSets were last sized. */
export function isScalingEvent(deployment: Deployment, sets: ReplicaSets): boolean {
  return activeSets(allSets(sets)).some((rs) => {
    const desired = desiredReplicas(rs);
    return desired !== undefined && desired !== replicasOf(deployment);
  });
}

/** Brings the ReplicaSets to a new size of the Deployment without moving the rollout on. */
export function* scale(sync: Sync, sets: ReplicaSets): Task<void> {
  const { deployment } = sync;
  const desired = replicasOf(deployment);
  const only = activeOrLatest(sets);
  if (only !== undefined) {
    if (replicasOf(only) !== desired) {
      sync.decide(
        `Scales ${only.metadata.name ?? ''} from ${replicasOf(only)} to ${desired}: it is the only active ReplicaSet.`,
        deployment,
      );
      yield* resize(sync, only, desired);
    }
    return;
  }
  // The new one is whole, so the old ones can go: left-overs of a failed scaling.
  if (isSaturated(deployment, sets.current)) {
    for (const rs of activeSets(sets.old)) yield* resize(sync, rs, 0);
    return;
  }
  if (isRollingUpdate(deployment)) yield* scaleInProportion(sync, activeSets(allSets(sets)));
}

/** In the middle of a rollout the difference is spread over all active ReplicaSets in proportion, to lower the risk of the new one. */
function* scaleInProportion(sync: Sync, active: readonly ReplicaSet[]): Task<void> {
  const { deployment } = sync;
  const desired = replicasOf(deployment);
  const allowed = desired > 0 ? desired + maxSurge(deployment) : 0;
  const toAdd = allowed - sumReplicas(active);
  const bySize = (a: ReplicaSet, b: ReplicaSet): number => replicasOf(b) - replicasOf(a);
  // The larger first; of equal ones the newer gets more and the older loses more.
  const sorted = [...active].sort((a, b) => bySize(a, b) || (toAdd > 0 ? byCreation(b, a) : byCreation(a, b)));

  let added = 0;
  const sizes = sorted.map((rs) => {
    if (toAdd === 0) return replicasOf(rs);
    const share = proportion(rs, deployment, toAdd, added);
    added += share;
    return replicasOf(rs) + share;
  });
  // What rounding has left over goes to the largest.
  if (toAdd !== 0 && sizes[0] !== undefined) sizes[0] = Math.max(0, sizes[0] + toAdd - added);
  const shown = sorted.map((rs, i) => `${rs.metadata.name ?? ''} ${replicasOf(rs)} → ${sizes[i] ?? 0}`).join(', ');
  sync.decide(`Scaled to ${desired} during a rollout: spreads the difference of ${toAdd} in proportion (${shown}).`, deployment);
  for (const [i, rs] of sorted.entries()) yield* scaleReplicaSet(sync, rs, sizes[i] ?? 0);
}

/** deployment_util.go, GetReplicaSetProportion. */
export function proportion(rs: ReplicaSet, deployment: Deployment, toAdd: number, added: number): number {
  if (replicasOf(rs) === 0 || toAdd === 0 || toAdd === added) return 0;
  const share = fraction(rs, deployment);
  const left = toAdd - added;
  return toAdd > 0 ? Math.min(share, left) : Math.max(share, left);
}

function fraction(rs: ReplicaSet, deployment: Deployment): number {
  const size = replicasOf(rs);
  const desired = replicasOf(deployment);
  if (desired === 0) return -size;
  // Before its first sizing a ReplicaSet has no annotation; the observed size has to do.
  const before = maxReplicas(rs) || (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  return roundHalfAway((size * (desired + maxSurge(deployment))) / before) - size;
}

function roundHalfAway(value: number): number {
  return Math.trunc(value < 0 ? value - 0.5 : value + 0.5);
}

/** FindActiveOrLatest: the one active ReplicaSet, or the newest if none is active; undefined if several are. */
function activeOrLatest(sets: ReplicaSets): ReplicaSet | undefined {
  const active = activeSets(allSets(sets));
  if (active.length > 1) return undefined;
  return active[0] ?? sets.current ?? [...sets.old].sort(byCreation).at(-1);
}

function isSaturated(deployment: Deployment, rs: ReplicaSet | undefined): boolean {
  if (rs === undefined) return false;
  const desired = replicasOf(deployment);
  return replicasOf(rs) === desired && desiredReplicas(rs) === desired && (rs.status?.availableReplicas ?? 0) === desired;
}
