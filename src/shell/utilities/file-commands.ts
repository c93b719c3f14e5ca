import { FileError, type FileStat, type Process, type Program } from '../../engine/os/process.ts';
import { baseName, directoryName, resolvePath } from '../../engine/os/path.ts';
import { obtain, part } from '../../engine/os/rare.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { attempt, complain, programName } from './input.ts';
import { readDate } from './read-date.ts';

// The commands that change files: mkdir, rmdir, rm, cp, mv, ln, touch, chmod.

function statOf(process: Process, path: string): FileStat | undefined {
  try {
    return process.files.stat(resolvePath(process.cwd, path));
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

function* missing(process: Process, text = 'missing operand'): Task<number> {
  const name = programName(process);
  yield* writeText(process.stderr, `${name}: ${text}\nTry '${name} --help' for more information.\n`);
  return 1;
}

export const mkdir: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'pvm:', long: { parents: 'p', verbose: 'v', 'mode=': 'm' } });
  if (typeof options === 'number') return options;
  if (options.operands.length === 0) return yield* missing(process);
  let status = 0;
  for (const path of options.operands) {
    const mode = options.flags.get('m');
    const done = yield* attempt(process, `cannot create directory ‘${path}’`, () =>
      process.files.makeDirectory(resolvePath(process.cwd, path), {
        parents: options.flags.has('p'),
        ...(mode === undefined ? {} : { mode: Number.parseInt(mode, 8) }),
      }),
    );
    if (!done) status = 1;
    else if (options.flags.has('v')) yield* writeText(process.stdout, `mkdir: created directory '${path}'\n`);
  }
  return status;
};

export const rmdir: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'pv',
    long: { parents: 'p', verbose: 'v' },
    refused: ['--ignore-fail-on-non-empty'],
  });
  if (typeof options === 'number') return options;
  if (options.operands.length === 0) return yield* missing(process);
  let status = 0;
  // `-p a/b/c` also removes a/b and a.
  const parents = (path: string): string[] => [path, ...(path.includes('/') ? parents(directoryName(path)) : [])];
  for (const path of options.flags.has('p') ? options.operands.flatMap(parents) : options.operands) {
    if (options.flags.has('v')) yield* writeText(process.stdout, `rmdir: removing directory, '${path}'\n`);
    const done = yield* attempt(process, `failed to remove '${path}'`, () => {
      if (process.files.stat(resolvePath(process.cwd, path)).type !== 'directory') throw new FileError('ENOTDIR', path);
      process.files.remove(resolvePath(process.cwd, path));
    });
    if (!done) status = 1;
  }
  return status;
};

export const rm: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'rRfvd',
    long: { recursive: 'r', force: 'f', verbose: 'v', dir: 'd' },
    refused: ['-i', '-I', '--interactive'],
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const recursive = flags.has('r') || flags.has('R');
  if (operands.length === 0) return flags.has('f') ? 0 : yield* missing(process);
  let status = 0;
  for (const path of operands) {
    const full = resolvePath(process.cwd, path);
    if (recursive && full === '/') {
      yield* writeText(
        process.stderr,
        "rm: it is dangerous to operate recursively on '/'\nrm: use --no-preserve-root to override this failsafe\n",
      );
      status = 1;
      continue;
    }
    const stat = statOf(process, path);
    if (stat?.type === 'directory' && !recursive && !flags.has('d')) {
      yield* complain(process, `cannot remove '${path}': Is a directory`);
      status = 1;
      continue;
    }
    try {
      process.files.remove(full, { recursive });
      if (flags.has('v')) yield* writeText(process.stdout, `removed '${path}'\n`);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (error.code === 'ENOENT' && flags.has('f')) continue;
      yield* complain(process, `cannot remove '${path}': ${error.message}`);
      status = 1;
    }
  }
  return status;
};

/** `a b`, or `a… directory`: the destination of each source. */
function* destinations(process: Process, operands: readonly string[]): Task<[string, string][] | number> {
  if (operands.length === 0) return yield* missing(process, 'missing file operand');
  if (operands.length === 1) return yield* missing(process, `missing destination file operand after '${operands[0]}'`);
  const target = operands.at(-1) as string;
  const isDirectory = statOf(process, target)?.type === 'directory';
  if (operands.length > 2 && !isDirectory) {
    yield* complain(
      process,
      `target '${target}'${statOf(process, target) === undefined ? ': No such file or directory' : ' is not a directory'}`,
    );
    return 1;
  }
  return operands.slice(0, -1).map((source) => [source, isDirectory ? `${target.replace(/\/$/, '')}/${baseName(source)}` : target]);
}

