import { HOUR, MINUTE, SECOND, type Millis } from './time.ts';

const UNITS: Readonly<Record<string, Millis>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, μs: 1e-3, ms: 1, s: SECOND, m: MINUTE, h: HOUR };
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
const WHOLE = new RegExp(`^[+-]?(?:${PART.source})+$`);

/** Go's `time.ParseDuration`: `1m30s`, `1.5h`, `-2s`, `0`. Whole milliseconds, what is begun counts; undefined for what it refuses. */
export function parseDuration(text: string): Millis | undefined {
  if (/^[+-]?0$/.test(text)) return 0;
  if (!WHOLE.test(text)) return undefined;
  let sum = 0;
  for (const [, count, unit = ''] of text.matchAll(PART)) sum += Number(count) * (UNITS[unit] as number);
  // A binary fraction's error is no beginning of another millisecond.
  const whole = Math.ceil(Number(sum.toFixed(6)));
  return text.startsWith('-') ? -whole : whole;
}

/** The same with days, for people: `90s`, `1h30m`, `31d`, `-10m`. */
export function parseSpan(text: string): Millis | undefined {
  return parseDuration(text.replace(/(\d+(?:\.\d+)?)d/g, (_, days: string) => `${Number(days) * 24}h`));
}

/** Go's `time.Duration.String()`: `15.012s`, `1m0s`, `1h0m3.5s`, `450ms`, `0s`. */
export function goDuration(duration: Millis): string {
  if (duration === 0) return '0s';
  const sign = duration < 0 ? '-' : '';
  const left = Math.abs(duration);
  if (left < SECOND) return `${sign}${left}ms`;
  const hours = Math.floor(left / HOUR);
  const minutes = left < MINUTE ? '' : `${Math.floor((left % HOUR) / MINUTE)}m`;
  return `${sign}${hours > 0 ? `${hours}h` : ''}${minutes}${Number(((left % MINUTE) / SECOND).toFixed(3))}s`;
}
