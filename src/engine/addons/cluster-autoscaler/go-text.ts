import type { Millis } from '../../sim/time.ts';

/** `time.Time.String()` of a UTC time: `2026-01-05 09:00:10.25 +0000 UTC`. */
export function goTime(at: Millis): string {
  const [date = '', time = ''] = new Date(at).toISOString().slice(0, -1).split('T');
  return `${date} ${time.replace(/\.?0+$/, '')} +0000 UTC`;
}
