import type { Process, Reader, Writer } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { readLine, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { complain, openInput, readInput } from './input.ts';

export function* head(process: Process): Task<number> {
  const options = yield* readOptions(process, {
    short: 'n:c:qv',
    long: { 'lines=': 'n', 'bytes=': 'c', quiet: 'q', verbose: 'v' },
    number: 'n',
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const paths = operands.length === 0 ? ['-'] : operands;
  const amount = flags.get('c') ?? flags.get('n') ?? '10';
  if (!/^[-+]?\d+$/.test(amount)) {
    yield* complain(process, `invalid number of ${flags.has('c') ? 'bytes' : 'lines'}: '${amount}'`);
    return 1;
  }
  const count = Number(amount);
  let status = 0;
  let first = true;
  for (const path of paths) {
    const title =
      (paths.length > 1 && !flags.has('q')) || flags.has('v')
        ? `${first ? '' : '\n'}==> ${path === '-' ? 'standard input' : path} <==\n`
        : '';
    if (flags.has('c') && count >= 0) {
      const reader = yield* openInput(process, path);
      if (reader === undefined) {
        status = 1;
        continue;
      }
      yield* writeText(process.stdout, title);
      yield* copyBytes(reader, process.stdout, count);
    } else if (count < 0) {
      const bytes = yield* readInput(process, path);
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
      const reader = yield* openInput(process, path);
      if (reader === undefined) {
        status = 1;
        continue;
      }
      yield* writeText(process.stdout, title);
      for (let i = 0; i < count; i++) {
        const line = yield* readLine(reader);
        if (line === undefined) break;
        yield* writeText(process.stdout, line);
      }
    }
    first = false;
  }
  return status;
}

function* copyBytes(reader: Reader, writer: Writer, count: number): Task<void> {
  for (let left = count; left > 0;) {
    const chunk = yield* reader.read();
    if (chunk === undefined) return;
    if (chunk.length > left) reader.unread?.(chunk.subarray(left));
    yield* writer.write(chunk.subarray(0, left));
    left -= chunk.length;
  }
}
