import { FileError, type Process, type Reader } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import type { Task } from '../../engine/os/task.ts';
import { paced } from '../paced.ts';
import { readerOf, splitLines, decode, readBytes, writeText } from '../../engine/os/text.ts';

/** The name a utility gives itself in messages. */
export function programName(process: Process): string {
  const name = process.argv[0] ?? '';
  return name.slice(name.lastIndexOf('/') + 1);
}

/** `cat: nope: No such file or directory` */
export function* complain(process: Process, text: string): Task<void> {
  yield* writeText(process.stderr, `${programName(process)}: ${text}\n`);
}

/** A file, or standard input for `-`. `undefined` after a complaint. */
export function* openInput(process: Process, path: string): Task<Reader | undefined> {
  if (path === '-' || path === '/dev/stdin') return process.stdin;
  try {
    const full = resolvePath(process.cwd, path);
    const endless = process.files.endless?.(full);
    return endless === undefined ? readerOf(process.files.read(full)) : paced(process, endless);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    yield* complain(process, `${path}: ${error.message}`);
    return undefined;
  }
}

/** As `openInput`, with a sentence of the tool's own before the reason: `head: cannot open 'x' for reading: …`. */
export function* openFile(process: Process, path: string, describe: (path: string) => string): Task<Reader | undefined> {
  const full = resolvePath(process.cwd, path);
  if (path === '-' || process.files.exists(full)) return yield* openInput(process, path);
  yield* complain(process, `${describe(path)}: No such file or directory`);
  return undefined;
}

/** All bytes, likewise. */
export function* readFile(process: Process, path: string, describe: (path: string) => string): Task<Uint8Array | undefined> {
  const reader = yield* openFile(process, path, describe);
  return reader === undefined ? undefined : yield* readBytes(reader);
}

/** All bytes of a file or of standard input; `undefined` after a complaint. */
export function* readInput(process: Process, path: string): Task<Uint8Array | undefined> {
  const reader = yield* openInput(process, path);
  return reader === undefined ? undefined : yield* readBytes(reader);
}

/** Lines of all operands, standard input without any. `status` is 1 when one could not be read. */
export function* readInputLines(process: Process, operands: readonly string[]): Task<{ lines: string[]; failed: boolean }> {
  const lines: string[] = [];
  let failed = false;
  for (const path of operands.length === 0 ? ['-'] : operands) {
    const bytes = yield* readInput(process, path);
    if (bytes === undefined) failed = true;
    else for (const line of splitLines(decode(bytes))) lines.push(line);
  }
  return { lines, failed };
}

/** Runs a change of files and complains with `describe` when it is refused. True when it was done. */
export function* attempt(process: Process, describe: string, act: () => void): Task<boolean> {
  try {
    act();
    return true;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    yield* complain(process, `${describe}: ${error.message}`);
    return false;
  }
}
