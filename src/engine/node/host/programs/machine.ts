import type { Process, Program } from '../../../os/process.ts';
import type { Task } from '../../../os/task.ts';
import { writeText } from '../../../os/text.ts';
import { DAY, HOUR, MINUTE } from '../../../sim/time.ts';
import type { HostParts } from '../host-parts.ts';
import { kernelTables } from '../kernel-tables.ts';
import { systemBus } from '../system-bus.ts';
import { readFlags } from './flags.ts';
import { binarySize } from './units.ts';

/** A program that looks at the machine, and what it says where there is none to see. */
const looking = (show: (process: Process, machine: HostParts) => Task<number>): Program =>
  function* (process) {
    const machine = kernelTables(process);
    if (machine !== undefined) return yield* show(process, machine);
    yield* writeText(process.stderr, `${process.argv[0] ?? ''}: cannot read /proc of the machine\n`);
    return 1;
  };

/** `free`: in kibibytes unless told otherwise. */
export const free: Program = looking(function* (process, machine) {
  const flags = readFlags(process.argv.slice(1), 'h/human m/mebi g/gibi b/bytes k/kibi');
  if (typeof flags === 'string') {
    yield* writeText(process.stderr, `free: invalid option -- '${flags.replace(/^-+|=$/g, '')}'\n`);
    return 1;
  }
  const { total, used } = memory(machine);
  const cache = Math.min(total - used, Math.round(total / 12));
  const { given } = flags;
  const form = (bytes: number): string => {
    if (given.has('human')) return `${binarySize(bytes)}${bytes === 0 ? '' : 'i'}`;
    const unit = given.has('bytes') ? 1 : given.has('mebi') ? 2 ** 20 : given.has('gibi') ? 2 ** 30 : 1024;
    return String(Math.floor(bytes / unit));
  };
  const row = (name: string, numbers: readonly number[]): string =>
    `${name.padEnd(8)}${numbers.map((each) => form(each).padStart(12)).join('')}\n`;
  const heading = `${' '.repeat(8)}${['total', 'used', 'free', 'shared', 'buff/cache', 'available'].map((each) => each.padStart(12)).join('')}\n`;
  const shared = Math.round(total / 2000);
  yield* writeText(
    process.stdout,
    heading + row('Mem:', [total, used, total - used - cache, shared, cache, total - used]) + row('Swap:', [0, 0, 0]),
  );
  return 0;
});

/** `df`: the machine's one disk, and what lives in memory. */
export const df: Program = looking(function* (process, machine) {
  const flags = readFlags(process.argv.slice(1), 'h/human-readable i/inodes T/print-type k a/all');
  if (typeof flags === 'string') {
    yield* writeText(process.stderr, `df: invalid option -- '${flags.replace(/^-+|=$/g, '')}'\n`);
    return 1;
  }
  const { given } = flags;
  const { use } = machine;
  const inodes = given.has('inodes');
  const of = (key: 'nodefs.available' | 'nodefs.inodesFree'): { capacity: number; available: number } =>
    use()[key] as { capacity: number; available: number };
  const disk = of(inodes ? 'nodefs.inodesFree' : 'nodefs.available');
  const { total } = memory(machine);
  const rows: (readonly [string, string, number, number, string])[] = [
    ['/dev/vda1', 'ext4', disk.capacity, disk.capacity - disk.available, '/'],
    ['tmpfs', 'tmpfs', inodes ? Math.floor(total / 4096) : total / 2, inodes ? 1 : 0, '/dev/shm'],
    ['tmpfs', 'tmpfs', inodes ? Math.floor(total / 4096) : total / 5, inodes ? 640 : 1_200_000, '/run'],
  ];
  const form = (amount: number): string =>
    inodes ? String(amount) : given.has('human-readable') ? binarySize(amount) : String(Math.ceil(amount / 1024));
  const size = inodes ? 'Inodes' : given.has('human-readable') ? 'Size' : '1K-blocks';
  const heading = [
    'Filesystem',
    ...(given.has('print-type') ? ['Type'] : []),
    size,
    inodes ? 'IUsed' : 'Used',
    inodes ? 'IFree' : given.has('human-readable') ? 'Avail' : 'Available',
    inodes ? 'IUse%' : 'Use%',
    'Mounted on',
  ];
  const cells = rows.map(([name, type, all, used, on]) => [
    name,
    ...(given.has('print-type') ? [type] : []),
    form(all),
    form(used),
    form(all - used),
    `${all === 0 ? 0 : Math.ceil((100 * used) / all)}%`,
    on,
  ]);
  const left = given.has('print-type') ? 2 : 1;
  const all = [heading, ...cells];
  const widths = heading.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0), i === 0 ? 14 : 0));
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === row.length - 1 ? cell : i < left ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' ');
  yield* writeText(process.stdout, all.map((row) => `${line(row)}\n`).join(''));
  return 0;
});

