const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** strftime(3) in UTC and the C locale. */
export function strftime(format: string, at: number): string {
  const time = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hour, day, weekday] = [time.getUTCHours(), time.getUTCDate(), time.getUTCDay()];
  const month = MONTHS[time.getUTCMonth()] as string;
  const year = time.getUTCFullYear();
  const yearDay = Math.floor((at - Date.UTC(year, 0, 1)) / 86_400_000);
  // ISO 8601: a week belongs to the year of its Thursday.
  const thursday = new Date(at + (4 - (weekday || 7)) * 86_400_000);
  const weekYear = thursday.getUTCFullYear();
  const week = Math.floor((thursday.getTime() - Date.UTC(weekYear, 0, 1)) / 604_800_000) + 1;
  const values: Readonly<Record<string, string>> = {
    Y: String(year), y: two(year % 100), m: two(time.getUTCMonth() + 1), d: two(day), e: String(day).padStart(2), H: two(hour), I: two(hour % 12 || 12),
    M: two(time.getUTCMinutes()), S: two(time.getUTCSeconds()), s: String(Math.floor(at / 1000)), N: `${String(at % 1000).padStart(3, '0')}000000`,
    a: (DAYS[weekday] as string).slice(0, 3), A: DAYS[weekday] as string, b: month.slice(0, 3), h: month.slice(0, 3), B: month, u: String(weekday || 7), w: String(weekday),
    j: String(Math.floor((at - Date.UTC(year, 0, 1)) / 86_400_000) + 1).padStart(3, '0'), p: hour < 12 ? 'AM' : 'PM', Z: 'UTC', z: '+0000', n: '\n', t: '\t', '%': '%',
    F: time.toISOString().slice(0, 10), T: time.toISOString().slice(11, 19), R: time.toISOString().slice(11, 16),
    C: two(Math.floor(year / 100)), k: String(hour).padStart(2), l: String(hour % 12 || 12).padStart(2), P: hour < 12 ? 'am' : 'pm', X: time.toISOString().slice(11, 19),
    r: `${two(hour % 12 || 12)}:${time.toISOString().slice(14, 19)} ${hour < 12 ? 'AM' : 'PM'}`, x: `${two(time.getUTCMonth() + 1)}/${two(day)}/${two(year % 100)}`,
    c: `${(DAYS[weekday] as string).slice(0, 3)} ${month.slice(0, 3)} ${String(day).padStart(2)} ${time.toISOString().slice(11, 19)} ${year}`,
    U: two(Math.floor((yearDay + 7 - weekday) / 7)), W: two(Math.floor((yearDay + 7 - ((weekday + 6) % 7)) / 7)),
    V: two(week), G: String(weekYear), g: two(weekYear % 100),
    D: `${two(time.getUTCMonth() + 1)}/${two(day)}/${two(year % 100)}`,
  }; // prettier-ignore
  return format.replace(/%([-_0^#]*)(\d*)([a-zA-Z%])/g, (all, flags: string, width: string, c: string) => {
    const value = values[c];
    if (value === undefined) return all;
    if (c === 'N' && width !== '') return value.slice(0, Number(width));
    let text = value;
    if (flags.includes('-')) text = text.replace(/^[0 ]+(?=.)/, '');
    else if (flags.includes('_')) text = text.replace(/^0+(?=.)/, (zeros) => ' '.repeat(zeros.length));
    else if (flags.includes('0')) text = text.replace(/^ +/, (blanks) => '0'.repeat(blanks.length));
    if (flags.includes('^')) text = text.toUpperCase();
    if (flags.includes('#')) text = text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
    return width === '' ? text : text.padStart(Number(width), /^\d+$/.test(text) && !flags.includes('_') ? '0' : ' ');
  });
}
