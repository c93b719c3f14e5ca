import { baseName, directoryName, resolvePath } from '../../engine/os/path.ts';
import { FileError, type Process } from '../../engine/os/process.ts';
import { packTar, unpackTar, type TarEntry } from '../../engine/os/tar.ts';
import type { Task } from '../../engine/os/task.ts';
import { readBytes, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { complain, readInput } from './input.ts';
import { lstat } from './lstat.ts';

/** `tar`: create, extract and list; the old spelling without a dash too. Compression is gzip's own business. */
export function* tar(process: Process): Task<number> {
  const [name = 'tar', first = '', ...rest] = process.argv;
  // `tar xf a.tar`: the first word is a bundle of letters.
  const argv = /^[ctxvfmOpkC]+$/.test(first) ? [name, `-${first}`, ...rest] : process.argv;
  const options = yield* readOptions(Object.create(process, { argv: { value: argv } }) as Process, {
    short: 'ctxvmOpkf:C:',
    long: {
      create: 'c',
      list: 't',
      extract: 'x',
      get: 'x',
      verbose: 'v',
      touch: 'm',
      'to-stdout': 'O',
      'file=': 'f',
      'directory=': 'C',
      'no-same-permissions': 'n',
      'no-same-owner': 'o',
      'same-permissions': 'p',
      'preserve-permissions': 'p',
    },
    refused: ['-z', '-j', '-J', '--gzip', '--exclude'],
    status: 2,
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const modes = ['c', 't', 'x'].filter((mode) => flags.has(mode));
  if (modes.length !== 1) {
    yield* complain(
      process,
      modes.length === 0
        ? "You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\nTry 'tar --help' or 'tar --usage' for more information."
        : "You may not specify more than one '-Acdtrux' option",
    );
    return 2;
  }
  const directory = resolvePath(process.cwd, flags.get('C') ?? '.');
  if (flags.has('c')) return yield* create(process, flags, operands, directory);
  const archive = flags.get('f') ?? '-';
  const bytes = archive === '-' ? yield* readBytes(process.stdin) : yield* readInput(process, archive);
  if (bytes === undefined) return 2;
  if (bytes.length > 0 && bytes.length < 512) {
    yield* complain(process, 'This does not look like a tar archive\ntar: Exiting with failure status due to previous errors');
    return 2;
  }
  return yield* read(process, flags, unpackTar(bytes), operands, directory);
}

function* create(process: Process, flags: ReadonlyMap<string, string>, operands: readonly string[], directory: string): Task<number> {
  if (operands.length === 0) {
    yield* complain(process, 'Cowardly refusing to create an empty archive');
    return 2;
  }
  const entries: TarEntry[] = [];
  let failed = false;
  for (const operand of operands) {
    const path = resolvePath(directory, operand);
    if (operand.startsWith('/')) yield* complain(process, "Removing leading `/' from member names");
    try {
      collect(process, path, operand.replace(/^\/+/, '').replace(/\/+$/, '') || '.', entries);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      yield* complain(process, `${operand}: Cannot stat: ${error.message}`);
      failed = true;
    }
  }
  const archive = flags.get('f') ?? '-';
  if (flags.has('v'))
    yield* writeText(archive === '-' ? process.stderr : process.stdout, entries.map((each) => `${shown(each)}\n`).join(''));
  const bytes = packTar(entries, process.now());
  if (archive === '-') yield* process.stdout.write(bytes);
  else process.files.write(resolvePath(process.cwd, archive), bytes);
  if (failed) yield* complain(process, 'Exiting with failure status due to previous errors');
  return failed ? 2 : 0;
}

function collect(process: Process, path: string, name: string, entries: TarEntry[]): void {
  const { files } = process;
  const { type, mode } = lstat(process, path);
  const entry = { path: name, type, mode, target: type === 'symlink' ? files.readLink(path) : '', bytes: new Uint8Array() };
  entries.push(type === 'file' ? { ...entry, bytes: files.read(path) } : entry);
  if (type !== 'directory') return;
  for (const each of [...files.list(path)].sort()) collect(process, `${path === '/' ? '' : path}/${each}`, `${name}/${each}`, entries);
}

const shown = ({ path, type }: TarEntry): string => (type === 'directory' && !path.endsWith('/') ? `${path}/` : path);

function* read(
  process: Process,
  flags: ReadonlyMap<string, string>,
  entries: readonly TarEntry[],
  operands: readonly string[],
  directory: string,
): Task<number> {
  const wanted = operands.map((each) => each.replace(/\/+$/, ''));
  const found = new Set<string>();
  const chosen = entries.filter(({ path }) => {
    if (wanted.length === 0) return true;
    const match = wanted.find((each) => path.replace(/\/+$/, '') === each || path.startsWith(`${each}/`));
    if (match !== undefined) found.add(match);
    return match !== undefined;
  });
  for (const entry of chosen) {
    if (flags.has('t') || flags.has('v')) yield* writeText(flags.has('O') ? process.stderr : process.stdout, `${shown(entry)}\n`);
    if (flags.has('t')) continue;
    if (flags.has('O')) yield* process.stdout.write(entry.bytes);
    else if (entry.path.split('/').includes('..')) {
      yield* complain(process, `${entry.path}: Member name contains '..'`);
      return 2;
    } else {
      try {
        extract(process, entry, resolvePath(directory, entry.path.replace(/^\/+/, '')));
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        yield* complain(process, `${entry.path}: Cannot open: ${error.message}`);
        yield* complain(process, 'Exiting with failure status due to previous errors');
        return 2;
      }
    }
  }
  const missing = wanted.filter((each) => !found.has(each));
  for (const each of missing) yield* complain(process, `${each}: Not found in archive`);
  if (missing.length > 0) yield* complain(process, 'Exiting with failure status due to previous errors');
  return missing.length > 0 ? 2 : 0;
}

function extract({ files }: Process, entry: TarEntry, path: string): void {
  if (entry.type === 'directory') {
    files.makeDirectory(path, { parents: true });
    return;
  }
  files.makeDirectory(directoryName(path), { parents: true });
  if (entry.type === 'file') files.write(path, entry.bytes, { mode: entry.mode });
  else if (baseName(path) !== '') {
    if (files.exists(path)) files.remove(path);
    files.symlink(entry.target, path);
  }
}
