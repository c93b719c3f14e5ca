import type { Job } from '../../api/generated/types.ts';
import { StatusError } from '../../api/errors.ts';
import { JOBS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { parseTime } from '../../sim/time.ts';
import { finishedCondition } from '../job/conditions.ts';
import type { CronSync, StatusDraft } from './context.ts';

/** Deletes the oldest finished jobs past the limits, successes and failures each for themselves. */
export function* removeOldJobs(sync: CronSync, status: StatusDraft): Task<void> {
  const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = sync.cronJob.spec;
  yield* removeOldest(sync, status, 'Complete', successfulJobsHistoryLimit);
  yield* removeOldest(sync, status, 'Failed', failedJobsHistoryLimit);
}

function* removeOldest(sync: CronSync, status: StatusDraft, type: string, limit: number | undefined): Task<void> {
  if (limit === undefined) return;
  const finished = sync.jobs.filter((job) => finishedCondition(job)?.type === type);
  if (finished.length <= limit) return;
  for (const job of finished.sort(byStart).slice(0, finished.length - limit)) yield* deleteJob(sync, status, job);
}

/** Deletes a job with its pods, and takes it off the list. False when the server refused. */
export function* deleteJob({ cronJob, client, recorder, deleted }: CronSync, status: StatusDraft, job: Job): Task<boolean> {
  const { namespace, name = '', uid } = job.metadata;
  try {
    yield* client.delete(JOBS, namespace, name, { propagationPolicy: 'Background' });
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    recorder.event(cronJob, 'Warning', 'FailedDelete', `Deleted job: ${error.message}`);
    return false;
  }
  deleted(job);
  status.active = status.active.filter((active) => active.uid !== uid);
  recorder.event(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${name}`);
  return true;
}

/** Those that never started last; of those that started together by name. */
function byStart(a: Job, b: Job): number {
  const [startA, startB] = [parseTime(a.status?.startTime), parseTime(b.status?.startTime)];
  const [neverA, neverB] = [Number.isNaN(startA), Number.isNaN(startB)];
  if (neverA !== neverB) return neverA ? 1 : -1;
  if (!neverA && startA !== startB) return startA - startB;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}
