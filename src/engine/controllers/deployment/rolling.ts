import type { ReplicaSet } from '../../api/generated/types.ts';
import type { Task } from '../../os/task.ts';
import { activeSets, byCreation, maxSurge, maxUnavailable, newReplicaSetSize, replicasOf, sumReplicas, sumStatus } from './arithmetic.ts';
import { cleanUpHistory } from './history.ts';
import { getReplicaSets } from './replica-sets.ts';
import { isComplete, syncRolloutStatus } from './status.ts';
import { allSets, resize, type ReplicaSets, type Sync } from './sync.ts';

/** RollingUpdate: one step up with the new ReplicaSet, or one step down with the old ones. The next sync takes the next step. */
export function* rolloutRolling(sync: Sync, list: readonly ReplicaSet[]): Task<void> {
  const sets = yield* getReplicaSets(sync, list, true);
  if (!(yield* scaleUpNew(sync, sets)) && !(yield* scaleDownOld(sync, sets)) && isComplete(sync.deployment, sync.deployment.status ?? {})) {
    yield* cleanUpHistory(sync, sets.old);
  }
  yield* syncRolloutStatus(sync, sets);
}

/** reconcileNewReplicaSet: as many as the surge leaves room for. */
function* scaleUpNew(sync: Sync, sets: ReplicaSets): Task<boolean> {
  const { current } = sets;
  const { deployment } = sync;
  if (current === undefined) return false;
  const desired = replicasOf(deployment);
  const size = replicasOf(current);
  if (size === desired) return false;
  const next = size > desired ? desired : newReplicaSetSize(deployment, allSets(sets), current);
  if (next === size) return false;
  const limit = desired + maxSurge(deployment);
  sync.decide(
    `Scales the new ReplicaSet ${current.metadata.name ?? ''} from ${size} to ${next}: at most ${limit} pods in all (maxSurge).`,
    deployment,
  );
  return (yield* resize(sync, current, next)) !== undefined;
}

/** reconcileOldReplicaSets: first what is unhealthy anyway, then as many as availability can spare. */
function* scaleDownOld(sync: Sync, sets: ReplicaSets): Task<boolean> {
  const { deployment } = sync;
  const old = activeSets(sets.old);
  if (sumReplicas(old) === 0) return false;
  const minAvailable = replicasOf(deployment) - maxUnavailable(deployment);
  const { current } = sets;
  const newUnavailable = current === undefined ? 0 : replicasOf(current) - (current.status?.availableReplicas ?? 0);
  const spare = sumReplicas(allSets({ current, old })) - minAvailable - newUnavailable;
  if (spare <= 0) {
    sync.decide(
      `Waits: ${newUnavailable} of the new pods are not available yet, and ${minAvailable} must stay available (maxUnavailable).`,
      deployment,
    );
    return false;
  }
  const sorted = [...old].sort(byCreation);
  const unhealthy = yield* cleanUpUnhealthy(sync, sorted, spare);
  const healthy = yield* scaleDownHealthy(sync, sorted, current, minAvailable);
  if (unhealthy + healthy === 0) {
    sync.decide(`Waits: no old pod can go while ${minAvailable} pods must stay available (maxUnavailable).`, deployment);
    return false;
  }
  return true;
}

/** Changes `sorted` in place to what was written. */
function* cleanUpUnhealthy(sync: Sync, sorted: ReplicaSet[], spare: number): Task<number> {
  let total = 0;
  for (const [i, rs] of sorted.entries()) {
    const size = replicasOf(rs);
    const unavailable = size - (rs.status?.availableReplicas ?? 0);
    const count = Math.min(spare - total, unavailable);
    if (size === 0 || count <= 0) continue;
    sync.decide(
      `Scales the old ReplicaSet ${rs.metadata.name ?? ''} from ${size} to ${size - count}: these pods are not available anyway.`,
      sync.deployment,
    );
    sorted[i] = (yield* resize(sync, rs, size - count)) ?? rs;
    total += count;
  }
  return total;
}

function* scaleDownHealthy(sync: Sync, sorted: ReplicaSet[], current: ReplicaSet | undefined, minAvailable: number): Task<number> {
  const available = sumStatus(sorted, 'availableReplicas') + (current?.status?.availableReplicas ?? 0);
  const allowed = available - minAvailable;
  let total = 0;
  for (const rs of sorted) {
    const size = replicasOf(rs);
    const count = Math.min(size, allowed - total);
    if (size === 0 || count <= 0) continue;
    sync.decide(
      `Scales the old ReplicaSet ${rs.metadata.name ?? ''} from ${size} to ${size - count}: ${available} pods are available and ${minAvailable} must be (maxUnavailable).`,
      sync.deployment,
    );
    yield* resize(sync, rs, size - count);
    total += count;
  }
  return total;
}
