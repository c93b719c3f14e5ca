import { FileError, type FileStat, type Process } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { lstat } from './lstat.ts';
import { humanSize } from './human-size.ts';
import { complain } from './input.ts';

interface Item {
  name: string;
  path: string;
  stat: FileStat;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

export function* ls(process: Process): Task<number> {
  const options = yield* readOptions(process, {
    short: 'laA1dhRrtSFCp',
    long: {
      all: 'a',
      'almost-all': 'A',
      directory: 'd',
      'human-readable': 'h',
      recursive: 'R',
      reverse: 'r',
    },
    refused: ['--color', '-i', '-n', '-o', '-g', '-s', '-X', '-v', '-Z', '--time-style', '--full-time', '--sort'],
    status: 2,
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  let status = 0;
  const files: Item[] = [];
  const directories: Item[] = [];
  for (const name of operands.length === 0 ? ['.'] : operands) {
    const path = resolvePath(process.cwd, name);
    try {
      const item = { name, path, stat: flags.has('l') || flags.has('d') ? lstat(process, path) : process.files.stat(path) };
      (item.stat.type === 'directory' && !flags.has('d') ? directories : files).push(item);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      yield* complain(process, `cannot access '${name}': ${error.message}`);
      status = 2;
    }
  }
  yield* show(process, sorted(files, flags), flags, false);
  let first = files.length === 0;
  const queue = sorted(directories, flags);
  const titled = operands.length > 1 || flags.has('R');
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
    let names: string[];
    try {
      names = process.files.list(item.path);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      yield* complain(process, `cannot open directory '${item.name}': ${error.message}`);
      status = 2;
      continue;
    }
    if (titled) yield* writeText(process.stdout, `${first ? '' : '\n'}${item.name}:\n`);
    first = false;
    const { path } = item;
    const shown = names.filter((name) => flags.has('a') || flags.has('A') || !name.startsWith('.'));
    const items = sorted(shown.map((name) => ({ name, path: `${path.replace(/\/$/, '')}/${name}`, stat: lstat(process, `${path.replace(/\/$/, '')}/${name}`) })), flags); // prettier-ignore
    const dots = flags.has('a')
      ? ['.', '..'].map((name) => ({ name, path: resolvePath(path, name), stat: process.files.stat(resolvePath(path, name)) }))
      : [];
    yield* show(process, [...dots, ...items], flags, true);
    if (flags.has('R')) {
      const title = item.name;
      queue.unshift(
        ...items
          .filter(({ stat }) => stat.type === 'directory')
          .map((each) => ({ ...each, name: `${title.replace(/\/$/, '')}/${each.name}` })),
      );
    }
  }
  return status;
}

function sorted(items: Item[], flags: ReadonlyMap<string, string>): Item[] {
  // In the C locale, as in containers and in C.UTF-8: by bytes.
  const compare = (a: Item, b: Item): number =>
    (flags.has('t') ? b.stat.modified - a.stat.modified : flags.has('S') ? b.stat.size - a.stat.size : 0) ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  items.sort(compare);
  return flags.has('r') ? items.reverse() : items;
}

function* show(process: Process, items: readonly Item[], flags: ReadonlyMap<string, string>, total: boolean): Task<void> {
  const label = ({ name, path, stat }: Item): string => {
    const mark =
      flags.has('F') || flags.has('p')
        ? stat.type === 'directory'
          ? '/'
          : flags.has('F') && stat.type === 'symlink'
            ? '@'
            : flags.has('F') && (stat.mode & 0o111) !== 0
              ? '*'
              : ''
        : '';
    return name + (flags.has('l') && stat.type === 'symlink' ? ` -> ${process.files.readLink(path)}` : mark);
  };
  if (flags.has('l')) {
    const size = ({ stat }: Item): string => (flags.has('h') ? humanSize(stat.size) : String(stat.size));
    const width = (texts: string[]): number => Math.max(0, ...texts.map((text) => text.length));
    const [sizes, users, groups] = [
      width(items.map(size)),
      width(items.map(({ stat }) => stat.user)),
      width(items.map(({ stat }) => stat.group)),
    ];
    let text = total ? `total ${items.reduce((sum, { stat }) => sum + Math.ceil(stat.size / 4096) * 4, 0)}\n` : '';
    for (const item of items) {
      const { stat } = item;
      const links = stat.type === 'directory' ? 2 : 1;
      text += `${modeText(stat)} ${links} ${stat.user.padEnd(users)} ${stat.group.padEnd(groups)} ${size(item).padStart(sizes)} ${when(stat.modified)} ${label(item)}\n`;
    }
    yield* writeText(process.stdout, text);
    return;
  }
  const labels = items.map(label);
  const columns =
    process.terminal === undefined && !flags.has('C') ? undefined : flags.has('1') ? undefined : (process.terminal?.columns ?? 80);
  yield* writeText(process.stdout, columns === undefined ? labels.map((text) => `${text}\n`).join('') : inColumns(labels, columns));
}

/** Down the columns, as few rows as fit. */
function inColumns(labels: readonly string[], width: number): string {
  if (labels.length === 0) return '';
  for (let rows = 1; ; rows++) {
    const columns: string[][] = [];
    for (let i = 0; i < labels.length; i += rows) columns.push(labels.slice(i, i + rows));
    const widths = columns.map((column) => Math.max(...column.map((text) => text.length)));
    if (rows < labels.length && widths.reduce((sum, each) => sum + each + 2, -2) > width) continue;
    let text = '';
    for (let row = 0; row < rows; row++) text += `${columns.map((column, i) => (column[row] === undefined ? '' : columns[i + 1]?.[row] === undefined ? column[row] : (column[row] as string).padEnd((widths[i] as number) + 2))).join('')}\n`; // prettier-ignore
    return text;
  }
}

function modeText(stat: FileStat): string {
  const bits = [...'rwxrwxrwx'].map((c, i) => ((stat.mode & (0o400 >> i)) === 0 ? '-' : c)).join('');
  return `${stat.type === 'directory' ? 'd' : stat.type === 'symlink' ? 'l' : '-'}${(stat.mode & 0o1000) === 0 ? bits : `${bits.slice(0, 8)}t`}`;
}

function when(at: number): string {
  const date = new Date(at);
  return `${MONTHS[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)} ${date.toISOString().slice(11, 16)}`;
}