export const uptime: Program = looking(function* (process, machine) {
  yield* writeText(process.stdout, `${upLine(process, machine)}\n`);
  return 0;
});

/** `top`, one look: who uses what. It does not stay, as no terminal here can be drawn over. */
export const top: Program = looking(function* (process, machine) {
  const { total, used } = memory(machine);
  const processes = process.system?.processes() ?? [];
  const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  const head = [
    `top - ${upLine(process, machine).trim()}`,
    `Tasks: ${processes.length} total,   1 running, ${processes.length - 1} sleeping,   0 stopped,   0 zombie`,
    `MiB Mem : ${mib(total)} total, ${mib(total - used)} free, ${mib(used)} used`,
    '',
    '    PID USER      %CPU  %MEM COMMAND',
  ];
  const rows = machine
    .containers()
    .map(({ pid, command, cpu, memory: held }) => ({ pid, command, cpu: cpu / 10, part: (100 * held) / total }))
    .toSorted((a, b) => b.cpu - a.cpu || b.part - a.part)
    .slice(0, process.terminal === undefined ? undefined : Math.max(5, process.terminal.rows - 7))
    .map(
      ({ pid, command, cpu, part }) =>
        `${String(pid).padStart(7)} root     ${cpu.toFixed(1).padStart(5)} ${part.toFixed(1).padStart(5)} ${command}`,
    );
  yield* writeText(process.stdout, `${[...head, ...rows].join('\n')}\n`);
  return 0;
});

/** Everybody here is root already. */
export const sudo: Program = function* (process) {
  const command = process.argv.slice(1);
  while (command[0]?.startsWith('-') === true) {
    const [flag] = command.splice(0, 1);
    if (flag === '-u') command.splice(0, 1);
    if ((flag === '-i' || flag === '-s') && command.length === 0) command.push('bash');
  }
  if (command.length === 0) {
    yield* writeText(process.stderr, 'usage: sudo [-i | -s] [-u user] command [arg ...]\n');
    return 1;
  }
  try {
    return yield* process.spawn(command).wait();
  } catch {
    yield* writeText(process.stderr, `sudo: ${command[0] ?? ''}: command not found\n`);
    return 1;
  }
};

/** Powers the machine off. */
export const poweroff: Program = function* (process) {
  const bus = systemBus(process);
  if (bus === undefined) {
    yield* writeText(process.stderr, 'Failed to connect to system scope bus via local transport: Host is down\n');
    return 1;
  }
  bus.systemd.powerOff();
  return 0;
};

function memory({ use }: HostParts): { total: number; used: number } {
  const { capacity, available } = use()['memory.available'] as { capacity: number; available: number };
  return { total: capacity, used: capacity - available };
}

function upLine(process: Process, { bootedAt, load }: HostParts): string {
  const up = process.now() - bootedAt();
  const days = Math.floor(up / DAY);
  const hours = Math.floor((up % DAY) / HOUR);
  const minutes = Math.floor((up % HOUR) / MINUTE);
  const time = hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}` : `${minutes} min`;
  const busy = load().toFixed(2);
  return ` ${new Date(process.now()).toISOString().slice(11, 19)} up ${days > 0 ? `${days} day${days > 1 ? 's' : ''}, ` : ''}${time},  1 user,  load average: ${busy}, ${busy}, ${busy}`;
}
