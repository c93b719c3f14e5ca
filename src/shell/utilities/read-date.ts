const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const DAYS = 'sun mon tue wed thu fri sat'.split(' ');
const UNITS: Readonly<Record<string, number>> = {
  sec: 1000,
  second: 1000,
  min: 60_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
  fortnight: 1_209_600_000,
};

/** A date as `date -d` takes it, in UTC: calendar dates, times, zones, `@seconds`, and what lies so far from there (`2 days ago`). NaN when it is none. */
export function readDate(text: string, now: number): number {
  const at = /^@(-?\d+(?:\.\d+)?)$/.exec(text.trim())?.[1];
  if (at !== undefined) return Number(at) * 1000;
  let rest = text.trim().toLowerCase();
  const take = (what: RegExp): RegExpExecArray | null => {
    const found = what.exec(rest);
    if (found !== null) rest = rest.slice(found[0].length).trimStart();
    return found;
  };
  let day = new Date(now);
  let clock: number | undefined;
  let zone = 0;
  let shift = 0;
  let months = 0;
  let weekday: number | undefined;
  let dated = false;
  let weeks = 0;
  while (rest !== '') {
    let found = take(/^(\d{4})[-/](\d\d?)[-/](\d\d?)(?:t(?=\d))?/);
    const iso = found !== null;
    found ??= take(/^(\d{4})(\d\d)(\d\d)(?=$|[\st])/);
    if (found !== null) {
      const [year, month, date] = found.slice(1).map(Number) as [number, number, number];
      if (month < 1 || month > 12 || date < 1 || date > 31) return Number.NaN;
      day = new Date(Date.UTC(year, month - 1, date));
      // The 30th of February is none.
      if (day.getUTCDate() !== date) return Number.NaN;
      dated = true;
      if (!iso) take(/^t(?=\d)/);
      continue;
    }
    found = take(/^(\d\d?)[ -](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?:[ -](\d{4}))?(?=$|[\s,])/);
    const named = found ?? take(/^(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* (\d\d?)(?:,? (\d{4}))?(?=$|\s)/);
    if (named !== null) {
      const [date, month] = found === null ? [named[2], named[1]] : [named[1], named[2]];
      const index = MONTHS.indexOf(month as string);
      day = new Date(Date.UTC(Number(named[3] ?? day.getUTCFullYear()), index, Number(date)));
      dated = true;
      continue;
    }
    found = take(/^(\d\d?)()()()\s*(am|pm)(?=$|\s)/) ?? take(/^(\d\d?):(\d\d)(?::(\d\d)(\.\d+)?)?\s*(am|pm)?/);
    if (found !== null) {
      const hour = found[5] === undefined ? Number(found[1]) : (Number(found[1]) % 12) + (found[5] === 'pm' ? 12 : 0);
      if (hour > 24 || Number(found[2]) > 59) return Number.NaN;
      clock = ((hour * 60 + Number(found[2])) * 60 + Number(found[3] ?? 0) + Number(found[4] || 0)) * 1000;
      const offset = take(/^([+-])(\d\d?):?(\d\d)?(?=$|\s)/);
      if (offset !== null) zone = (offset[1] === '+' ? 1 : -1) * (Number(offset[2]) * 60 + Number(offset[3] ?? 0)) * 60_000;
      continue;
    }
    if (take(/^(utc|gmt|z)(?=$|\s)/) !== null) continue;
    found = take(/^(now|today|tomorrow|yesterday|midnight|noon)(?=$|\s)/);
    if (found !== null) {
      if (found[1] === 'tomorrow' || found[1] === 'yesterday') shift += (found[1] === 'tomorrow' ? 1 : -1) * 86_400_000;
      if (found[1] === 'midnight' || found[1] === 'noon') clock = found[1] === 'noon' ? 43_200_000 : 0;
      continue;
    }
    found = take(/^([+-]?\s*\d+|next|last|a|an|)\s*(sec|second|min|minute|hour|day|week|fortnight|month|year)s?(?:\s+(ago))?(?=$|\s|[+-])/);
    if (found !== null) {
      const word = (found[1] as string).replaceAll(' ', '');
      const count = (word === 'last' ? -1 : /^(next|an?|)$/.test(word) ? 1 : Number(word)) * (found[3] === undefined ? 1 : -1);
      const unit = found[2] as string;
      if (unit === 'month' || unit === 'year') months += count * (unit === 'year' ? 12 : 1);
      else shift += count * (UNITS[unit] as number);
      continue;
    }
    found = take(/^(?:(next|last)\s+)?(sun|mon|tue|wed|thu|fri|sat)[a-z]*,?(?=$|\s)/);
    if (found === null) return Number.NaN;
    weekday = DAYS.indexOf(found[2] as string);
    if (found[1] === 'last') weeks = -1;
    if (found[1] === 'next') weeks = 1;
    clock ??= 0;
  }
  // A date alone is its midnight; a time alone is today's.
  const midnight = Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + months, day.getUTCDate());
  const within = clock ?? (dated ? 0 : day.getTime() % 86_400_000);
  // parse-datetime.y: the next such day, today included; `next` is the one after today. With a date a day of the week says nothing.
  const elsewhere = weekday !== day.getUTCDay();
  const ahead =
    weekday === undefined || dated
      ? 0
      : (((weekday - day.getUTCDay() + 7) % 7) + 7 * (weeks - (weeks > 0 && elsewhere ? 1 : 0))) * 86_400_000;
  return midnight + within - zone + shift + ahead;
}
