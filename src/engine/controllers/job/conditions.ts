import type { Job, JobCondition } from '../../api/generated/types.ts';
import { formatTime, type Millis } from '../../sim/time.ts';

export function newCondition(type: string, status: 'True' | 'False', reason: string, message: string, now: Millis): JobCondition {
  const at = formatTime(now);
  return { type, status, lastProbeTime: at, lastTransitionTime: at, reason, message };
}

/** The condition of a type that is true. */
export function trueCondition(conditions: readonly JobCondition[] | undefined, type: string): JobCondition | undefined {
  return conditions?.find((condition) => condition.type === type && condition.status === 'True');
}

/** `Complete` or `Failed` of a job that has finished. */
export function finishedCondition(job: Job): JobCondition | undefined {
  return job.status?.conditions?.find(({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True');
}

/** The list with a condition as wanted; the very same list where nothing changes. From nothing to `False` is no change. */
export function withCondition(conditions: readonly JobCondition[], wanted: JobCondition): readonly JobCondition[] {
  const there = conditions.find(({ type }) => type === wanted.type);
  if (there === undefined) return wanted.status === 'False' ? conditions : [...conditions, wanted];
  if (there.status === wanted.status && there.reason === wanted.reason && there.message === wanted.message) return conditions;
  return conditions.map((one) => (one === there ? wanted : one));
}
