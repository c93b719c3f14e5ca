import type { Job, JobCondition, Pod } from '../../api/generated/types.ts';
import { SECOND, parseTime, type Millis } from '../../sim/time.ts';
import { newCondition, trueCondition } from './conditions.ts';
import type { JobSync } from './context.ts';
import { judgeFailure } from './failure-policy.ts';
import { countOf } from './indexes.ts';
import { isPodFailed, isSuspended } from './job-pods.ts';
import { matchSuccessPolicy } from './success-policy.ts';

/** How the job ends, if it is certain now: by an earlier sync, its failure policy, its limits, its deadline. */
export function endOf({
  job,
  status,
  pods,
  failed,
  now,
}: Pick<JobSync, 'job' | 'status' | 'pods' | 'failed' | 'now'>): JobCondition | undefined {
  const met = trueCondition(status.conditions, 'SuccessCriteriaMet');
  if (met !== undefined) return met;
  const target = trueCondition(status.conditions, 'FailureTarget');
  if (target !== undefined) return newCondition('Failed', 'True', target.reason ?? '', target.message ?? '', now);
  const failing = failedByPolicy(job, pods);
  if (failing !== undefined) return failureTarget('PodFailurePolicy', failing, now);
  if (failed > (job.spec?.backoffLimit ?? 0) || restartsExceed(job, pods))
    return failureTarget('BackoffLimitExceeded', 'Job has reached the specified backoff limit', now);
  const left = timeLeft(job, status.startTime, now);
  if (left !== undefined && left <= 0) return failureTarget('DeadlineExceeded', 'Job was active longer than specified deadline', now);
  return undefined;
}

/** The same by the indexes that failed or succeeded. */
export function endByIndexes({ job, failedIndexes, succeededIndexes, now }: JobSync): JobCondition | undefined {
  const { completions = 0, maxFailedIndexes, successPolicy } = job.spec ?? {};
  if (failedIndexes !== undefined) {
    const failed = countOf(failedIndexes);
    if (maxFailedIndexes !== undefined && failed > maxFailedIndexes)
      return failureTarget('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes', now);
    if (failed > 0 && failed + countOf(succeededIndexes) >= completions)
      return failureTarget('FailedIndexes', 'Job has failed indexes', now);
  }
  const met = matchSuccessPolicy(successPolicy, completions, succeededIndexes);
  return met === undefined ? undefined : newCondition('SuccessCriteriaMet', 'True', 'SuccessPolicy', met, now);
}

export function completed(now: Millis): JobCondition {
  return newCondition('SuccessCriteriaMet', 'True', 'CompletionsReached', 'Reached expected number of succeeded pods', now);
}

/** Ms until `activeDeadlineSeconds` are over; unset without a deadline, and while the job is suspended. */
export function timeLeft(job: Job, startTime: string | undefined, now: Millis): Millis | undefined {
  const { activeDeadlineSeconds } = job.spec ?? {};
  if (activeDeadlineSeconds === undefined || startTime === undefined || isSuspended(job)) return undefined;
  return parseTime(startTime) + activeDeadlineSeconds * SECOND - now;
}

function failureTarget(reason: string, message: string, now: Millis): JobCondition {
  return newCondition('FailureTarget', 'True', reason, message, now);
}

function failedByPolicy(job: Job, pods: readonly Pod[]): string | undefined {
  const policy = job.spec?.podFailurePolicy;
  if (policy === undefined) return undefined;
  for (const pod of pods) {
    const message = isPodFailed(pod, job) ? judgeFailure(policy, pod).message : undefined;
    if (message !== undefined) return message;
  }
  return undefined;
}

/** With `restartPolicy: OnFailure` restarts count as pods do without. */
function restartsExceed({ spec }: Job, pods: readonly Pod[]): boolean {
  if (spec?.template?.spec?.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status?.phase !== 'Running' && status?.phase !== 'Pending') continue;
    for (const { restartCount } of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]) restarts += restartCount;
  }
  const { backoffLimit = 0 } = spec;
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit;
}
