import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../../api/generated/types.ts';
import { SECOND, parseTime } from '../../sim/time.ts';
import { sameMeaning } from '../semantic.ts';
import type { Task } from '../../os/task.ts';
import { maxUnavailable, replicasOf, sumStatus } from './arithmetic.ts';
import {
  REASON,
  conditionOf,
  hasProgressDeadline,
  newCondition,
  withCondition,
  withDeploymentCondition,
  withoutCondition,
  type Conditions,
} from './conditions.ts';
import { allSets, updateDeploymentStatus, type ReplicaSets, type Sync } from './sync.ts';

/** Writes how far the rollout is, and whether it still moves. */
export function* syncRolloutStatus(sync: Sync, sets: ReplicaSets): Task<void> {
  const { deployment } = sync;
  const counted = calculateStatus(sync, sets);
  let conditions: Conditions = counted.conditions ?? [];
  if (!hasProgressDeadline(deployment)) conditions = withoutCondition(conditions, 'Progressing');

  const progressing = conditionOf(deployment.status?.conditions, 'Progressing');
  // A finished rollout stays finished: later ups and downs of pods are no rollout.
  const wasComplete = (counted.replicas ?? 0) === (counted.updatedReplicas ?? 0) && progressing?.reason === REASON.available;
  if (hasProgressDeadline(deployment) && !wasComplete) conditions = withProgress(sync, sets.current, counted, conditions, progressing);

  const failure = replicaFailure(sets);
  conditions = failure === undefined ? withoutCondition(conditions, 'ReplicaFailure') : withCondition(conditions, failure);
  yield* write(sync, { ...counted, conditions: [...conditions] });
}

/** Writes the numbers alone: for a Deployment that is paused, scaled or being deleted. */
export function* syncStatusOnly(sync: Sync, sets: ReplicaSets): Task<void> {
  const status = calculateStatus(sync, sets);
  if (!sameMeaning(sync.deployment.status, status)) yield* updateDeploymentStatus(sync, { ...sync.deployment, status });
}

/** A pause stops the progress clock, a resume starts it anew. */
export function* checkPaused(sync: Sync): Task<void> {
  const { deployment } = sync;
  if (!hasProgressDeadline(deployment)) return;
  const condition = conditionOf(deployment.status?.conditions, 'Progressing');
  // A rollout that has timed out stays so until it moves again.
  if (condition?.reason === REASON.timedOut) return;
  const told = condition?.reason === REASON.paused;
  const paused = deployment.spec?.paused === true;
  if (paused === told) return;
  const next = paused
    ? newCondition('Progressing', 'Unknown', REASON.paused, 'Deployment is paused', sync.now)
    : newCondition('Progressing', 'Unknown', REASON.resumed, 'Deployment is resumed', sync.now);
  sync.decide(paused ? 'Paused: changes of the template are kept back.' : 'Resumed: rolls out what has gathered.', deployment);
  yield* updateDeploymentStatus(sync, withDeploymentCondition(deployment, next));
}

