import { klogLine, klogMessage, type Severity } from '../../../os/go-log.ts';
import type { Narrator } from '../../../os/image.ts';
import type { LogEntry } from '../../../sim/log.ts';

export type Write = (place: string, message: string, values?: Readonly<Record<string, unknown>>, severity?: Severity) => string;

/** Lines of klog at the instant of an entry, by the container's first process. */
export const writing =
  ({ at }: LogEntry): Write =>
  (place, message, values, severity = 'I') =>
    klogLine(severity, at, 1, place, klogMessage(message, values));

/** As `Infof` writes it: a sentence, not quoted. */
export const saying =
  ({ at }: LogEntry) =>
  (place: string, text: string, severity: Severity = 'I'): string =>
    klogLine(severity, at, 1, place, text);

/** `--v=2`. */
export function verbosity({ argv }: Narrator): number {
  for (const argument of argv) {
    const [, level] = /^(?:-v|--v)=?(\d+)$/.exec(argument) ?? [];
    if (level !== undefined) return Number(level);
  }
  return 0;
}

/** The flags a component was started with, as it lists them from verbosity 1 on. */
export function flagLines({ argv }: Narrator, entry: LogEntry): string[] {
  return argv.flatMap((argument) => {
    const [, name, value] = /^--([a-z-]+)=(.*)$/.exec(argument) ?? [];
    return name === undefined ? [] : [saying(entry)('flags.go:64', `FLAG: --${name}=${JSON.stringify(value)}`)];
  });
}

export const GOLANG = { GOGC: '', GOMAXPROCS: '', GOTRACEBACK: '' };

/** Whether an entry is a component's success in getting its leader lease, renewals included. */
export function holdsLease(entry: LogEntry, actor: string, lease: string): boolean {
  if (entry.actor !== actor || entry.verb !== 'request') return false;
  const { method, path, code } = entry.detail;
  return (
    (method === 'POST' && code === 201 && path.endsWith('/leases')) ||
    (method === 'PUT' && code === 200 && path.endsWith(`/leases/${lease}`))
  );
}
