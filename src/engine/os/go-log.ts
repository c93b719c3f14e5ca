import { say } from './daemon.ts';
import type { Process } from './process.ts';
import type { Millis } from '../sim/time.ts';

export type Severity = 'I' | 'W' | 'E' | 'F';

/** A line of klog: severity, day, time of day, process, where in the source it was written. */
export function klogLine(severity: Severity, at: Millis, pid: number, place: string, text: string): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T');
  return `${severity}${date.slice(5, 7)}${date.slice(8)} ${time.slice(0, 12)}000 ${String(pid).padStart(7)} ${place}] ${text}`;
}

/** A message with its keys and values, as klog's structured calls write them. */
export function klogMessage(message: string, values: Readonly<Record<string, unknown>> = {}): string {
  const pairs = Object.entries(values).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  return `${JSON.stringify(message)}${pairs.join('')}`;
}

export function klog(process: Process, severity: Severity, place: string, text: string): void {
  say(process.stderr, `${klogLine(severity, process.now(), process.pid, place, text)}\n`);
}

/** A line of Go's package log, with its default time. */
export function goLog(process: Process, text: string): void {
  say(process.stderr, `${new Date(process.now()).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ')} ${text}\n`);
}
