import { isAlreadyExists, isNotFound } from '../../api/errors.ts';
import { parseSchedule, type Schedule } from '../../api/batch/schedule.ts';
import type { CronJob, Job } from '../../api/generated/types.ts';
import { controllerOf } from '../../api/meta.ts';
import { reference } from '../../client/events.ts';
import { CRON_JOBS, JOBS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { SECOND, formatTime, parseTime, type Millis } from '../../sim/time.ts';
import { finishedCondition } from '../job/conditions.ts';
import { SyncError } from '../reconciler.ts';
import { isNamespaceTerminating } from '../replicaset/pods.ts';
import type { CronSync, StatusDraft } from './context.ts';
import { deleteJob, removeOldJobs } from './history.ts';
import { jobFor, jobName } from './job-of.ts';
import { InvalidSchedule, missedTimes, untilNext } from './missed.ts';
import { Zone } from './zone-time.ts';

interface Outcome {
  /** Ms until the schedule comes next; unset where nothing is to be waited for. */
  wait?: Millis | undefined;
  failure?: Error;
}

const zones = new Map<string, Zone | undefined>();

/** The zone of a cron job, which is UTC unless it names one: in a cluster the manager's own zone is. Unset for names that are none. */
export function zoneOf(name = 'UTC'): Zone | undefined {
  if (!zones.has(name)) {
    try {
      zones.set(name, new Zone(name));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      zones.set(name, undefined);
    }
  }
  return zones.get(name);
}

/** Brings one cron job in line. Returns ms after which it has to be looked at again. */
export function* syncCronJob(sync: CronSync): Task<Millis | undefined> {
  const { cronJob, client } = sync;
  const status: StatusDraft = { ...cronJob.status, active: [...(cronJob.status?.active ?? [])] };
  const before = JSON.stringify(status);
  yield* removeOldJobs(sync, status);
  const { wait, failure } = yield* outcomeOf(sync, status);
  if (JSON.stringify(status) !== before) {
    const { active, ...rest } = status;
    sync.wrote(
      yield* client.updateStatus<CronJob>(CRON_JOBS, { ...cronJob, status: { ...rest, ...(active.length === 0 ? {} : { active }) } }),
    );
  }
  if (failure !== undefined) throw failure;
  return wait;
}

/** What goes wrong does not keep what was found from being told in the status. */
function* outcomeOf(sync: CronSync, status: StatusDraft): Task<Outcome> {
  try {
    return { wait: yield* follow(sync, status) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { failure: error };
  }
}

function* follow(sync: CronSync, status: StatusDraft): Task<Millis | undefined> {
  const { cronJob, recorder, now } = sync;
  yield* lookAtJobs(sync, status);
  yield* forgetMissing(sync, status);
  const { metadata, spec } = cronJob;
  if (metadata.deletionTimestamp !== undefined) return undefined;
  const zone = zoneOf(spec.timeZone);
  if (zone === undefined) {
    const { timeZone = '' } = spec;
    recorder.event(cronJob, 'Warning', 'UnknownTimeZone', `invalid timeZone: "${timeZone}": unknown time zone ${timeZone}`);
    return undefined;
  }
  if (spec.suspend === true) {
    sync.decide('Is suspended: makes no job.');
    return undefined;
  }
  const schedule = parseSchedule(spec.schedule);
  if (typeof schedule === 'string') {
    recorder.event(cronJob, 'Warning', 'UnparseableSchedule', `unparseable schedule: "${spec.schedule}" : ${schedule}`);
    return undefined;
  }
  const due = dueTime(sync, schedule, zone);
  if (due === 'never') return undefined;
  if (due !== undefined) yield* serve(sync, status, due, zone);
  // By the status as it is now: what was just made is the last time.
  return untilNext({ ...cronJob, status }, schedule, zone, now);
}

/** The latest time that has come and not been served. */
function dueTime({ cronJob, recorder, now, decide }: CronSync, schedule: Schedule, zone: Zone): Millis | undefined | 'never' {
  try {
    const { mostRecent, count } = missedTimes(cronJob, schedule, zone, now, true);
    if (mostRecent === undefined) return undefined;
    if (count === 'many') {
      const advice = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
      recorder.event(cronJob, 'Warning', 'TooManyMissedTimes', advice);
    }
    if (count !== 'none') decide(`Has missed more than one time: only the latest, ${formatTime(mostRecent)}, can still be served.`);
    return mostRecent;
  } catch (error) {
    if (!(error instanceof InvalidSchedule)) throw error;
    recorder.event(cronJob, 'Warning', 'InvalidSchedule', `invalid schedule: ${cronJob.spec.schedule} : ${error.message}`);
    return 'never';
  }
}

/** Makes the job of a time that has come, unless the deadline, an earlier sync or a running job forbids it. */
function* serve(sync: CronSync, status: StatusDraft, due: Millis, zone: Zone): Task<void> {
  const { cronJob, recorder, now } = sync;
  const { startingDeadlineSeconds, concurrencyPolicy } = cronJob.spec;
  if (startingDeadlineSeconds !== undefined && due + startingDeadlineSeconds * SECOND < now) {
    recorder.event(cronJob, 'Warning', 'MissSchedule', `Missed scheduled time to start a job: ${rfc1123(due)}`);
    return;
  }
  const name = jobName(cronJob, due);
  if (status.active.some((job) => job.name === name) || parseTime(status.lastScheduleTime) === due) return;
  if (concurrencyPolicy === 'Forbid' && status.active.length > 0) {
    const why = 'Not starting job because prior execution is running and concurrency policy is Forbid';
    recorder.event(cronJob, 'Normal', 'JobAlreadyActive', why);
    sync.decide(`${formatTime(due)} has come, but an earlier job still runs, and the concurrency policy is Forbid: makes none.`);
    return;
  }
  if (concurrencyPolicy === 'Replace') yield* replaceActive(sync, status);
  const job = yield* createJob(sync, jobFor(cronJob, due, zone));
  if (job === undefined || status.active.some(({ uid }) => uid === job.metadata.uid)) return;
  status.active.push(reference(job));
  status.lastScheduleTime = formatTime(due);
}

function* replaceActive(sync: CronSync, status: StatusDraft): Task<void> {
  const { client, recorder, cronJob } = sync;
  for (const { namespace, name = '' } of status.active) {
    let job: Job;
    try {
      job = yield* client.get(JOBS, namespace, name);
    } catch (error) {
      if (error instanceof Error) recorder.event(cronJob, 'Warning', 'FailedGet', `Get job: ${error.message}`);
      throw error;
    }
    sync.decide(`${name} still runs, and the concurrency policy is Replace: deletes it.`);
    if (!(yield* deleteJob(sync, status, job))) throw new SyncError(`could not replace job ${namespace ?? ''}/${name}`);
  }
}

/** The job that was made, or that an earlier sync made and did not tell of; unset where it is somebody else's. */
function* createJob({ cronJob, client, recorder, decide }: CronSync, wanted: Job): Task<Job | undefined> {
  const { namespace, name = '' } = wanted.metadata;
  try {
    const job = yield* client.create(JOBS, wanted);
    recorder.event(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${name}`);
    decide(`Its time has come: made job ${name}.`);
    return job;
  } catch (error) {
    if (!(error instanceof Error) || isNamespaceTerminating(error)) throw error;
    if (!isAlreadyExists(error)) {
      recorder.event(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${error.message}`);
      throw error;
    }
  }
  const there = yield* client.get(JOBS, namespace, name);
  return controllerOf(there)?.uid === cronJob.metadata.uid ? there : undefined;
}

function* lookAtJobs(sync: CronSync, status: StatusDraft): Task<void> {
  const { cronJob, recorder, client } = sync;
  const { namespace, name: own = '' } = cronJob.metadata;
  for (const job of sync.jobs) {
    const { uid, name = '' } = job.metadata;
    const listed = status.active.some((active) => active.uid === uid);
    const finished = finishedCondition(job);
    if (finished === undefined) {
      if (listed) continue;
      const fresh = yield* client.get(CRON_JOBS, namespace, own);
      if (fresh.status?.active?.some((active) => active.uid === uid) === true) continue;
      recorder.event(cronJob, 'Warning', 'UnexpectedJob', `Saw a job that the controller did not create or forgot: ${name}`);
      continue;
    }
    if (listed) {
      status.active = status.active.filter((active) => active.uid !== uid);
      recorder.event(cronJob, 'Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${finished.type}`);
    }
    const { completionTime } = job.status ?? {};
    if (finished.type !== 'Complete' || completionTime === undefined) continue;
    // It need not be one of those that the schedule made.
    if (status.lastSuccessfulTime === undefined || parseTime(completionTime) > parseTime(status.lastSuccessfulTime))
      status.lastSuccessfulTime = completionTime;
  }
}

/** Takes jobs that are no more off the list. */
function* forgetMissing({ cronJob, jobs, client, recorder }: CronSync, status: StatusDraft): Task<void> {
  for (const { uid, namespace, name = '' } of status.active) {
    if (jobs.some((job) => job.metadata.uid === uid)) continue;
    try {
      // The cache may lag behind.
      yield* client.get(JOBS, namespace, name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
      recorder.event(cronJob, 'Normal', 'MissingJob', `Active job went missing: ${name}`);
      status.active = status.active.filter((active) => active.uid !== uid);
    }
  }
}

/** Go's `time.RFC1123Z`. */
function rfc1123(at: Millis): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}
