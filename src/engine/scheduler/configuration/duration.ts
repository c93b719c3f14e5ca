import { MINUTE, SECOND, type Millis } from '../../sim/time.ts';

/** `metav1.Duration` as files have it: `5s`, `500ms`, `1m30s`. */
export function durationOf(text: string): Millis | undefined {
  const [whole, minutes = '0', seconds = '0', millis = '0'] = /^(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:(\d+)ms)?$/.exec(text) ?? [];
  return whole === undefined || whole === '' ? undefined : Number(minutes) * MINUTE + Number(seconds) * SECOND + Number(millis);
}
