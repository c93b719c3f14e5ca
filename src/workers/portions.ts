import type { Millis } from '../engine/sim/time.ts';
import type { Beat, Edit } from './protocol.ts';

/** Something a frame tells the page. */
export interface News {
  output: { session: string; at: Millis; bytes: Uint8Array }[];
  prompts: { session: string; prompt: string | undefined }[];
  edits: { session: string; edit: Edit | undefined }[];
  beats: Beat[];
}

// Bytes of output that one frame carries: what a page can show without being late for its own next frame.
const PORTION = 32 * 1024;
/** A screen looks back five thousand lines: of more than this nothing would be left to see. */
const MOST_KEPT = 4 * 2 ** 20;

/** The newest parts, when all of them are more than anybody can look back to. */
export function newest<T extends { readonly bytes: Uint8Array }>(parts: T[]): T[] {
  const size = parts.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (size <= MOST_KEPT) return parts;
  let kept = 0;
  const first = parts.findLastIndex(({ bytes }) => (kept += bytes.length) > MOST_KEPT / 2);
  return parts.slice(Math.min(first + 1, parts.length - 1));
}

/**
 * What terminals print goes to the page in portions, however much comes at once. Prompts and editors wait for what was printed before
 * them.
 */
export class Portions {
  #output: News['output'] = [];
  #prompts: News['prompts'] = [];
  #edits: News['edits'] = [];

  /** Something is left for the next frame. */
  get waiting(): boolean {
    return this.#output.length > 0;
  }

  /** Adds what is new; returns what goes now. */
  next({ output, prompts, edits, beats }: News): News {
    for (const part of output) this.#output.push(part);
    this.#output = newest(this.#output);
    this.#prompts.push(...prompts);
    this.#edits.push(...edits);
    const now: News = { output: [], prompts: [], edits: [], beats };
    for (let room = PORTION; room > 0 && this.#output.length > 0;) {
      const [{ session, at, bytes }] = this.#output as [News['output'][number]];
      if (bytes.length <= room) this.#output.shift();
      else this.#output[0] = { session, at, bytes: bytes.subarray(room) };
      now.output.push({ session, at, bytes: bytes.slice(0, room) });
      room -= bytes.length;
    }
    if (this.#output.length > 0) return now;
    [now.prompts, this.#prompts] = [this.#prompts, []];
    [now.edits, this.#edits] = [this.#edits, []];
    return now;
  }

  /** An interrupt flushes what its terminal has not shown yet, as termios does without NOFLSH. */
  flush(session: string): void {
    this.#output = this.#output.filter((part) => part.session !== session);
  }
}
