import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';

/** Says something; it went well. */
export function* say(process: Process, text: string): Task<number> {
  yield* writeText(process.stdout, text);
  return 0;
}

/** Says in one sentence why not. */
export function* refuse(process: Process, problem: string): Task<number> {
  yield* writeText(process.stderr, `lab: ${problem}\n`);
  return 1;
}

/** Lines of words, each column as wide as its widest. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('   ')
          .trimEnd()}\n`,
    )
    .join('');
}
