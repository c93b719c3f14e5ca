import type { Job, JobCondition, JobStatus, Pod } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Task } from '../../os/task.ts';
import type { Millis } from '../../sim/time.ts';
import type { Expectations } from '../expectations.ts';
import type { Failures } from './backoff.ts';
import type { Intervals } from './indexes.ts';
import { hasTrackingFinalizer, isIndexed, validIndex } from './job-pods.ts';

/** The status while a sync works on it. */
export interface StatusDraft extends JobStatus {
  conditions: JobCondition[];
  uncounted: { succeeded: string[]; failed: string[] };
}

/** What one sync knows of its job, and with what it acts. */
export interface JobSync {
  readonly key: string;
  readonly now: Millis;
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly expectations: Expectations;
  /** Goes on in an event of its own. */
  readonly pause: () => Task<void>;
  /** Sync again after ms. */
  readonly requeue: (delay: Millis) => void;
  readonly decide: (text: string) => void;
  /** As it was found, and after a write as the server has it. */
  job: Job;
  readonly status: StatusDraft;
  readonly pods: Pod[];
  readonly active: readonly Pod[];
  /** Counters that go into the status: what this sync deletes is taken off at once. */
  ready: number;
  terminating: number;
  /** With what is not counted in the status yet. */
  succeeded: number;
  readonly failed: number;
  /** In the status since an earlier sync, by uid. */
  readonly uncounted: { readonly succeeded: ReadonlySet<string>; readonly failed: ReadonlySet<string> };
  /** Pods whose finalizer has been taken off, which the cache does not know yet. */
  readonly released: Set<string>;
  readonly backoff: Failures;
  /** How the job ends, once that is certain. */
  finished: JobCondition | undefined;
  succeededBefore: Intervals;
  succeededIndexes: Intervals;
  /** Set with `backoffLimitPerIndex`. */
  failedIndexes: Intervals | undefined;
  /** By index: the failed pod that stays until its replacement has taken over the count of failures. */
  delayed: ReadonlyMap<number, Pod>;
}

/** Pods not counted yet, with a valid index where the job has indexes. */
export function countable({ job, pods, released }: Pick<JobSync, 'job' | 'pods' | 'released'>, uncounted?: ReadonlySet<string>): Pod[] {
  return pods.filter((pod) => {
    const { uid = '' } = pod.metadata;
    if (!hasTrackingFinalizer(pod) || uncounted?.has(uid) === true || released.has(uid)) return false;
    return !isIndexed(job) || validIndex(pod, job) !== undefined;
  });
}
