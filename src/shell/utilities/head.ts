import type { Process, Reader } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { complain, openFile, readFile } from './input.ts';

const describe = (path: string): string => `cannot open '${path}' for reading`;

export function* head(process: Process): Task<number> {
  const options = yield* readOptions(process, {
    short: 'n:c:qvz',
    long: { 'lines=': 'n', 'bytes=': 'c', quiet: 'q', silent: 'q', verbose: 'v', 'zero-terminated': 'z' },
    number: 'n',
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const paths = operands.length === 0 ? ['-'] : operands;
  const amount = flags.get('c') ?? flags.get('n') ?? '10';
  const [, digits, unit = ''] = /^([-+]?\d+)(b|[kKMG]B?|[KMG]iB)?$/.exec(amount) ?? [];
  if (digits === undefined) {
    yield* complain(process, `invalid number of ${flags.has('c') ? 'bytes' : 'lines'}: '${amount}'`);
    return 1;
  }
  const count = Number(digits) * unitOf(unit);
  let status = 0;
  let first = true;
  for (const path of paths) {
    const title =
      (paths.length > 1 && !flags.has('q')) || flags.has('v')
        ? `${first ? '' : '\n'}==> ${path === '-' ? 'standard input' : path} <==\n`
        : '';
    if (flags.has('c') || count < 0) {
      if (flags.has('c') && count >= 0) {
        const reader = yield* openFile(process, path, describe);
        if (reader === undefined) {
          status = 1;
          continue;
        }
        yield* writeText(process.stdout, title);
        yield* copyBytes(process, reader, count);
        first = false;
        continue;
      }
      const bytes = yield* readFile(process, path, describe);
      if (bytes === undefined) {
        status = 1;
        continue;
      }
      yield* writeText(process.stdout, title);
      if (flags.has('c')) yield* process.stdout.write(bytes.subarray(0, Math.max(0, bytes.length + count)));
      else {
        let end = bytes.length;
        for (let i = 0; i < -count && end > 0; i++) end = bytes.lastIndexOf(10, end - 2) + 1;
        yield* process.stdout.write(bytes.subarray(0, end));
      }
    } else {
      const reader = yield* openFile(process, path, describe);
      if (reader === undefined) {
        status = 1;
        continue;
      }
      yield* writeText(process.stdout, title);
      yield* copyLines(process, reader, count, flags.has('z') ? 0 : 10);
    }
    first = false;
  }
  return status;
}

/** `b`, `K`, `kB`, `KiB`, `M`, `G` and the like. */
export function unitOf(unit: string): number {
  if (unit === '' || unit === 'b') return unit === '' ? 1 : 512;
  return (unit.endsWith('B') && !unit.endsWith('iB') ? 1000 : 1024) ** ' KMG'.indexOf((unit[0] as string).toUpperCase());
}

function* copyBytes(process: Process, reader: Reader, count: number): Task<void> {
  let left = count;
  while (left > 0) {
    const chunk = yield* reader.read();
    if (chunk === undefined) return;
    if (chunk.length > left) reader.unread?.(chunk.subarray(left));
    yield* process.stdout.write(chunk.length > left ? chunk.subarray(0, left) : chunk);
    left -= Math.min(left, chunk.length);
  }
}

/** What was read beyond the last line stays for the next reader where the stream takes it back. */
function* copyLines(process: Process, reader: Reader, count: number, ending: number): Task<void> {
  let left = count;
  while (left > 0) {
    const chunk = yield* reader.read();
    if (chunk === undefined) return;
    let end = 0;
    while (left > 0) {
      const newline = chunk.indexOf(ending, end);
      end = newline < 0 ? chunk.length : newline + 1;
      if (newline < 0) break;
      left--;
    }
    if (end < chunk.length) reader.unread?.(chunk.subarray(end));
    yield* process.stdout.write(chunk.subarray(0, end));
  }
}
