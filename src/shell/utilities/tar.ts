import { gunzipSync, gzipSync } from 'fflate';
import { baseName, directoryName, resolvePath } from '../../engine/os/path.ts';
import { FileError, type Process } from '../../engine/os/process.ts';
import { packTar, unpackTar, type TarEntry } from '../../engine/os/tar.ts';
import type { Task } from '../../engine/os/task.ts';
import { readBytes, writeText } from '../../engine/os/text.ts';
import { matches } from '../pattern.ts';
import { readOptions } from './arguments.ts';
import { complain, readInput } from './input.ts';
import { strftime } from './strftime.ts';
import { lstat } from './lstat.ts';

/** `tar`: create, extract and list; the old spelling without a dash too. Compression is gzip's own business. */
export function* tar(process: Process): Task<number> {
  const [name = 'tar', first = '', ...rest] = process.argv;
  // `tar xf a.tar`: the first word is a bundle of letters.
  if (/^[ctxvzmOpk]*f[ctxvzmOpk]*$/.test(first) && rest.length === 0) {
    yield* complain(process, "Old option 'f' requires an argument.\nTry 'tar --help' or 'tar --usage' for more information.");
    return 2;
  }
  const argv = /^[ctxvfzmOpkC]+$/.test(first) ? [name, `-${first}`, ...rest] : process.argv;
  const options = yield* readOptions(Object.create(process, { argv: { value: argv } }) as Process, {
    short: 'ctxvzmOpkf:C:',
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
      gzip: 'z',
      gunzip: 'z',
      'exclude=': 'exclude',
      'strip-components=': 'strip',
      'no-same-permissions': 'n',
      'no-same-owner': 'o',
      'same-permissions': 'p',
      'preserve-permissions': 'p',
    },
    refused: [
      '-j',
      '-J',
      '-r',
      '-u',
      '-d',
      '-A',
      '--bzip2',
      '--xz',
      '--zstd',
      '--append',
      '--update',
      '--delete',
      '--wildcards',
      '--transform',
    ],
    joined: ['exclude'],
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
  const isThere = archive === '-' || process.files.exists(resolvePath(process.cwd, archive));
  const bytes = !isThere ? undefined : archive === '-' ? yield* readBytes(process.stdin) : yield* readInput(process, archive);
  if (!isThere) yield* complain(process, `${archive}: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now`);
  if (bytes === undefined) return 2;
  // GNU tar knows a compressed archive when it sees one in a file; from a pipe it wants to be told.
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (flags.has('z') !== packed && (flags.has('z') || archive === '-')) {
    yield* writeText(
      process.stderr,
      flags.has('z')
        ? '\ngzip: stdin: not in gzip format\ntar: Child returned status 1\ntar: Error is not recoverable: exiting now\n'
        : 'tar: Archive is compressed. Use -z option\ntar: Error is not recoverable: exiting now\n',
    );
    return 2;
  }
  const plain = packed ? gunzipSync(bytes) : bytes;
  if (plain.length > 0 && plain.length < 512) {
    yield* complain(process, 'This does not look like a tar archive\ntar: Exiting with failure status due to previous errors');
    return 2;
  }
  return yield* read(process, flags, unpackTar(plain), operands, directory);
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
      collect(process, path, operand.replace(/^\/+/, '').replace(/\/+$/, '') || '.', entries, flags.get('exclude')?.split('\n') ?? []);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      yield* complain(process, `${operand}: Cannot stat: ${error.message}`);
      failed = true;
    }
  }
  const archive = flags.get('f') ?? '-';
  if (flags.has('v'))
    yield* writeText(archive === '-' ? process.stderr : process.stdout, entries.map((each) => `${shown(each)}\n`).join(''));
  const packed = packTar(entries, process.now());
  const bytes = flags.has('z') ? gzipSync(packed, { mtime: process.now() }) : packed;
  if (archive === '-') yield* process.stdout.write(bytes);
  else process.files.write(resolvePath(process.cwd, archive), bytes);
  if (failed) yield* complain(process, 'Exiting with failure status due to previous errors');
  return failed ? 2 : 0;
}

function collect(process: Process, path: string, name: string, entries: TarEntry[], excluded: readonly string[]): void {
  const { files } = process;
  if (
    excluded.some((pattern) => matches(name, pattern) || name.split('/').some((_, i, parts) => matches(parts.slice(i).join('/'), pattern)))
  )
    return;
  const { type, mode } = lstat(process, path);
  const entry = { path: name, type, mode, target: type === 'symlink' ? files.readLink(path) : '', bytes: new Uint8Array() };
  entries.push(type === 'file' ? { ...entry, bytes: files.read(path) } : entry);
  if (type !== 'directory') return;
  for (const each of [...files.list(path)].sort())
    collect(process, `${path === '/' ? '' : path}/${each}`, `${name}/${each}`, entries, excluded);
}

const shown = ({ path, type }: TarEntry): string => (type === 'directory' && !path.endsWith('/') ? `${path}/` : path);

/** As `tar tv` has it. What an archive says of owners and times is not kept when it is read. */
function longLine(entry: TarEntry, now: number): string {
  const letters = [...'rwxrwxrwx'].map((c, i) => ((entry.mode >> (8 - i)) & 1 ? c : '-')).join('');
  const type = { directory: 'd', symlink: 'l', file: '-' }[entry.type];
  const size = String(entry.bytes.length).padStart(19 - 'root/root'.length);
  return `${type}${letters} root/root ${size} ${strftime('%Y-%m-%d %H:%M', now)} ${shown(entry)}${entry.type === 'symlink' ? ` -> ${entry.target}` : ''}`;
}

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
    if (flags.has('t') || flags.has('v'))
      yield* writeText(
        flags.has('O') ? process.stderr : process.stdout,
        `${flags.has('t') && flags.has('v') ? longLine(entry, process.now()) : shown(entry)}\n`,
      );
    if (flags.has('t')) continue;
    const stripped = entry.path
      .replace(/^\/+/, '')
      .split('/')
      .slice(Number(flags.get('strip') ?? 0))
      .join('/');
    if (flags.has('O')) yield* process.stdout.write(entry.bytes);
    else if (stripped === '') continue;
    else if (entry.path.split('/').includes('..')) {
      yield* complain(process, `${entry.path}: Member name contains '..'`);
      return 2;
    } else {
      try {
        extract(process, entry, resolvePath(directory, stripped));
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
