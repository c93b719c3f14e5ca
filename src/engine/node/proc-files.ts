import { MemoryFiles, type Device } from '../os/files.ts';
import { KERNEL_VERSION } from '../os/kernel-version.ts';
import type { Namespaces } from '../os/namespaces.ts';
import type { ProcessInfo } from '../os/process.ts';
import type { Millis } from '../sim/time.ts';

/** What the files of /proc tell of: a machine as its own processes see it, or as those of a container do. */
export interface ProcSource {
  readonly now: () => Millis;
  readonly bootedAt: () => Millis;
  /** In bytes. */
  readonly memory: () => { readonly total: number; readonly available: number };
  /** Processors at work. */
  readonly load: () => number;
  readonly mounts: () => readonly MountLine[];
  readonly processes: () => readonly ProcessInfo[];
  /** Text of a process's `status`; `undefined` is who asks. */
  readonly status: (pid: number | undefined) => string;
  /** Where its cgroup lies. */
  readonly cgroup: (pid: number | undefined) => string;
  /** Texts below /proc/sys, and the modules that are loaded; a container sees none of them. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly modules?: readonly string[];
  readonly namespaces: (pid: number | undefined) => Namespaces | undefined;
}

/** A line of /proc/mounts. */
export type MountLine = readonly [device: string, path: string, type: string, options: string];

/** /proc: texts that are made when they are read. A process's directory is there as long as it is. */
export function procFiles(source: ProcSource): MemoryFiles {
  const { now, bootedAt, load, mounts } = source;
  const shown = new Set<number>();
  let busy = false;
  const files: MemoryFiles = new MemoryFiles(now, {
    refresh() {
      if (busy) return;
      busy = true;
      const found = new Map(source.processes().map((info) => [info.pid, info]));
      for (const pid of shown) {
        if (found.has(pid)) continue;
        shown.delete(pid);
        files.remove(`/${pid}`, { recursive: true });
      }
      for (const [pid] of found) {
        if (shown.has(pid)) continue;
        shown.add(pid);
        addProcess(files, source, pid);
      }
      busy = false;
    },
  });
  const seconds = (): number => (now() - bootedAt()) / 1000;
  const busyness = (): string => load().toFixed(2);
  text(files, '/meminfo', () => meminfo(source));
  text(files, '/uptime', () => `${seconds().toFixed(2)} ${seconds().toFixed(2)}\n`);
  text(
    files,
    '/loadavg',
    () => `${busyness()} ${busyness()} ${busyness()} 1/${source.processes().length} ${source.processes().at(-1)?.pid ?? 1}\n`,
  );
  text(files, '/version', () => `Linux version ${KERNEL_VERSION}\n`);
  text(files, '/swaps', () => 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n');
  text(files, '/filesystems', () => 'nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tcgroup2\nnodev\toverlay\n\text4\n');
  for (const [name, value] of Object.entries(source.settings ?? {})) text(files, `/sys/${name}`, () => `${value}\n`);
  const { modules } = source;
  if (modules !== undefined) text(files, '/modules', () => modules.map((name) => `${name} 32768 0 - Live 0x0000000000000000\n`).join(''));
  text(files, '/self/mounts', () =>
    mounts()
      .map(([device, path, type, options]) => `${device} ${path} ${type} ${options} 0 0\n`)
      .join(''),
  );
  files.symlink('self/mounts', '/mounts');
  text(files, '/self/status', () => source.status(undefined));
  addNamespaces(files, source, undefined, '/self');
  return files;
}

function addProcess(files: MemoryFiles, source: ProcSource, pid: number): void {
  const info = (): ProcessInfo | undefined => source.processes().find((each) => each.pid === pid);
  text(
    files,
    `/${pid}/cmdline`,
    () =>
      info()
        ?.argv.map((arg) => `${arg}\0`)
        .join('') ?? '',
  );
  text(
    files,
    `/${pid}/comm`,
    () =>
      `${
        (info()?.argv[0] ?? '')
          .replace(/:( .*)?$/, '')
          .split('/')
          .pop()
          ?.slice(0, 15) ?? ''
      }\n`,
  );
  addNamespaces(files, source, pid, `/${pid}`);
  files.device(`/${pid}/status`, {
    read: () => source.status(pid),
    get service() {
      return source.namespaces(pid);
    },
  });
}

function addNamespaces(files: MemoryFiles, source: ProcSource, pid: number | undefined, at: string): void {
  text(files, `${at}/cgroup`, () => `0::${source.cgroup(pid)}\n`);
  files.mount(`${at}/ns`, {});
  for (const [name, number] of Object.entries(source.namespaces(pid)?.numbers ?? {}))
    files.symlink(`${name}:[${number}]`, `${at}/ns/${name}`);
}

function text(files: MemoryFiles, path: string, read: NonNullable<Device['read']>): void {
  files.device(path, { read }, 0o444);
}

function meminfo({ memory }: ProcSource): string {
  const { total, available } = memory();
  // A twelfth of the memory is what has been read from the disk, as long as nobody else needs it.
  const cached = Math.min(available, Math.round(total / 12));
  const line = (name: string, bytes: number): string => `${`${name}:`.padEnd(15)} ${String(Math.floor(bytes / 1024)).padStart(8)} kB\n`;
  return (
    line('MemTotal', total) +
    line('MemFree', available - cached) +
    line('MemAvailable', available) +
    line('Buffers', 0) +
    line('Cached', cached) +
    line('Shmem', Math.round(total / 2000)) +
    line('SwapTotal', 0) +
    line('SwapFree', 0)
  );
}
