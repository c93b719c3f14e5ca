import { FileError, type Process, type Program } from '../../../engine/os/process.ts';
import { resolvePath } from '../../../engine/os/path.ts';
import type { Task } from '../../../engine/os/task.ts';
import { writeText } from '../../../engine/os/text.ts';
import { readOptions } from '../arguments.ts';
import { complain } from '../input.ts';
import { lstat } from '../lstat.ts';
import { humanSize } from '../human-size.ts';
import { readMounts, type Mounted } from './proc.ts';

/** GNU `df`. */
export const df: Program = (process) => tell(process, gnu);
/** busybox's applet: its columns, and `1.5G` also above ten. */
export const busyboxDf: Program = (process) => tell(process, busybox);

interface Row extends Mounted {
  readonly size: number;
  readonly used: number;
}

type Layout = (rows: readonly Row[], flags: ReadonlyMap<string, string>) => string;

const BLOCK = 4096;

function* tell(process: Process, layout: Layout): Task<number> {
  const options = yield* readOptions(process, {
    short: 'hkmTPa',
    long: { 'human-readable': 'h', 'print-type': 'T', portability: 'P', all: 'a' },
    refused: ['-i', '--inodes', '-t', '-x', '-B', '--output', '--total', '-H', '-l', '--local'],
  });
  if (typeof options === 'number') return options;
  const mounts = yield* readMounts(process);
  if (mounts === undefined) return 1;
  const { flags, operands } = options;
  let status = 0;
  let wanted: readonly Mounted[] = mounts;
  if (operands.length > 0) {
    const found: Mounted[] = [];
    for (const path of operands) {
      const full = resolvePath(process.cwd, path);
      if (process.files.exists(full)) found.push(mountOf(mounts, full));
      else {
        yield* complain(process, `${path}: No such file or directory`);
        status = 1;
      }
    }
    if (found.length === 0) return status;
    wanted = found;
  }
  const rows = wanted.map((mount) => measured(process, mount)).filter(({ size }) => size > 0 || flags.has('a') || operands.length > 0);
  // Of what is mounted in several places of a container, the first is shown.
  const shown =
    operands.length > 0 || flags.has('a')
      ? rows
      : rows.filter((row, i) => row.device !== '/dev/vda1' || rows.findIndex(({ device }) => device === row.device) === i);
  yield* writeText(process.stdout, layout(shown, flags));
  return status;
}

/** The mount that a path lies in: the deepest. */
function mountOf(mounts: readonly Mounted[], path: string): Mounted {
  const inside = mounts.filter((each) => each.path === '/' || path === each.path || path.startsWith(`${each.path}/`));
  return inside.toSorted((a, b) => b.path.length - a.path.length)[0] as Mounted;
}

/** Size and use in bytes; what is only shown by the kernel has none. */
function measured(process: Process, mount: Mounted): Row {
  if (!/^(tmpfs|overlay|ext4)$/.test(mount.type)) return { ...mount, size: 0, used: 0 };
  if (mount.type !== 'tmpfs') return { ...mount, ...(process.files.space?.('/') ?? { size: 0, used: 0 }) };
  const size = Number(/size=(\d+)k/.exec(mount.options)?.[1] ?? 0) * 1024;
  return { ...mount, size, used: used(process, mount.path) };
}

function used(process: Process, path: string): number {
  try {
    return process.files.list(path).reduce((sum, name) => {
      const { type, size } = lstat(process, `${path}/${name}`);
      return sum + (type === 'directory' ? used(process, `${path}/${name}`) : Math.ceil(size / BLOCK) * BLOCK);
    }, 0);
  } catch (error) {
    if (error instanceof FileError) return 0;
    throw error;
  }
}

const percent = ({ size, used: taken }: Row): string => `${size === 0 ? '-' : Math.ceil((100 * taken) / size)}%`;

const gnu: Layout = (rows, flags) => {
  const human = flags.has('h');
  const form = (bytes: number): string => (human ? humanSize(bytes) : String(Math.ceil(bytes / (flags.has('m') ? 2 ** 20 : 1024))));
  const type = flags.has('T');
  const heading = [
    'Filesystem',
    ...(type ? ['Type'] : []),
    human ? 'Size' : flags.has('m') ? '1M-blocks' : flags.has('P') ? '1024-blocks' : '1K-blocks',
    'Used',
    human ? 'Avail' : 'Available',
    flags.has('P') ? 'Capacity' : 'Use%',
    'Mounted on',
  ];
  const cells = rows.map((row) => [
    row.device,
    ...(type ? [row.type] : []),
    form(row.size),
    form(row.used),
    form(row.size - row.used),
    percent(row),
    row.path,
  ]);
  const left = type ? 2 : 1;
  const least = [14, ...(type ? [4] : []), 5, 5, 5, 4, 0];
  const all = [heading, ...cells];
  const widths = heading.map((_, i) => Math.max(least[i] ?? 0, ...all.map((row) => row[i]?.length ?? 0)));
  return all
    .map(
      (row) =>
        `${row.map((cell, i) => (i === row.length - 1 ? cell : i < left ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' ')}\n`,
    )
    .join('');
};

const busybox: Layout = (rows, flags) => {
  const form = (bytes: number): string => {
    if (!flags.has('h')) return String(Math.ceil(bytes / (flags.has('m') ? 2 ** 20 : 1024)));
    let [size, unit] = [bytes, 0];
    for (; size >= 1024 && unit < 4; unit++) size /= 1024;
    return unit === 0 ? String(bytes) : `${size.toFixed(1)}${'KMGT'.charAt(unit - 1)}`;
  };
  const type = flags.has('T');
  const unit = (flags.has('h') ? '     Size' : flags.has('m') ? '1M-blocks' : flags.has('P') ? '1024-blocks' : '1K-blocks').padEnd(15);
  const lines = rows.map((row) => {
    const device = row.device.length > 20 ? `${row.device}\n${' '.repeat(20)}` : row.device.padEnd(20);
    const columns = `${form(row.size).padStart(9)} ${form(row.used).padStart(9)} ${form(row.size - row.used).padStart(9)} ${percent(row).padStart(4)} ${row.path}`;
    return `${device} ${type ? `${row.type.padEnd(10)} ` : ''}${columns}\n`;
  });
  return `Filesystem           ${type ? 'Type       ' : ''}${unit}Used Available ${flags.has('P') ? 'Capacity' : 'Use%'} Mounted on\n${lines.join('')}`;
};
