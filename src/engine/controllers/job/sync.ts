import type { Job, Pod } from '../../api/generated/types.ts';
import type { Task } from '../../os/task.ts';
import { formatTime } from '../../sim/time.ts';
import { isPodActive, isPodReady, isPodTerminating } from '../pod-state.ts';
import type { Backoffs } from './backoff.ts';
import { newCondition, withCondition } from './conditions.ts';
import { countable, type JobSync, type StatusDraft } from './context.ts';
import { judgeFailure } from './failure-policy.ts';
import { includes, parseIndexes, withIndexes } from './indexes.ts';
import { deleteActivePods, indexesOf, manageJob } from './manage.ts';
import {
  failuresBefore,
  finishedAt,
  hasTrackingFinalizer,
  isIndexed,
  isPodFailed,
  isPodSucceeded,
  isSuspended,
  validIndex,
} from './job-pods.ts';
import { trackStatus } from './tracking.ts';
import { completed, endByIndexes, endOf } from './verdict.ts';

/** The part of a sync that does not depend on what it finds. */
export type SyncTools = Pick<JobSync, 'key' | 'now' | 'client' | 'recorder' | 'expectations' | 'pause' | 'requeue' | 'decide' | 'released'>;

/** Looks at a job and its pods. */
export function lookAt(tools: SyncTools, job: Job, pods: Pod[], backoffs: Backoffs): JobSync {
  const status = draftOf(job);
  const active = pods.filter(isPodActive);
  const uncounted = { succeeded: new Set(status.uncounted.succeeded), failed: new Set(status.uncounted.failed) };
  const seen = { job, pods, released: tools.released };
  const succeeded = countable(seen, uncounted.succeeded).filter(isPodSucceeded);
  const failed = countable(seen, uncounted.failed).filter((pod) => isPodFailed(pod, job));
  const counted = failed.filter((pod) => judgeFailure(job.spec?.podFailurePolicy, pod).counted);
  if (status.startTime === undefined && !isSuspended(job)) status.startTime = formatTime(tools.now);
  const sync: JobSync = {
    ...tools,
    job,
    status,
    pods,
    active,
    ready: active.filter(isPodReady).length,
    terminating: pods.filter(isPodTerminating).length,
    succeeded: (status.succeeded ?? 0) + succeeded.length + uncounted.succeeded.size,
    failed: (status.failed ?? 0) + counted.length + uncounted.failed.size,
    uncounted,
    backoff: backoffs.with(tools.key, succeeded, failed),
    finished: undefined,
    succeededBefore: [],
    succeededIndexes: [],
    failedIndexes: undefined,
    delayed: new Map(),
  };
  sync.finished = endOf(sync);
  if (isIndexed(job)) lookAtIndexes(sync);
  return sync;
}

/** Acts on what was found, and writes it into the status. `mayManage`: the cache has seen what earlier syncs did. */
export function* actOn(sync: JobSync, mayManage: boolean, backoffs: Backoffs): Task<void> {
  const { job, status } = sync;
  const { completions } = job.spec ?? {};
  let active = sync.active.length;
  let failure: Error | undefined;
  let changed = false;
  if (sync.finished !== undefined) {
    const managed = yield* deleteActivePods(sync);
    // Pods that are still there, or that the cache does not know yet, have to be counted before the job can end.
    if (managed.active > 0 || !mayManage) sync.finished = undefined;
    ({ active, failure = undefined } = managed);
  } else {
    const manages = mayManage && job.metadata.deletionTimestamp === undefined;
    if (manages) ({ active, failure = undefined } = yield* manageJob(sync));
    const done = completions === undefined ? sync.succeeded > 0 : sync.succeeded >= completions;
    if (done && active === 0) sync.finished = completed(sync.now);
    else if (manages) changed = tellSuspension(sync);
  }
  changed ||= active !== (status.active ?? 0) || sync.ready !== status.ready || sync.terminating !== status.terminating;
  status.active = active;
  status.ready = sync.ready;
  status.terminating = sync.terminating;
  yield* trackStatus({ sync, keepBackoff: () => backoffs.keep(sync.key, sync.backoff) }, changed);
  if (failure !== undefined) throw failure;
}

