import { FileError, type Process } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import type { Task } from '../../engine/os/task.ts';
import { concat, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { unitOf } from './head.ts';
import { complain, readInput } from './input.ts';

export function* tail(process: Process): Task<number> {
  // As it was before POSIX: `-5c`, `+3`.
  const old = /^([-+]\d+)([cl]?)(f?)$/.exec(process.argv[1] ?? '');
  const argv = old === null || (old[2] === '' && old[3] === '' && process.argv[1]?.startsWith('-') === true) ? process.argv : [process.argv[0] ?? '', old[2] === 'c' ? '-c' : '-n', old[1] as string, ...(old[3] === '' ? [] : ['-f']), ...process.argv.slice(2)]; // prettier-ignore
  const options = yield* readOptions(Object.create(process, { argv: { value: argv } }) as Process, {
    short: 'n:c:fFqvs:',
    long: { 'lines=': 'n', 'bytes=': 'c', follow: 'f', quiet: 'q', 'sleep-interval=': 's' },
    number: 'n',
    refused: ['--pid', '--retry', '-z'],
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const amount = flags.get('c') ?? flags.get('n') ?? '10';
  const [, digits, unit = ''] = /^([-+]?\d+)(b|[kKMG]B?|[KMG]iB)?$/.exec(amount) ?? [];
  if (digits === undefined) {
    yield* complain(process, `invalid number of ${flags.has('c') ? 'bytes' : 'lines'}: '${amount}'`);
    return 1;
  }
  const count = Math.abs(Number(digits)) * unitOf(unit);
  const fromStart = amount.startsWith('+');
  const paths = operands.length === 0 ? ['-'] : operands;
  const sizes = new Map<string, number>();
  let status = 0;
  let shown: string | undefined;
  const title = (path: string): string => {
    if ((paths.length === 1 && !flags.has('v')) || flags.has('q') || (path === shown && sizes.size === paths.length)) return '';
    const text = `${shown === undefined ? '' : '\n'}==> ${path === '-' ? 'standard input' : path} <==\n`;
    shown = path;
    return text;
  };
  for (const path of paths) {
    if (path !== '-' && !process.files.exists(resolvePath(process.cwd, path))) {
      yield* complain(process, `cannot open '${path}' for reading: No such file or directory`);
      status = 1;
      continue;
    }
    if (path === '-') {
      yield* writeText(process.stdout, title(path));
      yield* (fromStart ? copyFrom : copyLast)(process, count, flags.has('c'));
      continue;
    }
    const bytes = yield* readInput(process, path);
    if (bytes === undefined) {
      status = 1;
      continue;
    }
    sizes.set(path, bytes.length);
    yield* writeText(process.stdout, title(path));
    yield* process.stdout.write(bytes.subarray(startOf(bytes, count, fromStart, flags.has('c'))));
  }
  if (!(flags.has('f') || flags.has('F')) || sizes.size === 0) {
    if (flags.has('f') && status === 1) yield* complain(process, 'no files remaining');
    return status;
  }
  const pause = Number(flags.get('s') ?? 1) * 1000;
  for (;;) {
    yield* process.sleep(pause);
    for (const [path, known] of sizes) {
      try {
        const bytes = process.files.read(resolvePath(process.cwd, path));
        if (bytes.length < known) yield* complain(process, `${path}: file truncated`);
        const start = bytes.length < known ? 0 : known;
        if (bytes.length > start) {
          yield* writeText(process.stdout, title(path));
          yield* process.stdout.write(bytes.subarray(start));
        }
        sizes.set(path, bytes.length);
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
      }
    }
  }
}

/** `tail -n +5` of a stream: what comes from there on goes out as it comes. */
function* copyFrom(process: Process, count: number, byBytes: boolean): Task<void> {
  let skip = Math.max(0, count - 1);
  for (let chunk = yield* process.stdin.read(); chunk !== undefined; chunk = yield* process.stdin.read()) {
    let at = 0;
    if (byBytes) at = Math.min(skip, chunk.length);
    else {
      let lines = 0;
      for (; lines < skip && at < chunk.length; lines++) {
        const end = chunk.indexOf(10, at);
        if (end < 0) {
          at = chunk.length;
          break;
        }
        at = end + 1;
      }
      skip -= lines;
    }
    if (byBytes) skip -= at;
    if (at < chunk.length) yield* process.stdout.write(chunk.subarray(at));
  }
}

/** The end of a stream. Of what goes by, only as many pieces are kept as may hold it. */
function* copyLast(process: Process, count: number, byBytes: boolean): Task<void> {
  const kept: { chunk: Uint8Array; size: number }[] = [];
  let total = 0;
  const sizeOf = (chunk: Uint8Array): number => {
    if (byBytes) return chunk.length;
    let lines = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
    return lines;
  };
  for (let chunk = yield* process.stdin.read(); chunk !== undefined; chunk = yield* process.stdin.read()) {
    const size = sizeOf(chunk);
    kept.push({ chunk, size });
    total += size;
    for (let first = kept[0]; first !== undefined && kept.length > 1 && total - first.size > count; first = kept[0]) {
      kept.shift();
      total -= first.size;
    }
  }
  const bytes = concat(kept.map(({ chunk }) => chunk));
  yield* process.stdout.write(bytes.subarray(startOf(bytes, count, false, byBytes)));
}

function startOf(bytes: Uint8Array, count: number, fromStart: boolean, byBytes: boolean): number {
  if (byBytes) return fromStart ? Math.max(0, count - 1) : Math.max(0, bytes.length - count);
  if (fromStart) {
    let at = 0;
    for (let line = 1; line < count && at < bytes.length; line++) {
      const end = bytes.indexOf(10, at);
      at = end < 0 ? bytes.length : end + 1;
    }
    return at;
  }
  if (count === 0) return bytes.length;
  let at = bytes.length - (bytes.at(-1) === 10 ? 1 : 0);
  for (let line = 0; line < count; line++) {
    if (at <= 0) return 0;
    at = bytes.lastIndexOf(10, at - 1);
    if (at < 0) return 0;
  }
  return at + 1;
}
