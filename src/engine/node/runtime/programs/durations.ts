import type { Millis } from '../../../sim/time.ts';

const UNITS: Readonly<Record<string, Millis>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Go's durations, whole milliseconds: `500ms`, `1m30s`; undefined where it is none. */
export function duration(text: string): Millis | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) sum += Number(count) * (UNITS[unit as string] as number);
  return Math.round(sum);
}
