import { say } from './daemon.ts';
import type { Process } from './process.ts';

/** A line of klog: severity, time of day, process, where in the source it was written. */
export function klog(process: Process, severity: 'I' | 'W' | 'E' | 'F', place: string, text: string): void {
  const [date = '', time = ''] = new Date(process.now()).toISOString().split('T');
  const clock = `${time.slice(0, 12)}000`;
  say(process.stderr, `${severity}${date.slice(5, 7)}${date.slice(8)} ${clock} ${String(process.pid).padStart(7)} ${place}] ${text}\n`);
}

/** A line of Go's package log, with its default time. */
export function goLog(process: Process, text: string): void {
  say(process.stderr, `${new Date(process.now()).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ')} ${text}\n`);
}
