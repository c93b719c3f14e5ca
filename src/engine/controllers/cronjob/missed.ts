import type { Schedule } from '../../api/batch/schedule.ts';
import type { CronJob } from '../../api/generated/types.ts';
import { SECOND, parseTime, type Millis } from '../../sim/time.ts';
import { nextTime } from './cron-schedule.ts';
import type { Zone } from './zone-time.ts';

// cronjob_controllerv2.go: nextScheduleDelta, so that a clock a little behind does not miss the time.
const MARGIN: Millis = 100;
const MANY = 100;

/** A schedule that never comes, or comes for ever. */
export class InvalidSchedule extends Error {}

export interface Missed {
  /** From where it was counted: the last time, or the object's creation. */
  readonly earliest: Millis;
  /** The latest time that has come and not been served. */
  readonly mostRecent: Millis | undefined;
  readonly count: 'none' | 'few' | 'many';
}

/** Times since the last one that have passed. With `deadline`, those too long ago are left out. */
export function missedTimes(cronJob: CronJob, schedule: Schedule, zone: Zone, now: Millis, deadline: boolean): Missed {
  const { startingDeadlineSeconds } = cronJob.spec;
  let earliest = parseTime(cronJob.status?.lastScheduleTime ?? cronJob.metadata.creationTimestamp);
  if (deadline && startingDeadlineSeconds !== undefined) earliest = Math.max(earliest, now - startingDeadlineSeconds * SECOND);

  const first = nextTime(schedule, earliest, zone);
  const second = first === undefined ? undefined : nextTime(schedule, first, zone);
  if (first !== undefined && now < first) return { earliest, mostRecent: undefined, count: 'none' };
  if (first !== undefined && second !== undefined && now < second) return { earliest, mostRecent: first, count: 'none' };
  if (first === undefined || second === undefined || second - first < SECOND)
    throw new InvalidSchedule('time difference between two schedules is less than 1 second');

  // An estimate by the first two: schedules need not be regular. The last is then looked for from shortly before.
  const between = Math.round((second - first) / SECOND) * SECOND;
  const missed = Math.floor(Math.floor((now - first) / SECOND) / (between / SECOND)) + 1;
  let mostRecent: Millis | undefined;
  for (let at = nextTime(schedule, first + (missed - 2) * between, zone); at !== undefined && at <= now; at = nextTime(schedule, at, zone))
    mostRecent = at;
  return { earliest, mostRecent, count: missed > MANY ? 'many' : 'few' };
}

/** Ms until the schedule has to be looked at again. */
export function untilNext(cronJob: CronJob, schedule: Schedule, zone: Zone, now: Millis): Millis | undefined {
  const next = nextTime(schedule, lastKnown(cronJob, schedule, zone, now), zone);
  return next === undefined ? undefined : next + MARGIN - now;
}

function lastKnown(cronJob: CronJob, schedule: Schedule, zone: Zone, now: Millis): Millis {
  try {
    const { earliest, mostRecent, count } = missedTimes(cronJob, schedule, zone, now, false);
    return mostRecent ?? (count === 'none' ? earliest : now);
  } catch (error) {
    if (error instanceof InvalidSchedule) return now;
    throw error;
  }
}