function draftOf({ status: { uncountedTerminatedPods: listed, ...status } = {} }: Job): StatusDraft {
  return {
    ...status,
    conditions: [...(status.conditions ?? [])],
    uncounted: { succeeded: [...(listed?.succeeded ?? [])], failed: [...(listed?.failed ?? [])] },
  };
}

function lookAtIndexes(sync: JobSync): void {
  const { job, pods, status } = sync;
  const { completions = 0, backoffLimitPerIndex } = job.spec ?? {};
  sync.succeededBefore = parseIndexes(status.completedIndexes, completions);
  sync.succeededIndexes = withIndexes(sync.succeededBefore, indexesWhere(sync, isPodSucceeded));
  sync.succeeded = sync.succeededIndexes.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  if (backoffLimitPerIndex !== undefined) {
    const before = parseIndexes(status.failedIndexes, completions);
    sync.failedIndexes = withIndexes(
      before,
      indexesWhere(sync, (pod) => failsIndex(job, pod, backoffLimitPerIndex)),
    );
  }
  sync.finished ??= endByIndexes(sync);
  if (sync.failedIndexes !== undefined) sync.delayed = delayedPods(sync, pods);
}

/** Valid indexes of pods not counted yet of which something holds. */
function indexesWhere({ job, pods }: JobSync, holds: (pod: Pod) => boolean): Set<number> {
  const indexes = new Set<number>();
  for (const pod of pods) {
    const index = hasTrackingFinalizer(pod) ? validIndex(pod, job) : undefined;
    if (index !== undefined && holds(pod)) indexes.add(index);
  }
  return indexes;
}

function failsIndex(job: Job, pod: Pod, limit: number): boolean {
  if (!isPodFailed(pod, job)) return false;
  const { action, counted } = judgeFailure(job.spec?.podFailurePolicy, pod);
  return action === 'FailIndex' || (counted && failuresBefore(pod).counted >= limit);
}

/** Of each index that will be tried again the pod that failed last: the next one goes on counting from it. */
function delayedPods(sync: JobSync, pods: readonly Pod[]): Map<number, Pod> {
  const { job } = sync;
  const tried = indexesOf(sync.active);
  const delayed = new Map<number, Pod>();
  for (const pod of countable({ job, pods: [...pods], released: sync.released })) {
    const index = validIndex(pod, job);
    if (index === undefined || !isPodFailed(pod, job) || tried.has(index)) continue;
    if (includes(sync.succeededIndexes, index) || includes(sync.failedIndexes ?? [], index)) continue;
    const other = delayed.get(index);
    if (other === undefined || (failuresOf(other) <= failuresOf(pod) && finishedAt(pod) >= finishedAt(other))) delayed.set(index, pod);
  }
  return delayed;
}

function failuresOf(pod: Pod): number {
  const { counted, ignored } = failuresBefore(pod);
  return counted + ignored;
}

function tellSuspension({ job, status, recorder, now }: JobSync): boolean {
  const suspended = isSuspended(job);
  const condition = suspended
    ? newCondition('Suspended', 'True', 'JobSuspended', 'Job suspended', now)
    : newCondition('Suspended', 'False', 'JobResumed', 'Job resumed', now);
  const conditions = withCondition(status.conditions, condition);
  if (suspended) delete status.startTime;
  if (conditions === status.conditions) return suspended && job.status?.startTime !== undefined;
  status.conditions = [...conditions];
  recorder.event(job, 'Normal', suspended ? 'Suspended' : 'Resumed', suspended ? 'Job suspended' : 'Job resumed');
  // A deadline counts from the moment at which the job goes on.
  if (!suspended) status.startTime = formatTime(now);
  return true;
}