/** All pods are of the new template, available, and no old one is left. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const desired = replicasOf(deployment);
  return (
    (status.updatedReplicas ?? 0) === desired &&
    (status.replicas ?? 0) === desired &&
    (status.availableReplicas ?? 0) === desired &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function calculateStatus(sync: Sync, sets: ReplicaSets): DeploymentStatus {
  const { deployment, now } = sync;
  const all = allSets(sets);
  const replicas = sumStatus(all, 'replicas');
  const availableReplicas = sumStatus(all, 'availableReplicas');
  const numbers = {
    replicas,
    updatedReplicas: sets.current?.status?.replicas ?? 0,
    readyReplicas: sumStatus(all, 'readyReplicas'),
    availableReplicas,
    unavailableReplicas: Math.max(0, replicas - availableReplicas),
  };
  const enough = availableReplicas >= replicasOf(deployment) - maxUnavailable(deployment);
  const available = enough
    ? newCondition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.', now)
    : newCondition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.', now);
  const { generation, collisionCount } = { generation: deployment.metadata.generation, collisionCount: deployment.status?.collisionCount };
  return {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== 0)),
    // KEP-3973: a pointer upstream, so that zero is told.
    terminatingReplicas: sumStatus(all, 'terminatingReplicas'),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: [...withCondition(deployment.status?.conditions ?? [], available)],
  };
}

function withProgress(
  sync: Sync,
  current: ReplicaSet | undefined,
  status: DeploymentStatus,
  conditions: Conditions,
  before: DeploymentCondition | undefined,
): Conditions {
  const { deployment, now } = sync;
  const subject = current === undefined ? `Deployment "${deployment.metadata.name ?? ''}"` : `ReplicaSet "${current.metadata.name ?? ''}"`;
  if (isComplete(deployment, status)) {
    if (before?.reason !== REASON.available) sync.decide('The rollout is complete: all pods are new and available.', deployment);
    return withCondition(conditions, newCondition('Progressing', 'True', REASON.available, `${subject} has successfully progressed.`, now));
  }
  if (hasProgressed(deployment.status ?? {}, status)) {
    const condition = newCondition('Progressing', 'True', REASON.updated, `${subject} is progressing.`, now);
    // The same reason again still moves lastUpdateTime, from which the deadline counts; the transition time stays.
    const since =
      before?.status === 'True' && before.lastTransitionTime !== undefined ? { lastTransitionTime: before.lastTransitionTime } : {};
    return withCondition(before === undefined ? conditions : withoutCondition(conditions, 'Progressing'), { ...condition, ...since });
  }
  if (hasTimedOut(sync, before)) {
    if (before?.reason !== REASON.timedOut) {
      sync.decide(`No progress for ${deployment.spec?.progressDeadlineSeconds ?? 0} s: reports that the deadline is exceeded.`, deployment);
    }
    return withCondition(conditions, newCondition('Progressing', 'False', REASON.timedOut, `${subject} has timed out progressing.`, now));
  }
  return conditions;
}

/** DeploymentProgressing: something moved in the right direction. */
function hasProgressed(before: DeploymentStatus, now: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function hasTimedOut(sync: Sync, condition: DeploymentCondition | undefined): boolean {
  if (condition === undefined || condition.reason === REASON.available) return false;
  if (condition.reason === REASON.timedOut) return true;
  return deadlineOf(sync.deployment, condition) < sync.now;
}

function deadlineOf(deployment: Deployment, condition: DeploymentCondition): number {
  return parseTime(condition.lastUpdateTime) + (deployment.spec?.progressDeadlineSeconds ?? 0) * SECOND;
}

/** Upstream moves the failure of a ReplicaSet up: the new one's first. */
function replicaFailure({ current, old }: ReplicaSets): DeploymentCondition | undefined {
  for (const rs of current === undefined ? old : [current, ...old]) {
    const failure = rs.status?.conditions?.find(({ type }) => type === 'ReplicaFailure');
    if (failure === undefined) continue;
    const time = failure.lastTransitionTime;
    return { ...failure, ...(time === undefined ? {} : { lastUpdateTime: time }) };
  }
  return undefined;
}

function* write(sync: Sync, status: DeploymentStatus): Task<void> {
  if (!sameMeaning(sync.deployment.status, status)) return yield* updateDeploymentStatus(sync, { ...sync.deployment, status });
  // Nothing new: look again when the deadline is over.
  const condition = conditionOf(sync.deployment.status?.conditions, 'Progressing');
  if (condition === undefined || !hasProgressDeadline(sync.deployment) || condition.reason === REASON.timedOut) return;
  if (isComplete(sync.deployment, status)) return;
  // A second more than the deadline, as times are kept in whole seconds.
  sync.requeue(Math.max(0, deadlineOf(sync.deployment, condition) - sync.now) + SECOND);
}
