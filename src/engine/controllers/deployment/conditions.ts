import type { Deployment, DeploymentCondition } from '../../api/generated/types.ts';
import { formatTime, type Millis } from '../../sim/time.ts';

/** Reasons of the Progressing condition. */
export const REASON = {
  created: 'NewReplicaSetCreated',
  found: 'FoundNewReplicaSet',
  updated: 'ReplicaSetUpdated',
  available: 'NewReplicaSetAvailable',
  createError: 'ReplicaSetCreateError',
  timedOut: 'ProgressDeadlineExceeded',
  paused: 'DeploymentPaused',
  resumed: 'DeploymentResumed',
} as const;

export type Conditions = readonly DeploymentCondition[];

export function conditionOf(conditions: Conditions | undefined, type: string): DeploymentCondition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function newCondition(type: string, status: string, reason: string, message: string, now: Millis): DeploymentCondition {
  const time = formatTime(now);
  return { type, status, lastUpdateTime: time, lastTransitionTime: time, reason, message };
}

/** SetDeploymentCondition: same status and reason, no change; same status, the transition stays; the new one goes last. */
export function withCondition(conditions: Conditions, condition: DeploymentCondition): Conditions {
  const there = conditionOf(conditions, condition.type);
  if (there !== undefined && there.status === condition.status && there.reason === condition.reason) return conditions;
  const kept =
    there?.status === condition.status && there.lastTransitionTime !== undefined ? { lastTransitionTime: there.lastTransitionTime } : {};
  return [...withoutCondition(conditions, condition.type), { ...condition, ...kept }];
}

export function withoutCondition(conditions: Conditions, type: string): Conditions {
  return conditions.some((condition) => condition.type === type) ? conditions.filter((condition) => condition.type !== type) : conditions;
}

/** The Deployment with a condition set in its status. */
export function withDeploymentCondition(deployment: Deployment, condition: DeploymentCondition): Deployment {
  const conditions = withCondition(deployment.status?.conditions ?? [], condition);
  return { ...deployment, status: { ...deployment.status, conditions: [...conditions] } };
}

/** A deadline of MaxInt32 seconds means none. */
export function hasProgressDeadline(deployment: Deployment): boolean {
  const seconds = deployment.spec?.progressDeadlineSeconds;
  return seconds !== undefined && seconds !== 2147483647;
}
