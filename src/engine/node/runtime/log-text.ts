import { encode } from '../../os/text.ts';
import type { Millis } from '../../sim/time.ts';

export interface LogLine {
  readonly at: Millis;
  readonly stream: 'stdout' | 'stderr';
  /** With its newline, if it had one. */
  readonly text: string;
}

// containerd's max_container_log_line_size: longer lines are written in parts.
const MAX_LINE = 16_384;

/** A log file in the CRI's format, made of a log's lines when somebody reads it; what was made once is kept for the next reader. */
export class LogText {
  #made: readonly LogLine[] = [];
  #lines = 0;
  #buffer = new Uint8Array(0);
  #size = 0;

  constructor(readonly lines: () => readonly LogLine[]) {}

  bytes(): Uint8Array {
    const lines = this.lines();
    if (lines !== this.#made) {
      this.#made = lines;
      this.#lines = this.#size = 0;
    }
    if (this.#lines < lines.length) {
      let text = '';
      for (; this.#lines < lines.length; this.#lines++) text += criLine(lines[this.#lines] as LogLine);
      this.#append(encode(text));
    }
    return this.#buffer.subarray(0, this.#size);
  }

  #append(bytes: Uint8Array): void {
    if (this.#size + bytes.length > this.#buffer.length) {
      const larger = new Uint8Array(2 * (this.#size + bytes.length));
      larger.set(this.#buffer.subarray(0, this.#size));
      this.#buffer = larger;
    }
    this.#buffer.set(bytes, this.#size);
    this.#size += bytes.length;
  }
}

/** `2026-01-05T09:00:00.000000000Z stdout F text`; `P` where the line goes on. */
function criLine({ at, stream, text }: LogLine): string {
  const line = text.endsWith('\n') ? text.slice(0, -1) : text;
  const head = `${nanoTime(at)} ${stream}`;
  let written = '';
  let from = 0;
  for (; line.length - from > MAX_LINE; from += MAX_LINE) written += `${head} P ${line.slice(from, from + MAX_LINE)}\n`;
  return `${written}${head} F ${line.slice(from)}\n`;
}

/** RFC3339Nano with all nine digits, as containerd's log format has it. */
export function nanoTime(at: Millis): string {
  return `${new Date(at).toISOString().slice(0, -1)}000000Z`;
}
