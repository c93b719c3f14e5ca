import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSchedule, type Schedule } from '../../api/batch/schedule.ts';
import { HOUR, MINUTE } from '../../sim/time.ts';
import { nextTime } from './cron-schedule.ts';
import { Zone } from './zone-time.ts';

function scheduleOf(text: string): Schedule {
  const schedule = parseSchedule(text);
  if (typeof schedule === 'string') throw new Error(schedule);
  return schedule;
}

/** The next times after one, as clocks of the zone show them. */
function times(text: string, after: string, count = 3, zone = 'UTC'): string[] {
  const there = new Zone(zone);
  const found: string[] = [];
  let at = Date.parse(after);
  for (let i = 0; i < count; i++) {
    const next = nextTime(scheduleOf(text), at, there);
    if (next === undefined) break;
    found.push(there.format(next));
    at = next;
  }
  return found;
}

describe('the next time of a schedule', () => {
  it.each([
    ['*/5 * * * *', ['2026-01-05T09:05:00Z', '2026-01-05T09:10:00Z', '2026-01-05T09:15:00Z']],
    ['30 6-16/4 * * 1-5', ['2026-01-05T10:30:00Z', '2026-01-05T14:30:00Z', '2026-01-06T06:30:00Z']],
    ['0 0 29 2 *', ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z', '2036-02-29T00:00:00Z']],
    // Either of the two days is enough where both are given …
    ['0 12 13 * FRI', ['2026-01-09T12:00:00Z', '2026-01-13T12:00:00Z', '2026-01-16T12:00:00Z']],
    // … and a star with a step gives one.
    ['0 12 */10 * MON', ['2026-01-05T12:00:00Z', '2026-01-11T12:00:00Z', '2026-01-12T12:00:00Z']],
    ['@hourly', ['2026-01-05T10:00:00Z', '2026-01-05T11:00:00Z', '2026-01-05T12:00:00Z']],
    ['@weekly', ['2026-01-11T00:00:00Z', '2026-01-18T00:00:00Z', '2026-01-25T00:00:00Z']],
    ['@yearly', ['2027-01-01T00:00:00Z', '2028-01-01T00:00:00Z', '2029-01-01T00:00:00Z']],
    ['@every 1h30m', ['2026-01-05T10:30:00Z', '2026-01-05T12:00:00Z', '2026-01-05T13:30:00Z']],
    ['@every 10ms', ['2026-01-05T09:00:01Z', '2026-01-05T09:00:02Z', '2026-01-05T09:00:03Z']],
    ['59 23 31 2 *', []],
  ])('%s', (text, expected) => {
    expect(times(text, '2026-01-05T09:00:00Z')).toEqual(expected);
  });

  it('does not come in the hour that clocks leave out, and twice in the one they repeat', () => {
    expect(times('30 2 * * *', '2026-03-28T12:00:00Z', 2, 'Europe/Berlin')).toEqual([
      '2026-03-30T02:30:00+02:00',
      '2026-03-31T02:30:00+02:00',
    ]);
    expect(times('30 2 * * *', '2026-10-24T12:00:00Z', 3, 'Europe/Berlin')).toEqual([
      '2026-10-25T02:30:00+02:00',
      '2026-10-25T02:30:00+01:00',
      '2026-10-26T02:30:00+01:00',
    ]);
    expect(times('0 9 * * *', '2026-03-07T12:00:00Z', 3, 'America/New_York')).toEqual([
      '2026-03-07T09:00:00-05:00',
      '2026-03-08T09:00:00-04:00',
      '2026-03-09T09:00:00-04:00',
    ]);
    // Half an hour ahead, and clocks turned by half an hour.
    expect(times('15 9 * * *', '2026-01-05T00:00:00Z', 1, 'Asia/Kolkata')).toEqual(['2026-01-05T09:15:00+05:30']);
    expect(times('0 0 4 10 *', '2026-09-01T00:00:00Z', 1, 'Australia/Lord_Howe')).toEqual(['2026-10-04T00:00:00+10:30']);
  });

  it('is the first minute that the fields allow, in any zone', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland', 'America/Havana'];
    const texts = ['*/7 * * * *', '5 */3 * * *', '0 4 * * SUN', '10,40 1-3 * 3,10,11 *', '30 0 * * *'];
    const from = Date.parse('2026-01-01T00:00:00Z');
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.constantFrom(...texts), fc.nat(365 * 24 * 60), (name, text, minutes) => {
        const zone = new Zone(name);
        const schedule = scheduleOf(text);
        if (!('fields' in schedule)) throw new Error('no fields');
        const after = from + minutes * MINUTE + 1;
        const next = nextTime(schedule, after, zone) ?? Number.NaN;
        // Looked for minute by minute, up to two days.
        for (let at = from + (minutes + 1) * MINUTE; at < Math.min(next, after + 48 * HOUR); at += MINUTE) {
          const { minute, hour, day, month, weekday } = schedule.fields;
          const local = zone.at(at);
          const allowed =
            minute.allows.has(local.minute) &&
            hour.allows.has(local.hour) &&
            day.allows.has(local.day) &&
            month.allows.has(local.month) &&
            weekday.allows.has(local.weekday);
          if (allowed) throw new Error(`${text} in ${name}: missed ${zone.format(at)}`);
        }
        expect(next).toBeGreaterThan(after);
      }),
      { numRuns: 60 },
    );
  });
});
