import { StatusError, isNotFound } from '../../api/errors.ts';
import type { Job, JobCondition, JobStatus, Pod } from '../../api/generated/types.ts';
import { JOBS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { SyncError } from '../reconciler.ts';
import { newCondition, trueCondition, withCondition } from './conditions.ts';
import type { JobSync, StatusDraft } from './context.ts';
import { judgeFailure } from './failure-policy.ts';
import { countOf, formatIndexes, includes, withIndexes } from './indexes.ts';
import { takeFinalizerOff } from './manage.ts';
import { completionIndex, hasTrackingFinalizer, isIndexed, isPodFailed, isPodSucceeded, validIndex } from './job-pods.ts';
import { byIndex } from './removal.ts';

// job_controller.go: MaxUncountedPods keeps the lists in the status short.
const MAX_UNCOUNTED = 500;

/** What tracking needs beside the sync. */
export interface Tracking {
  readonly sync: JobSync;
  /** Remembers the pods' failures; called as soon as the status tells of them. */
  readonly keepBackoff: () => void;
}

/**
 * Counts finished pods without counting any twice or losing one (KEP-2307): their uids go into the status first, then
 * their finalizers are taken off, then the counters grow. The final condition comes when nothing is left to count.
 */
export function* trackStatus({ sync, keepBackoff }: Tracking, changed: boolean): Task<void> {
  const { status } = sync;
  let dirty = changed;
  if (isIndexed(sync.job)) sync.pods.sort(byIndex);
  const held = new Set(sync.pods.filter((pod) => hasTrackingFinalizer(pod) && !sync.released.has(uidOf(pod))).map(uidOf));
  if (countReleased(status, held)) dirty = true;

  const found = findFinished(sync);
  if (found.changed) dirty = true;
  if (isIndexed(sync.job) && tellIndexes(sync, found.indexes)) dirty = true;
  if (announceEnd(sync)) dirty = true;

  if (dirty) {
    yield* flush(sync, 'adding uncounted pods to status');
    keepBackoff();
    dirty = false;
  }
  const failure = yield* release(sync, found.pods, held);
  if (countReleased(status, held)) dirty = true;
  if (failure !== undefined) {
    if (dirty) yield* flush(sync, 'removing uncounted pods from status');
    throw failure;
  }
  const final = found.full ? undefined : enactEnd(sync);
  if (final !== undefined) dirty = true;
  if (dirty) yield* flush(sync, 'removing uncounted pods from status');
  if (final !== undefined) tellEnd(sync, final);
}

interface Finished {
  readonly pods: Pod[];
  readonly indexes: number[];
  changed: boolean;
  /** There were more than one status can hold: the rest is for the next sync. */
  full: boolean;
}

function findFinished(sync: JobSync): Finished {
  const { job, status, uncounted } = sync;
  const indexed = isIndexed(job);
  const found: Finished = { pods: [], indexes: [], changed: false, full: false };
  for (const pod of sync.pods) {
    const uid = uidOf(pod);
    if (!hasTrackingFinalizer(pod) || sync.released.has(uid)) continue;
    const failed = isPodFailed(pod, job);
    if (!mayLetGo(sync, pod, failed)) continue;
    found.pods.push(pod);
    const index = validIndex(pod, job);
    if (isPodSucceeded(pod) && !uncounted.failed.has(uid)) {
      if (indexed) {
        // The list of indexes is enough to count none twice.
        if (index !== undefined && !includes(sync.succeededBefore, index)) {
          found.indexes.push(index);
          found.changed = true;
        }
      } else if (!uncounted.succeeded.has(uid)) {
        status.uncounted.succeeded.push(uid);
        found.changed = true;
      }
    } else if (failed || (sync.finished !== undefined && sync.finished.type !== 'SuccessCriteriaMet')) {
      // Once the job has failed, every pod that has not ended counts as failed.
      const counts = judgeFailure(job.spec?.podFailurePolicy, pod).counted;
      if (counts && !uncounted.failed.has(uid) && (!indexed || index !== undefined)) {
        status.uncounted.failed.push(uid);
        found.changed = true;
      }
    }
    if (found.indexes.length + status.uncounted.succeeded.length + status.uncounted.failed.length >= MAX_UNCOUNTED) {
      found.full = true;
      break;
    }
  }
  return found;
}

/** Whether the pod need not be held any longer. */
function mayLetGo(sync: JobSync, pod: Pod, failed: boolean): boolean {
  if (sync.job.metadata.deletionTimestamp !== undefined || sync.finished !== undefined || isPodSucceeded(pod)) return true;
  if (!failed) return false;
  if (sync.job.spec?.backoffLimitPerIndex === undefined) return true;
  const index = completionIndex(pod);
  return index === undefined || sync.delayed.get(index)?.metadata.uid !== pod.metadata.uid;
}

function tellIndexes(sync: JobSync, indexes: readonly number[]): boolean {
  const { status } = sync;
  sync.succeededIndexes = withIndexes(sync.succeededIndexes, indexes);
  const completed = formatIndexes(sync.succeededIndexes);
  const failed = sync.failedIndexes === undefined ? undefined : formatIndexes(sync.failedIndexes);
  const changed = completed !== (status.completedIndexes ?? '') || failed !== status.failedIndexes;
  status.succeeded = countOf(sync.succeededIndexes);
  if (completed === '') delete status.completedIndexes;
  else status.completedIndexes = completed;
  if (failed === undefined) delete status.failedIndexes;
  else status.failedIndexes = failed;
  return changed;
}

/** The condition that says how the job will end is written before any pod is let go; the last one follows from it. */
function announceEnd(sync: JobSync): boolean {
  const { finished, status, now } = sync;
  if (finished === undefined) return false;
  const { type, reason = '', message = '' } = finished;
  const announced = trueCondition(status.conditions, type) !== undefined;
  if (type === 'FailureTarget') sync.finished = newCondition('Failed', 'True', reason, message, now);
  else if (type === 'SuccessCriteriaMet') sync.finished = newCondition('Complete', 'True', reason, message, now);
  else return false;
  if (announced) return false;
  status.conditions.push(finished);
  return true;
}

function* release(sync: JobSync, pods: readonly Pod[], held: Set<string>): Task<Error | undefined> {
  let failure: Error | undefined;
  for (const pod of pods) sync.released.add(uidOf(pod));
  for (const [i, pod] of pods.entries()) {
    if (i > 0 && i % 16 === 0) yield* sync.pause();
    try {
      yield* takeFinalizerOff(sync, pod);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // No change of the pod will tell of it.
      sync.released.delete(uidOf(pod));
      if (!isNotFound(error)) {
        failure ??= error;
        continue;
      }
    }
    held.delete(uidOf(pod));
  }
  return failure;
}

/** Counts what was listed and is held no more. */
function countReleased(status: StatusDraft, held: ReadonlySet<string>): boolean {
  const { succeeded, failed } = status.uncounted;
  const stillSucceeded = succeeded.filter((uid) => held.has(uid));
  const stillFailed = failed.filter((uid) => held.has(uid));
  const [newSucceeded, newFailed] = [succeeded.length - stillSucceeded.length, failed.length - stillFailed.length];
  if (newSucceeded === 0 && newFailed === 0) return false;
  status.succeeded = (status.succeeded ?? 0) + newSucceeded;
  status.failed = (status.failed ?? 0) + newFailed;
  status.uncounted = { succeeded: stillSucceeded, failed: stillFailed };
  return true;
}

/** Sets the last condition, unless pods are still to be counted or have not ended. */
function enactEnd(sync: JobSync): JobCondition | undefined {
  const { finished, status } = sync;
  if (finished === undefined || status.uncounted.succeeded.length + status.uncounted.failed.length > 0 || sync.terminating > 0)
    return undefined;
  status.conditions = [...withCondition(status.conditions, finished)];
  if (finished.type === 'Complete' && finished.lastTransitionTime !== undefined) status.completionTime = finished.lastTransitionTime;
  return finished;
}

function tellEnd({ job, status, recorder, decide }: JobSync, { type, reason = '', message = '' }: JobCondition): void {
  const { completions } = job.spec ?? {};
  if (type === 'Complete') {
    if (completions !== undefined && (status.succeeded ?? 0) > completions)
      recorder.event(job, 'Warning', 'TooManySucceededPods', 'Too many succeeded pods running after completion count reached');
    recorder.event(job, 'Normal', 'Completed', 'Job completed');
    decide(`Is complete: ${status.succeeded ?? 0} pods succeeded.`);
    return;
  }
  recorder.event(job, 'Warning', reason, message);
  decide(`Has failed: ${message}.`);
}

function* flush(sync: JobSync, doing: string): Task<void> {
  try {
    sync.job = yield* sync.client.updateStatus<Job>(JOBS, { ...sync.job, status: statusOf(sync.status) });
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw new SyncError(`tracking status: ${doing}: ${error.message}`);
  }
}

function statusOf({ uncounted, conditions, active = 0, succeeded = 0, failed = 0, ...rest }: StatusDraft): JobStatus {
  return {
    ...rest,
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(active === 0 ? {} : { active }),
    ...(succeeded === 0 ? {} : { succeeded }),
    ...(failed === 0 ? {} : { failed }),
    uncountedTerminatedPods: {
      ...(uncounted.succeeded.length === 0 ? {} : { succeeded: [...uncounted.succeeded] }),
      ...(uncounted.failed.length === 0 ? {} : { failed: [...uncounted.failed] }),
    },
  };
}

function uidOf(pod: Pod): string {
  return pod.metadata.uid ?? '';
}
