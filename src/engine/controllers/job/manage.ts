import type { Pod } from '../../api/generated/types.ts';
import { PODS } from '../../client/resources.ts';
import { isNotFound } from '../../api/errors.ts';
import type { Task } from '../../os/task.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import { isPodReady, isPodTerminating } from '../pod-state.ts';
import { createPod, deletePod, isNamespaceTerminating } from '../replicaset/pods.ts';
import { slowStart } from '../replicaset/slow-start.ts';
import { waitAfter, waitAfterPod } from './backoff.ts';
import type { JobSync } from './context.ts';
import { firstFree, merge, withIndexes } from './indexes.ts';
import { TRACKING_FINALIZER, completionIndex, hasTrackingFinalizer, isIndexed, isSuspended, replacesOnlyFailed } from './job-pods.ts';
import { podsToRemove } from './removal.ts';
import { indexedPodTemplate, indexedPrefix, podTemplate } from './template.ts';

// job_controller.go: MaxPodCreateDeletePerSync and syncJobBatchPeriod.
const AT_MOST = 500;
export const BATCH_PERIOD: Millis = SECOND;

/** Active pods after a sync has done its part, and why it could not do all of it. */
export interface Managed {
  active: number;
  failure?: Error;
}

/** Brings the number of active pods in line with the spec: either deletes or creates, never both in one sync. */
export function* manageJob(sync: JobSync): Task<Managed> {
  const { job, active } = sync;
  if (isSuspended(job)) {
    if (active.length > 0) sync.decide(`Is suspended: deletes its ${active.length} active pods.`);
    return yield* removePods(sync, podsToRemove(job, active, active.length));
  }
  const wanted = wantedActive(sync);
  const surplus = podsToRemove(job, active, Math.max(0, active.length - wanted)).slice(0, AT_MOST);
  if (surplus.length > 0) {
    sync.decide(
      `Wants ${wanted} active pods and has ${active.length}: deletes ${surplus.map(({ metadata }) => metadata.name ?? '').join(', ')}.`,
    );
    return yield* removePods(sync, surplus);
  }
  const missing = wanted - active.length - (replacesOnlyFailed(job) ? sync.terminating : 0);
  if (missing <= 0) return { active: active.length };
  return yield* addPods(sync, wanted, missing);
}

function wantedActive({ job, active, succeeded }: JobSync): number {
  const { completions, parallelism = 1 } = job.spec ?? {};
  // A work queue: once a pod has succeeded there is nothing left to begin.
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(completions - succeeded, parallelism));
}

function* addPods(sync: JobSync, wanted: number, missing: number): Task<Managed> {
  const { key, job, active, client, recorder, now } = sync;
  const perIndex = job.spec?.backoffLimitPerIndex !== undefined;
  const wait = perIndex ? 0 : waitAfter(sync.backoff, now);
  if (wait > 0) return postpone(sync, wait);

  let count = Math.min(missing, AT_MOST);
  let indexes: readonly number[] = [];
  if (isIndexed(job)) {
    indexes = pendingIndexes(sync, count);
    if (perIndex) {
      const waits = indexes.map((index) => waitAfterPod(sync.delayed.get(index), now));
      const least = Math.min(...waits);
      if (least > 0 && indexes.length > 0) return postpone(sync, least);
      indexes = indexes.filter((_, i) => waits[i] === 0);
    }
    count = indexes.length;
  }
  if (count === 0) return { active: active.length };
  sync.decide(
    `Wants ${wanted} active pods and has ${active.length}: creates ${count}${indexes.length === 0 ? '' : ` for index ${indexes.join(', ')}`}.`,
  );
  sync.expectations.expectCreations(key, count);
  let next = 0;
  const create = function* (): Task<void> {
    const index = indexes[next++];
    const template = index === undefined ? podTemplate(job) : indexedPodTemplate(job, index, sync.delayed.get(index));
    const prefix = index === undefined ? undefined : indexedPrefix(job.metadata.name ?? '', index);
    try {
      yield* createPod(client, recorder, job, template, prefix);
    } catch (error) {
      // The namespace is going away: nothing can be made there, and nothing needs to be.
      if (!isNamespaceTerminating(error)) throw error;
    }
  };
  const { made, failure } = yield* slowStart(count, create, sync.pause);
  if (made < count) sync.expectations.creationObserved(key, count - made);
  return { active: active.length + made, ...(failure === undefined ? {} : { failure }) };
}

function postpone(sync: JobSync, wait: Millis): Managed {
  const seconds = Math.ceil(wait / SECOND);
  sync.decide(`A pod failed: waits ${seconds} second${seconds === 1 ? '' : 's'} before it makes the next.`);
  sync.requeue(Math.max(wait, BATCH_PERIOD));
  return { active: sync.active.length };
}

function pendingIndexes(sync: JobSync, count: number): number[] {
  const { job, pods, active } = sync;
  let taken = withIndexes(sync.succeededIndexes, indexesOf(active));
  if (replacesOnlyFailed(job)) taken = withIndexes(taken, indexesOf(pods.filter(isPodTerminating)));
  return firstFree(merge(taken, sync.failedIndexes ?? []), count, job.spec?.completions ?? 0);
}

/** The completion indexes of pods. */
export function indexesOf(pods: readonly Pod[]): Set<number> {
  return new Set(pods.map(completionIndex).filter((index) => index !== undefined));
}

/** Deletes pods that are not to count: their finalizers are taken off first. */
function* removePods(sync: JobSync, chosen: readonly Pod[]): Task<Managed> {
  const { key, expectations } = sync;
  if (chosen.length === 0) return { active: sync.active.length };
  expectations.expectDeletions(
    key,
    chosen.map(({ metadata }) => metadata.uid ?? ''),
  );
  const unseen = (pod: Pod): void => expectations.deletionObserved(key, pod.metadata.uid ?? '');
  return yield* deleteEach(sync, chosen, function* (pod) {
    try {
      yield* takeFinalizerOff(sync, pod);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      unseen(pod);
      return isNotFound(error) ? 'gone' : error;
    }
    const problem = yield* deletePod(sync.client, sync.recorder, sync.job, pod);
    if (problem !== undefined) unseen(pod);
    return problem;
  });
}

/** Deletes the pods of a job that has come to its end; the finalizers stay until they are counted. */
export function* deleteActivePods(sync: JobSync): Task<Managed> {
  const { active } = sync;
  if (active.length > 0) sync.decide(`Comes to its end: deletes its ${active.length} active pods.`);
  return yield* deleteEach(sync, active, (pod) => deletePod(sync.client, sync.recorder, sync.job, pod));
}

function* deleteEach(sync: JobSync, pods: readonly Pod[], remove: (pod: Pod) => Task<Error | 'gone' | undefined>): Task<Managed> {
  let failure: Error | undefined;
  let deleted = 0;
  for (const pod of pods) {
    const problem = yield* remove(pod);
    if (isPodReady(pod)) sync.ready--;
    if (problem instanceof Error) failure ??= problem;
    else deleted++;
  }
  sync.terminating += deleted;
  return { active: sync.active.length - deleted, ...(failure === undefined ? {} : { failure }) };
}

/** Lets a counted pod go. */
export function* takeFinalizerOff({ client }: Pick<JobSync, 'client'>, pod: Pod): Task<void> {
  if (!hasTrackingFinalizer(pod)) return;
  const { namespace, name = '' } = pod.metadata;
  yield* client.patch(PODS, namespace, name, { metadata: { '$deleteFromPrimitiveList/finalizers': [TRACKING_FINALIZER] } });
}
