import { resolvePath } from '../../engine/os/path.ts';
import { FileError, type FileStat, type Process, type Program } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { canonicalPath } from './canonical-path.ts';
import { humanSize } from './human-size.ts';
import { readOptions } from './arguments.ts';
import { complain } from './input.ts';
import { lstat } from './lstat.ts';

// What files are: stat, du, readlink, realpath; and mktemp, which makes one.

const LETTER = { file: '-', directory: 'd', symlink: 'l' } as const;

function modeText({ mode, type }: FileStat): string {
  const bits = [...'rwxrwxrwx'].map((letter, i) => ((mode >> (8 - i)) & 1 ? letter : '-'));
  if (mode & 0o1000) bits[8] = bits[8] === 'x' ? 't' : 'T';
  return LETTER[type] + bits.join('');
}

const stamp = (time: number): string => `${new Date(time).toISOString().replace('T', ' ').replace('Z', '')}000000 +0000`;

export const stat: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'c:Lt', long: { 'format=': 'c', dereference: 'L' }, refused: ['-f', '--printf'] });
  if (typeof options === 'number') return options;
  let status = 0;
  for (const path of options.operands) {
    const found = yield* tried(process, `cannot statx '${path}'`, () =>
      options.flags.has('L') ? process.files.stat(resolvePath(process.cwd, path)) : lstat(process, resolvePath(process.cwd, path)),
    );
    if (found === undefined) status = 1;
    else yield* writeText(process.stdout, factsText(path, found, options.flags.get('c')));
  }
  if (options.operands.length > 0) return status;
  yield* complain(process, "missing operand\nTry 'stat --help' for more information.");
  return 1;
};

function factsText(path: string, found: FileStat, format: string | undefined): string {
  const octal = (found.mode & 0o7777).toString(8);
  const kind = { file: found.size === 0 ? 'regular empty file' : 'regular file', directory: 'directory', symlink: 'symbolic link' }[
    found.type
  ];
  const facts: Readonly<Record<string, string>> = {
    n: path,
    N: `'${path}'`,
    s: String(found.size),
    a: octal,
    A: modeText(found),
    F: kind,
    U: found.user,
    G: found.group,
    y: stamp(found.modified),
    Y: String(Math.floor(found.modified / 1000)),
    b: String(8 * Math.ceil(found.size / 4096)),
    B: '512',
    '%': '%',
  };
  if (format !== undefined) return `${format.replace(/%(.)/g, (all, letter: string) => facts[letter] ?? all)}\n`;
  return `  File: ${path}\n  Size: ${String(found.size).padEnd(10)}\tBlocks: ${(facts['b'] as string).padEnd(10)} IO Block: 4096   ${kind}\nAccess: (${octal.padStart(4, '0')}/${modeText(found)})  Uid: ${found.user}   Gid: ${found.group}\nModify: ${stamp(found.modified)}\n`;
}

export const du: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'shackd:b', long: { summarize: 's', 'human-readable': 'h', all: 'a', total: 'c', 'max-depth=': 'd', bytes: 'b' } }); // prettier-ignore
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const deepest = flags.has('s') ? 0 : Number(flags.get('d') ?? Infinity);
  const rows: string[] = [];
  const bare = flags.has('b');
  const said = (bytes: number): string => (bare ? String(bytes) : flags.has('h') ? humanSize(bytes) : String(Math.ceil(bytes / 1024)));
  const measure = (path: string, full: string, depth: number): number => {
    const found = lstat(process, full);
    let total = bare ? found.size : found.type === 'directory' ? 4096 : 4096 * Math.ceil(found.size / 4096);
    if (found.type === 'directory')
      for (const each of [...process.files.list(full)].sort())
        total += measure(`${path.replace(/\/$/, '')}/${each}`, `${full === '/' ? '' : full}/${each}`, depth + 1);
    if (depth <= deepest && (found.type === 'directory' || depth === 0 || flags.has('a'))) rows.push(`${said(total)}\t${path}\n`);
    return total;
  };
  let [status, sum] = [0, 0];
  for (const path of operands.length === 0 ? ['.'] : operands) {
    const total = yield* tried(process, `cannot access '${path}'`, () => measure(path, resolvePath(process.cwd, path), 0));
    if (total === undefined) status = 1;
    else sum += total;
  }
  if (flags.has('c')) rows.push(`${said(sum)}\ttotal\n`);
  yield* writeText(process.stdout, rows.join(''));
  return status;
};

export const readlink: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'fen', long: { canonicalize: 'f' } });
  if (typeof options === 'number') return options;
  let status = 0;
  for (const path of options.operands) {
    try {
      const full = resolvePath(process.cwd, path);
      const says = options.flags.has('f') || options.flags.has('e') ? canonicalPath(process.files, full) : process.files.readLink(full);
      yield* writeText(process.stdout, says + (options.flags.has('n') ? '' : '\n'));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      status = 1;
    }
  }
  return status;
};

export const realpath: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'es' });
  if (typeof options === 'number') return options;
  let status = 0;
  for (const path of options.operands) {
    const full = resolvePath(process.cwd, path);
    const says = yield* tried(process, path, () => canonicalPath(process.files, full));
    if (says === undefined) status = 1;
    else yield* writeText(process.stdout, `${says}\n`);
  }
  return status;
};

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export const mktemp: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'dup:t', long: { directory: 'd', 'dry-run': 'u', 'tmpdir=': 'p' } });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const template = operands[0] ?? 'tmp.XXXXXXXXXX';
  if (!/X{3,}$/.test(template)) {
    yield* complain(process, `too few X's in template ‘${template}’`);
    return 1;
  }
  const name = template.replace(/X+$/, (run) => [...run].map(() => LETTERS[process.random(LETTERS.length)]).join(''));
  const inside = operands.length === 0 || flags.has('p') || flags.has('t');
  const shown = inside ? `${flags.get('p') ?? process.env.get('TMPDIR') ?? '/tmp'}/${name}` : name;
  const path = resolvePath(process.cwd, shown);
  const made = yield* tried(process, `failed to create ${flags.has('d') ? 'directory' : 'file'} via template ‘${template}’`, () => {
    if (flags.has('u')) return true;
    if (flags.has('d')) process.files.makeDirectory(path, { mode: 0o700 });
    else process.files.write(path, new Uint8Array(), { mode: 0o600 });
    return true;
  });
  if (made === undefined) return 1;
  yield* writeText(process.stdout, `${shown}\n`);
  return 0;
};

function* tried<T>(process: Process, describe: string, act: () => T): Task<T | undefined> {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    yield* complain(process, `${describe}: ${error.message}`);
    return undefined;
  }
}
