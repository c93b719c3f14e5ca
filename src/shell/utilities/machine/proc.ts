import type { Process } from '../../../engine/os/process.ts';
import { decode } from '../../../engine/os/text.ts';
import { complain } from '../input.ts';
import type { Task } from '../../../engine/os/task.ts';

/** A file of /proc, which says so itself where there is none. */
export function* readProc(process: Process, path: string): Task<string | undefined> {
  if (process.files.exists(path)) return decode(process.files.read(path));
  yield* complain(process, `can't open '${path}': No such file or directory`);
  return undefined;
}

export interface Mounted {
  readonly device: string;
  readonly path: string;
  readonly type: string;
  readonly options: string;
}

/** What is mounted, in the order in which it was. */
export function* readMounts(process: Process): Task<readonly Mounted[] | undefined> {
  const text = yield* readProc(process, '/proc/mounts');
  return text
    ?.split('\n')
    .filter(Boolean)
    .map((line) => {
      const [device = '', path = '', type = '', options = ''] = line.split(' ');
      return { device, path, type, options };
    });
}

/** Bytes by name. */
export function readMemory(process: Process): ReadonlyMap<string, number> | undefined {
  if (!process.files.exists('/proc/meminfo')) return undefined;
  const lines = decode(process.files.read('/proc/meminfo')).matchAll(/^(\w+): +(\d+) kB$/gm);
  return new Map(Array.from(lines, ([, name = '', amount]) => [name, Number(amount) * 1024]));
}

/** `05:20:03 up 20:20`, and the load averages. */
export function readUptime(process: Process): { readonly up: string; readonly load: string } | undefined {
  const { files } = process;
  if (!files.exists('/proc/uptime') || !files.exists('/proc/loadavg')) return undefined;
  const minutes = Math.floor(Number.parseFloat(decode(files.read('/proc/uptime'))) / 60);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const time = hours > 0 ? `${String(hours).padStart(2)}:${String(rest).padStart(2, '0')}` : `${rest} min`;
  const clock = new Date(process.now()).toISOString().slice(11, 19);
  return {
    up: `${clock} up ${days > 0 ? `${days} day${days > 1 ? 's' : ''}, ` : ''}${time}`,
    load: decode(files.read('/proc/loadavg')).split(' ').slice(0, 3).join(', '),
  };
}
