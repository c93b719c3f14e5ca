import { MINUTE, SECOND, formatTime, type Millis } from '../../sim/time.ts';

/** A wall clock's reading. Months count from 1, weekdays from Sunday, 0. */
export interface LocalTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

// All schedules of a zone ask for the same few days.
const REMEMBERED = 4096;

/** What clocks show in one time zone of the IANA database. The machine's own zone never comes in. */
export class Zone {
  readonly #format: Intl.DateTimeFormat | undefined;
  // Clocks are turned at quarters of an hour, so one offset holds for the whole quarter.
  readonly #offsets = new Map<number, Millis>();

  /** Throws `RangeError` where there is no such zone. */
  constructor(readonly name = 'UTC') {
    this.#format =
      name === 'UTC'
        ? undefined
        : new Intl.DateTimeFormat('en-US', {
            timeZone: name,
            calendar: 'gregory',
            numberingSystem: 'latn',
            hourCycle: 'h23',
            year: 'numeric',
            month: 'numeric',
            day: 'numeric',
            hour: 'numeric',
            minute: 'numeric',
            second: 'numeric',
          });
  }

  /** Ms by which the zone's clocks are ahead of UTC. */
  offsetAt(at: Millis): Millis {
    if (this.#format === undefined) return 0;
    const quarter = Math.floor(at / (15 * MINUTE));
    let offset = this.#offsets.get(quarter);
    if (offset === undefined) {
      const whole = Math.floor(at / SECOND) * SECOND;
      const fields: Record<string, number> = {};
      for (const { type, value } of this.#format.formatToParts(new Date(whole))) fields[type] = Number(value);
      const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = fields;
      offset = Date.UTC(year, month - 1, day, hour, minute, second) - whole;
      if (this.#offsets.size >= REMEMBERED) this.#offsets.clear();
      this.#offsets.set(quarter, offset);
    }
    return offset;
  }

  at(instant: Millis): LocalTime {
    const shown = new Date(instant + this.offsetAt(instant));
    return {
      year: shown.getUTCFullYear(),
      month: shown.getUTCMonth() + 1,
      day: shown.getUTCDate(),
      weekday: shown.getUTCDay(),
      hour: shown.getUTCHours(),
      minute: shown.getUTCMinutes(),
    };
  }

  /** The first instant of a day. Days and months past their end run on into the next. */
  startOf(year: number, month: number, day: number): Millis {
    const shown = Date.UTC(year, month - 1, day);
    let instant = shown - this.offsetAt(shown);
    // The guess is off where clocks were turned in between; where midnight was left out, the day begins later.
    instant = shown - this.offsetAt(instant);
    const past = instant + this.offsetAt(instant) - shown;
    return past < 0 ? instant - past : instant;
  }

  /** RFC 3339 with the zone's offset. */
  format(at: Millis): string {
    const minutes = Math.trunc(this.offsetAt(at) / MINUTE);
    if (minutes === 0) return formatTime(at);
    const two = (value: number): string => String(value).padStart(2, '0');
    const ahead = Math.abs(minutes);
    return `${formatTime(at + minutes * MINUTE).slice(0, -1)}${minutes < 0 ? '-' : '+'}${two(Math.floor(ahead / 60))}:${two(ahead % 60)}`;
  }
}
