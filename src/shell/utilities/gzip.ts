import { gunzipSync, gzipSync } from 'fflate';
import { resolvePath } from '../../engine/os/path.ts';
import type { Process, Program } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { attempt, readInput } from './input.ts';

export const gzip: Program = (process) => compress(process, false, false);
export const gunzip: Program = (process) => compress(process, true, false);
export const zcat: Program = (process) => compress(process, true, true);

/** A file takes the place of the other, unless `-c` or `-k`; standard input goes to standard output. */
function* compress(process: Process, unpack: boolean, print: boolean): Task<number> {
  const options = yield* readOptions(process, {
    short: 'cdfkn123456789',
    long: { stdout: 'c', decompress: 'd', force: 'f', keep: 'k', fast: '1', best: '9' },
    refused: ['-r', '-l', '-t'],
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const back = unpack || flags.has('d');
  let status = 0;
  for (const path of operands.length === 0 ? ['-'] : operands) {
    if (back && path !== '-' && !/\.(t?gz)$/.test(path)) {
      yield* writeText(process.stderr, `gzip: ${path}: unknown suffix -- ignored\n`);
      status = 2;
      continue;
    }
    const bytes = yield* readInput(process, path);
    if (bytes === undefined) {
      status = 1;
      continue;
    }
    let result: Uint8Array;
    try {
      result = back ? gunzipSync(bytes) : gzipSync(bytes, { mtime: process.now() });
    } catch {
      yield* writeText(process.stderr, `\ngzip: ${path === '-' ? 'stdin' : path}: not in gzip format\n`);
      status = 1;
      continue;
    }
    if (print || flags.has('c') || path === '-') yield* process.stdout.write(result);
    else {
      const from = resolvePath(process.cwd, path);
      const to = back ? from.replace(/\.tgz$/, '.tar').replace(/\.gz$/, '') : `${from}.gz`;
      const done = yield* attempt(process, path, () => {
        process.files.write(to, result);
        if (!flags.has('k')) process.files.remove(from);
      });
      if (!done) status = 1;
    }
  }
  return status;
}
