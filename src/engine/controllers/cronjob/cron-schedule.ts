import type { CronFields, Field, Schedule } from '../../api/batch/schedule.ts';
import { HOUR, MINUTE, SECOND, type Millis } from '../../sim/time.ts';
import type { LocalTime, Zone } from './zone-time.ts';

const YEARS = 5;

/**
 * The next time after `after` (robfig/cron's `Next`); unset where there is none within five years, as for the 31st of
 * February. Hours that clocks leave out in spring do not come; those that they repeat in autumn come twice.
 */
export function nextTime(schedule: Schedule, after: Millis, zone: Zone): Millis | undefined {
  if ('everySeconds' in schedule) return Math.floor(after / SECOND) * SECOND + schedule.everySeconds * SECOND;
  const { fields } = schedule;
  // The next whole minute.
  let at = Math.floor(after / MINUTE) * MINUTE + MINUTE;
  const lastYear = zone.at(at).year + YEARS;
  for (;;) {
    const local = zone.at(at);
    if (local.year > lastYear) return undefined;
    if (!fields.month.allows.has(local.month)) at = zone.startOf(local.year, local.month + 1, 1);
    else if (!dayMatches(fields, local)) at = Math.max(zone.startOf(local.year, local.month, local.day + 1), at + MINUTE);
    else if (!fields.hour.allows.has(local.hour)) at += HOUR - local.minute * MINUTE;
    else if (!fields.minute.allows.has(local.minute)) at += minutesTo(fields.minute, local.minute) * MINUTE;
    else return at;
  }
}

/** Where both the day of the month and that of the week are given, one of them is enough. */
function dayMatches({ day, weekday }: CronFields, local: LocalTime): boolean {
  const [byDay, byWeekday] = [day.allows.has(local.day), weekday.allows.has(local.weekday)];
  return day.any || weekday.any ? byDay && byWeekday : byDay || byWeekday;
}

/** Minutes to the next that is allowed, at most to the end of the hour. */
function minutesTo({ allows }: Field, minute: number): number {
  let next = minute + 1;
  while (next < 60 && !allows.has(next)) next++;
  return next - minute;
}
