import { HOUR, MINUTE, SECOND, type Millis } from '../../sim/time.ts';

/** Go's `time.Duration.String()`: `15m10s`. */
export function goDuration(duration: Millis): string {
  const hours = Math.floor(duration / HOUR);
  const minutes = Math.floor((duration % HOUR) / MINUTE);
  const seconds = `${(duration % MINUTE) / SECOND}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

/** `time.Time.String()` of a UTC time: `2026-01-05 09:00:10.25 +0000 UTC`. */
export function goTime(at: Millis): string {
  const [date = '', time = ''] = new Date(at).toISOString().slice(0, -1).split('T');
  return `${date} ${time.replace(/\.?0+$/, '')} +0000 UTC`;
}
