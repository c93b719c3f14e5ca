import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { openInput } from './input.ts';
import { LineSource } from './line-source.ts';

const FULL = 16_384;

/** What a filter has to say, in pieces worth a write. */
export class Batch {
  #text = '';
  readonly #process: Process;

  constructor(process: Process) {
    this.#process = process;
  }

  *add(text: string): Task<void> {
    this.#text += text;
    if (this.#text.length > FULL) yield* this.flush();
  }

  *flush(): Task<void> {
    const text = this.#text;
    this.#text = '';
    yield* writeText(this.#process.stdout, text);
  }
}

/**
 * Runs over the lines of all operands (standard input without any) as they come. What `each` makes of a line, without its
 * newline, goes out when the next line has to be waited for, so that nothing is kept. True when one could not be read.
 */
export function* filterLines(process: Process, operands: readonly string[], each: (line: string) => string): Task<boolean> {
  const batch = new Batch(process);
  let failed = false;
  for (const path of operands.length === 0 ? ['-'] : operands) {
    const reader = yield* openInput(process, path);
    if (reader === undefined) {
      failed = true;
      continue;
    }
    const source = new LineSource(reader, () => batch.flush());
    for (let line = yield* source.next(); line !== undefined; line = yield* source.next())
      yield* batch.add(each(line.endsWith('\n') ? line.slice(0, -1) : line));
  }
  yield* batch.flush();
  return failed;
}
