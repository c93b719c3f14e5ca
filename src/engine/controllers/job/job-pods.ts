import type { Job, Pod } from '../../api/generated/types.ts';
import { SECOND, parseTime, type Millis } from '../../sim/time.ts';
import { podCondition } from '../pod-state.ts';

/** What the job controller reads off a pod. */

/** Holds a pod until the job has counted it (KEP-2307). */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking';
export const INDEX_KEY = 'batch.kubernetes.io/job-completion-index';
export const INDEX_FAILURES = 'batch.kubernetes.io/job-index-failure-count';
export const INDEX_IGNORED_FAILURES = 'batch.kubernetes.io/job-index-ignored-failure-count';

const MAX_COUNT = 2 ** 31 - 1;

export function hasTrackingFinalizer(pod: Pod): boolean {
  return pod.metadata.finalizers?.includes(TRACKING_FINALIZER) === true;
}

export function isIndexed(job: Job): boolean {
  return job.spec?.completionMode === 'Indexed';
}

export function isSuspended(job: Job): boolean {
  return job.spec?.suspend === true;
}

/** KEP-3939: pods that are still ending are not replaced. */
export function replacesOnlyFailed(job: Job): boolean {
  return job.spec?.podReplacementPolicy === 'Failed';
}

/** Without `podReplacementPolicy: Failed`, a pod that is being deleted counts as failed: it may never come to say so itself. */
export function isPodFailed(pod: Pod, job: Job): boolean {
  const phase = pod.status?.phase;
  if (phase === 'Failed') return true;
  return !replacesOnlyFailed(job) && pod.metadata.deletionTimestamp !== undefined && phase !== 'Succeeded';
}

export function isPodSucceeded(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded';
}

/** The pod's completion index, from its annotation. */
export function completionIndex(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[INDEX_KEY];
  return text !== undefined && /^\+?[0-9]+$/.test(text) ? Number(text) : undefined;
}

/** The same where the job has such an index. */
export function validIndex(pod: Pod, job: Job): number | undefined {
  const index = completionIndex(pod);
  return index !== undefined && index < (job.spec?.completions ?? 0) ? index : undefined;
}

/** Failures of the pod's index before it, that count and that do not. */
export function failuresBefore(pod: Pod): { counted: number; ignored: number } {
  return { counted: countIn(pod, INDEX_FAILURES), ignored: countIn(pod, INDEX_IGNORED_FAILURES) };
}

function countIn(pod: Pod, annotation: string): number {
  const text = pod.metadata.annotations?.[annotation];
  if (text === undefined || !/^\+?[0-9]+$/.test(text)) return 0;
  const count = Number(text);
  return count > MAX_COUNT ? 0 : count;
}

/** When the pod ended: by its containers, by its loss of readiness, by its deletion, else its birth. */
export function finishedAt(pod: Pod): Millis {
  const containers = containersFinishedAt(pod);
  if (containers !== undefined) return containers;
  const ready = podCondition(pod, 'Ready');
  if (ready?.status === 'False' && ready.lastTransitionTime) return parseTime(ready.lastTransitionTime);
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = pod.metadata;
  if (deletionTimestamp !== undefined) return parseTime(deletionTimestamp) - deletionGracePeriodSeconds * SECOND;
  return parseTime(creationTimestamp);
}

function containersFinishedAt(pod: Pod): Millis | undefined {
  let last: Millis | undefined;
  for (const { state } of pod.status?.containerStatuses ?? []) {
    const at = parseTime(state?.terminated?.finishedAt);
    if (Number.isNaN(at)) return undefined;
    last = Math.max(last ?? at, at);
  }
  return last;
}
