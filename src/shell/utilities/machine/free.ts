import type { Process, Program } from '../../../engine/os/process.ts';
import type { Task } from '../../../engine/os/task.ts';
import { writeText } from '../../../engine/os/text.ts';
import { readOptions } from '../arguments.ts';
import { humanSize } from '../human-size.ts';
import { readMemory, readProc, readUptime } from './proc.ts';

/** `free`, procps' and busybox's: the machine's memory, in kibibytes unless told otherwise. */
export const free: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'bkmgh',
    long: { bytes: 'b', kibi: 'k', mebi: 'm', gibi: 'g', human: 'h' },
  });
  if (typeof options === 'number') return options;
  const memory = readMemory(process);
  if (memory === undefined) return yield* cannotRead(process, '/proc/meminfo');
  const { flags } = options;
  const of = (name: string): number => memory.get(name) ?? 0;
  const unit = flags.has('b') ? 1 : flags.has('m') ? 2 ** 20 : flags.has('g') ? 2 ** 30 : 1024;
  const form = (bytes: number): string =>
    flags.has('h') ? (bytes === 0 ? '0B' : `${humanSize(bytes)}i`) : String(Math.floor(bytes / unit));
  const row = (name: string, numbers: readonly number[]): string =>
    `${name.padEnd(7)}${numbers.map((each) => form(each).padStart(12)).join('')}\n`;
  const heading = `${' '.repeat(7)}${['total', 'used', 'free', 'shared', 'buff/cache', 'available'].map((each) => each.padStart(12)).join('')}\n`;
  const cache = of('Cached') + of('Buffers');
  yield* writeText(
    process.stdout,
    heading +
      row('Mem:', [of('MemTotal'), of('MemTotal') - of('MemAvailable'), of('MemFree'), of('Shmem'), cache, of('MemAvailable')]) +
      row('Swap:', [of('SwapTotal'), of('SwapTotal') - of('SwapFree'), of('SwapFree')]),
  );
  return 0;
};

/** Whoever is logged in has a terminal; busybox looks for them in a file that containers do not have. */
export const uptime: Program = (process) => tellUptime(process, ',  1 user');
export const busyboxUptime: Program = (process) => tellUptime(process, '');

function* tellUptime(process: Process, users: string): Task<number> {
  const told = readUptime(process);
  if (told === undefined) return yield* cannotRead(process, '/proc/uptime');
  yield* writeText(process.stdout, ` ${told.up}${users},  load average: ${told.load}\n`);
  return 0;
}

function* cannotRead(process: Process, path: string): Task<number> {
  yield* readProc(process, path);
  return 1;
}
