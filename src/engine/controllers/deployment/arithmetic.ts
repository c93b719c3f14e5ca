import type { Deployment, ReplicaSet } from '../../api/generated/types.ts';
import { resolveIntOrPercent } from '../../api/int-or-string.ts';

/** Numbers of a rollout, as deployment_util.go works them out. */

export function replicasOf(object: Deployment | ReplicaSet): number {
  return object.spec?.replicas ?? 1;
}

export function isRollingUpdate(deployment: Deployment): boolean {
  return (deployment.spec?.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate';
}

/** ResolveFenceposts: surge rounds up, unavailability down; where both come to zero, one pod may be unavailable, or nothing could ever move. */
export function fenceposts(deployment: Deployment): { surge: number; unavailable: number } {
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec?.strategy?.rollingUpdate ?? {};
  const desired = replicasOf(deployment);
  const surge = resolveIntOrPercent(maxSurge, desired, true);
  const unavailable = resolveIntOrPercent(maxUnavailable, desired, false);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

export function maxSurge(deployment: Deployment): number {
  return isRollingUpdate(deployment) ? fenceposts(deployment).surge : 0;
}

export function maxUnavailable(deployment: Deployment): number {
  const desired = replicasOf(deployment);
  if (!isRollingUpdate(deployment) || desired === 0) return 0;
  return Math.min(fenceposts(deployment).unavailable, desired);
}

/** NewRSNewReplicas: the size the new ReplicaSet may have now. */
export function newReplicaSetSize(deployment: Deployment, all: readonly ReplicaSet[], newSet: ReplicaSet): number {
  const desired = replicasOf(deployment);
  if (!isRollingUpdate(deployment)) return desired;
  const { maxSurge: surge = '25%' } = deployment.spec?.strategy?.rollingUpdate ?? {};
  const allowed = desired + resolveIntOrPercent(surge, desired, true);
  const current = sumReplicas(all);
  const size = replicasOf(newSet);
  return current >= allowed ? size : size + Math.min(allowed - current, desired - size);
}

export function sumReplicas(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, rs) => sum + replicasOf(rs), 0);
}

export function sumStatus(
  sets: readonly ReplicaSet[],
  field: 'replicas' | 'readyReplicas' | 'availableReplicas' | 'terminatingReplicas',
): number {
  return sets.reduce((sum, rs) => sum + (rs.status?.[field] ?? 0), 0);
}

/** Those that hold or want pods. */
export function activeSets(sets: readonly ReplicaSet[]): ReplicaSet[] {
  return sets.filter((rs) => replicasOf(rs) > 0);
}

export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  const [ta = '', tb = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (ta !== tb) return ta < tb ? -1 : 1;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}