export const cp: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'rRafvnpuTt:',
    long: {
      recursive: 'r',
      archive: 'a',
      force: 'f',
      verbose: 'v',
      'no-clobber': 'n',
      preserve: 'p',
      update: 'u',
      'target-directory=': 't',
    },
    refused: ['-i', '--interactive', '-l', '--link', '-s', '--symbolic-link', '-d', '-L', '-P', '-x'],
  });
  if (typeof options === 'number') return options;
  const { flags } = options;
  const into = flags.get('t');
  const pairs = yield* destinations(process, into === undefined ? options.operands : [...options.operands, into]);
  if (typeof pairs === 'number') return pairs;
  let status = 0;
  const copy = function* (from: string, to: string): Task<void> {
    const [source, target] = [resolvePath(process.cwd, from), resolvePath(process.cwd, to)];
    const stat = statOf(process, from);
    if (stat === undefined) {
      yield* complain(process, `cannot stat '${from}': No such file or directory`);
      status = 1;
    } else if (stat.type === 'directory') {
      if (!flags.has('r') && !flags.has('R') && !flags.has('a')) {
        yield* complain(process, `-r not specified; omitting directory '${from}'`);
        status = 1;
        return;
      }
      if (
        statOf(process, to) === undefined &&
        !(yield* attempt(process, `cannot create directory '${to}'`, () => process.files.makeDirectory(target)))
      ) {
        status = 1;
        return;
      }
      for (const name of process.files.list(source)) yield* copy(`${from}/${name}`, `${to}/${name}`);
    } else if (source === target) {
      yield* complain(process, `'${from}' and '${to}' are the same file`);
      status = 1;
    } else if (
      !(flags.has('n') && statOf(process, to) !== undefined) &&
      !(flags.has('u') && (statOf(process, to)?.modified ?? -1) >= stat.modified)
    ) {
      const done = yield* attempt(process, `cannot create regular file '${to}'`, () =>
        process.files.write(target, process.files.read(source), { mode: stat.mode }),
      );
      if (!done) status = 1;
      else {
        if (flags.has('p') || flags.has('a')) setModified(process, target, stat.modified);
        if (flags.has('v')) yield* writeText(process.stdout, `'${from}' -> '${to}'\n`);
      }
    }
  };
  for (const [from, to] of pairs) yield* copy(from, to);
  return status;
};

export const mv: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'fvn', long: { force: 'f', verbose: 'v' } });
  if (typeof options === 'number') return options;
  const pairs = yield* destinations(process, options.operands);
  if (typeof pairs === 'number') return pairs;
  let status = 0;
  for (const [from, to] of pairs) {
    if (statOf(process, from) === undefined) {
      yield* complain(process, `cannot stat '${from}': No such file or directory`);
      status = 1;
      continue;
    }
    if (options.flags.has('n') && statOf(process, to) !== undefined) continue;
    const done = yield* attempt(process, `cannot move '${from}' to '${to}'`, () =>
      process.files.rename(resolvePath(process.cwd, from).replace(/(.)\/$/, '$1'), resolvePath(process.cwd, to).replace(/(.)\/$/, '$1')),
    );
    if (!done) status = 1;
    else if (options.flags.has('v')) yield* writeText(process.stdout, `renamed '${from}' -> '${to}'\n`);
  }
  return status;
};

export const ln: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'sfv', long: { symbolic: 's', force: 'f' } });
  if (typeof options === 'number') return options;
  if (!options.flags.has('s')) {
    yield* complain(process, 'hard links are not modelled here; use ln -s');
    return 1;
  }
  const [target, name = target === undefined ? undefined : baseName(target)] = options.operands;
  if (target === undefined || name === undefined) return yield* missing(process, 'missing file operand');
  const place = statOf(process, name)?.type === 'directory' ? `${name}/${baseName(target)}` : name;
  const full = resolvePath(process.cwd, place);
  if (options.flags.has('f') && process.files.exists(full)) process.files.remove(full);
  if (!(yield* attempt(process, `failed to create symbolic link '${place}'`, () => process.files.symlink(target, full)))) return 1;
  if (options.flags.has('v')) yield* writeText(process.stdout, `'${place}' -> '${target}'\n`);
  return 0;
};

export const touch: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'camd:t:r:',
    long: { 'no-create': 'c', 'date=': 'd', 'reference=': 'r' },
  });
  if (typeof options === 'number') return options;
  if (options.operands.length === 0) return yield* missing(process, 'missing file operand');
  let status = 0;
  const at = yield* touchTime(process, options.flags);
  if (at === undefined) return 1;
  for (const path of options.operands) {
    const full = resolvePath(process.cwd, path);
    if (options.flags.has('c') && statOf(process, path) === undefined) continue;
    if (statOf(process, path)?.type === 'directory') {
      setModified(process, full, at);
      continue;
    }
    if (!(yield* attempt(process, `cannot touch '${path}'`, () => process.files.write(full, new Uint8Array(), { append: true }))))
      status = 1;
    else setModified(process, full, at);
  }
  return status;
};

