import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { forEachLine, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { openInput } from './input.ts';

export function* cat(process: Process): Task<number> {
  const options = yield* readOptions(process, {
    short: 'nbsAET',
    long: { number: 'n', 'show-all': 'A', 'show-ends': 'E', 'show-tabs': 'T' },
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  let status = 0;
  let number = 0;
  for (const path of operands.length === 0 ? ['-'] : operands) {
    const reader = yield* openInput(process, path);
    if (reader === undefined) {
      status = 1;
      continue;
    }
    if (flags.size === 0) {
      for (let chunk = yield* reader.read(); chunk !== undefined; chunk = yield* reader.read()) yield* process.stdout.write(chunk);
      continue;
    }
    let blank = false;
    yield* forEachLine(reader, function* (line) {
      const empty = line === '';
      if (flags.has('s') && empty && blank) return;
      blank = empty;
      const text = flags.has('A') || flags.has('T') ? line.replaceAll('\t', '^I') : line;
      const counted = flags.has('b') ? !empty : flags.has('n');
      const head = counted ? `${String(++number).padStart(6)}\t` : '';
      yield* writeText(process.stdout, `${head}${text}${flags.has('A') || flags.has('E') ? '$' : ''}\n`);
    });
  }
  return status;
}
