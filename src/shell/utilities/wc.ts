import type { Process, Reader } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { openInput } from './input.ts';

export function* wc(process: Process): Task<number> {
  const options = yield* readOptions(process, {
    short: 'lwcmL',
    long: { lines: 'l', words: 'w', bytes: 'c', chars: 'm', 'max-line-length': 'L' },
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const wanted = flags.size === 0 ? (['l', 'w', 'c'] as const) : (['l', 'w', 'm', 'c', 'L'] as const).filter((flag) => flags.has(flag));
  const rows: { counts: number[]; name: string }[] = [];
  let status = 0;
  for (const path of operands.length === 0 ? ['-'] : operands) {
    const reader = yield* openInput(process, path);
    if (reader === undefined) {
      status = 1;
      continue;
    }
    const all = yield* count(reader);
    rows.push({ counts: wanted.map((flag) => all[flag]), name: operands.length === 0 ? '' : path });
  }
  if (operands.length > 1)
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

/** Lines, words, characters, bytes and the widest line, by a look at each byte: nothing is kept. */
function* count(reader: Reader): Task<Record<'l' | 'w' | 'm' | 'c' | 'L', number>> {
  const all = { l: 0, w: 0, m: 0, c: 0, L: 0 };
  let inWord = false;
  let width = 0;
  for (let chunk = yield* reader.read(); chunk !== undefined; chunk = yield* reader.read()) {
    all.c += chunk.length;
    for (const byte of chunk) {
      // The bytes 10xxxxxx go on with a character of UTF-8.
      if ((byte & 0xc0) !== 0x80) {
        all.m++;
        width += byte === 9 ? 8 - (width % 8) : 1;
      }
      const blank = byte === 32 || (byte >= 9 && byte <= 13);
      if (!blank && !inWord) all.w++;
      inWord = !blank;
      if (byte !== 10) continue;
      all.l++;
      all.L = Math.max(all.L, width - 1);
      width = 0;
    }
  }
  all.L = Math.max(all.L, width);
  return all;
}
