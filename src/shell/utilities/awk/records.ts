import type { Task } from '../../../engine/os/task.ts';
import { posixRegExp } from '../basic-regexp.ts';
import type { LineSource } from '../line-source.ts';

/** Records of a stream, by whatever separates them when the next one is asked for. */
export class RecordReader {
  readonly #lines: LineSource;
  /** Read, but not handed out: more than a line where newlines do not separate. */
  #rest = '';

  constructor(lines: LineSource) {
    this.#lines = lines;
  }

  *next(separator: string): Task<string | undefined> {
    if (separator === '\n' && this.#rest === '') {
      const line = yield* this.#lines.next();
      return line?.endsWith('\n') === true ? line.slice(0, -1) : line;
    }
    return separator === '' ? yield* this.#paragraph() : yield* this.#until(separator.length === 1 ? separator : posixRegExp(separator, true, 'g')); // prettier-ignore
  }

  /** Empty lines separate. */
  *#paragraph(): Task<string | undefined> {
    let text = this.#rest;
    this.#rest = '';
    for (let line = yield* this.#lines.next(); line !== undefined; line = yield* this.#lines.next()) {
      if (line !== '\n') text += line;
      else if (text !== '') break;
    }
    return text === '' ? undefined : text.replace(/\n$/, '');
  }

  *#until(separator: string | RegExp): Task<string | undefined> {
    for (;;) {
      const found = find(this.#rest, separator);
      // What reaches to the end may go on in the next line.
      if (found !== undefined && (typeof separator === 'string' || found.end < this.#rest.length)) return this.#take(found);
      const line = yield* this.#lines.next();
      if (line === undefined) {
        const last = found ?? { start: this.#rest.length, end: this.#rest.length };
        return this.#rest === '' ? undefined : this.#take(last);
      }
      this.#rest += line;
    }
  }

  #take({ start, end }: { start: number; end: number }): string {
    const record = this.#rest.slice(0, start);
    this.#rest = this.#rest.slice(end);
    return record;
  }
}

function find(text: string, separator: string | RegExp): { start: number; end: number } | undefined {
  if (typeof separator === 'string') {
    const start = text.indexOf(separator);
    return start < 0 ? undefined : { start, end: start + 1 };
  }
  separator.lastIndex = 0;
  const found = separator.exec(text);
  return found === null || found[0] === '' ? undefined : { start: found.index, end: found.index + found[0].length };
}