/** The time that `-d`, `-t` or `-r` names; now without them. `undefined` after a complaint. */
function* touchTime(process: Process, flags: ReadonlyMap<string, string>): Task<number | undefined> {
  const reference = flags.get('r');
  if (reference !== undefined) {
    const stat = statOf(process, reference);
    if (stat === undefined) yield* complain(process, `failed to get attributes of '${reference}': No such file or directory`);
    return stat?.modified;
  }
  const stamp = flags.get('t');
  const [, century, year, month, day, hour, minute, second = '00'] =
    /^(?:(\d\d)?(\d\d))?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?$/.exec(stamp ?? '') ?? [];
  const fullYear = year === undefined ? new Date(process.now()).getUTCFullYear() : `${century ?? (Number(year) > 68 ? '19' : '20')}${year}`;
  const wanted =
    stamp === undefined ? flags.get('d') : month === undefined ? 'x' : `${fullYear}-${month}-${day} ${hour}:${minute}:${second}`;
  const at = wanted === undefined ? process.now() : (yield* obtain(process, part(readDate)))(wanted, process.now());
  if (!Number.isNaN(at)) return at;
  yield* complain(process, stamp === undefined ? `invalid date format '${wanted}'` : `invalid date format '${stamp}'`);
  return undefined;
}

/** Not every file system knows times to set. */
function setModified({ files }: Process, path: string, at: number): void {
  const known = files as { setModified?(path: string, at: number): void };
  known.setModified?.(path, at);
}

export const chmod: Program = function* (process) {
  const args = process.argv.slice(1);
  const recursive = args[0] === '-R';
  if (recursive) args.shift();
  const [mode, ...paths] = args;
  if (mode === undefined || paths.length === 0)
    return yield* missing(process, mode === undefined ? 'missing operand' : `missing operand after '${mode}'`);
  if (!/^([0-7]{1,4}|[ugoa]*[-+=][rwxX]*(,[ugoa]*[-+=][rwxX]*)*)$/.test(mode)) return yield* missing(process, `invalid mode: '${mode}'`);
  let status = 0;
  const change = function* (path: string): Task<void> {
    const stat = statOf(process, path);
    if (stat === undefined) {
      yield* complain(process, `cannot access '${path}': No such file or directory`);
      status = 1;
      return;
    }
    if (
      !(yield* attempt(process, `changing permissions of '${path}'`, () =>
        process.files.chmod(resolvePath(process.cwd, path), newMode(mode, stat.mode)),
      ))
    )
      status = 1;
    if (recursive && stat.type === 'directory')
      for (const name of process.files.list(resolvePath(process.cwd, path))) yield* change(`${path}/${name}`);
  };
  for (const path of paths) yield* change(path);
  return status;
};

function newMode(text: string, before: number): number {
  if (/^\d+$/.test(text)) return Number.parseInt(text, 8);
  let mode = before;
  for (const clause of text.split(',')) {
    const [, who = '', operator = '+', what = ''] = /^([ugoa]*)([-+=])([rwxX]*)$/.exec(clause) ?? [];
    const bits = [...what].reduce((sum, c) => sum | { r: 4, w: 2, x: 1, X: 1 }[c as 'r' | 'w' | 'x' | 'X'], 0);
    const all = who === '' || who.includes('a');
    for (const [letter, shift] of [
      ['u', 6],
      ['g', 3],
      ['o', 0],
    ] as const) {
      // prettier-ignore
      if (!all && !who.includes(letter)) continue;
      if (operator === '=') mode &= ~(7 << shift);
      mode = operator === '-' ? mode & ~(bits << shift) : mode | (bits << shift);
    }
  }
  return mode;
}

const onePath = (make: (path: string, suffix: string | undefined) => string, takesSuffix: boolean): Program =>
  function* (process) {
    const options = yield* readOptions(process, { short: 'as:z', long: { multiple: 'a', 'suffix=': 's', zero: 'z' }, stopEarly: true });
    if (typeof options === 'number') return options;
    const { flags, operands } = options;
    const [path, suffix] = operands;
    if (path === undefined) return yield* missing(process);
    const several = !takesSuffix || flags.has('a') || flags.has('s');
    if (!several && operands.length > 2) return yield* missing(process, `extra operand '${operands[2]}'`);
    for (const each of several ? operands : [path])
      yield* writeText(process.stdout, `${make(each, several ? flags.get('s') : suffix)}${flags.has('z') ? '\0' : '\n'}`);
    return 0;
  };

export const basename = onePath((path, suffix) => {
  const name = baseName(path.replace(/(.)\/+$/, '$1')) || '/';
  return suffix !== undefined && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}, true);
export const dirname = onePath((path) => directoryName(path), false);
