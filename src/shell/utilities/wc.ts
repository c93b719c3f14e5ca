import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { readInput } from './input.ts';

export function* wc(process: Process): Task<number> {
  const options = yield* readOptions(process, {
    short: 'lwcmL',
    long: { lines: 'l', words: 'w', bytes: 'c', chars: 'm', 'max-line-length': 'L' },
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const wanted = flags.size === 0 ? ['l', 'w', 'c'] : ['l', 'w', 'm', 'c', 'L'].filter((flag) => flags.has(flag));
  const rows: { counts: number[]; name: string }[] = [];
  let status = 0;
  for (const path of operands.length === 0 ? ['-'] : operands) {
    const bytes = yield* readInput(process, path);
    if (bytes === undefined) {
      status = 1;
      continue;
    }
    const text = decode(bytes);
    const all: Readonly<Record<string, number>> = {
      l: text.split('\n').length - 1,
      w: text.split(/\s+/).filter(Boolean).length,
      m: [...text].length,
      c: bytes.length,
      L: Math.max(...text.split('\n').map((line) => line.length)),
    };
    rows.push({ counts: wanted.map((flag) => all[flag] ?? 0), name: operands.length === 0 ? '' : path });
  }
  if (rows.length > 1)
    rows.push({ counts: wanted.map((_, i) => rows.reduce((sum, { counts }) => sum + (counts[i] ?? 0), 0)), name: 'total' });
  // wc pads to the width of the sizes it knows beforehand, to seven when it reads a pipe.
  const fromPipe = operands.length === 0 || operands.includes('-');
  const width =
    wanted.length === 1 && rows.length <= 1
      ? 0
      : fromPipe
        ? 7
        : Math.max(...rows.flatMap(({ counts }) => counts).map((count) => String(count).length));
  yield* writeText(
    process.stdout,
    rows
      .map(({ counts, name }) => `${counts.map((count) => String(count).padStart(width)).join(' ')}${name === '' ? '' : ` ${name}`}\n`)
      .join(''),
  );
  return status;
}
