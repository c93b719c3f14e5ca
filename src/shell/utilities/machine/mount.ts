import type { Process, Program } from '../../../engine/os/process.ts';
import { resolvePath } from '../../../engine/os/path.ts';
import type { Task } from '../../../engine/os/task.ts';
import { writeText } from '../../../engine/os/text.ts';
import { readOptions } from '../arguments.ts';
import { complain, programName } from '../input.ts';
import { readMounts } from './proc.ts';

/** `mount`: what is mounted. Who would mount something is refused, as the kernel refuses it to a container, or because it is not modelled. */
export const mount: Program = function* (process) {
  const options = yield* readOptions(process, { short: 't:lo:', refused: ['-a', '--bind', '-r', '-w'] });
  if (typeof options === 'number') return options;
  if (options.operands.length > 0) return yield* refuse(process, options.operands);
  const mounts = yield* readMounts(process);
  if (mounts === undefined) return 1;
  const types = options.flags.get('t')?.split(',');
  yield* writeText(
    process.stdout,
    mounts
      .filter(({ type }) => types === undefined || types.includes(type))
      .map(({ device, path, type, options: how }) => `${device} on ${path} type ${type} (${how})\n`)
      .join(''),
  );
  return 0;
};

export const umount: Program = function* (process) {
  const operands = process.argv.slice(1).filter((arg) => !arg.startsWith('-'));
  return yield* refuse(process, operands);
};

function* refuse(process: Process, operands: readonly string[]): Task<number> {
  const allowed = process.system?.confinement.capabilities.has('SYS_ADMIN') !== false && process.system?.user === 'root';
  if (!allowed) {
    yield* complain(process, `${operands.at(-1) ?? ''}: permission denied.`);
    return programName(process) === 'mount' ? 1 : 32;
  }
  yield* complain(process, 'what is mounted cannot be changed here: volumes of pods are mounted by the kubelet');
  return 1;
}

/** `findmnt [PATH]`, as a list. */
export const findmnt: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'lnt:', long: { list: 'l', noheadings: 'n', 'types=': 't', 'target=': 'T' } });
  if (typeof options === 'number') return options;
  const mounts = yield* readMounts(process);
  if (mounts === undefined) return 1;
  const { flags, operands } = options;
  const target = flags.get('T') ?? operands[0];
  const path = target === undefined ? undefined : resolvePath(process.cwd, target);
  const found = mounts.filter(
    (each) => (path === undefined || each.path === path || each.device === target) && (!flags.has('t') || each.type === flags.get('t')),
  );
  if (found.length === 0) return 1;
  // The tree is drawn by where things are mounted; asked for one, or as a list, there is none.
  const tree = path === undefined && !flags.has('l') && !flags.has('t');
  const branch = (each: string, i: number): string =>
    !tree || each === '/' ? each : `${found.slice(i + 1).some((later) => later.path !== '/') ? '├─' : '└─'}${each}`;
  const ordered = tree ? found.toSorted((a, b) => Number(b.path === '/') - Number(a.path === '/')) : found;
  const rows = ordered.map((each, i) => [branch(each.path, i), each.device, each.type, each.options]);
  const all = flags.has('n') ? rows : [['TARGET', 'SOURCE', 'FSTYPE', 'OPTIONS'], ...rows];
  const widths = [0, 1, 2].map((i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
  yield* writeText(
    process.stdout,
    all.map((row) => `${row.map((cell, i) => (i < 3 ? cell.padEnd(widths[i] ?? 0) : cell)).join(' ')}\n`).join(''),
  );
  return 0;
};
