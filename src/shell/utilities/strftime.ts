const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** strftime(3) in UTC and the C locale. */
export function strftime(format: string, at: number): string {
  const time = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hour, day, weekday] = [time.getUTCHours(), time.getUTCDate(), time.getUTCDay()];
  const month = MONTHS[time.getUTCMonth()] as string;
  const year = time.getUTCFullYear();
  const values: Readonly<Record<string, string>> = {
    Y: String(year), y: two(year % 100), m: two(time.getUTCMonth() + 1), d: two(day), e: String(day).padStart(2), H: two(hour), I: two(hour % 12 || 12),
    M: two(time.getUTCMinutes()), S: two(time.getUTCSeconds()), s: String(Math.floor(at / 1000)), N: `${String(at % 1000).padStart(3, '0')}000000`,
    a: (DAYS[weekday] as string).slice(0, 3), A: DAYS[weekday] as string, b: month.slice(0, 3), h: month.slice(0, 3), B: month, u: String(weekday || 7), w: String(weekday),
    j: String(Math.floor((at - Date.UTC(year, 0, 1)) / 86_400_000) + 1).padStart(3, '0'), p: hour < 12 ? 'AM' : 'PM', Z: 'UTC', z: '+0000', n: '\n', t: '\t', '%': '%',
    F: time.toISOString().slice(0, 10), T: time.toISOString().slice(11, 19), R: time.toISOString().slice(11, 16),
    D: `${two(time.getUTCMonth() + 1)}/${two(day)}/${two(year % 100)}`,
  }; // prettier-ignore
  return format.replace(/%3N/g, String(at % 1000).padStart(3, '0')).replace(/%-?([a-zA-Z%])/g, (all, c: string) => {
    const value = values[c];
    return value === undefined ? all : all.startsWith('%-') ? value.replace(/^[0 ]+(?=.)/, '') : value;
  }); // prettier-ignore
}
