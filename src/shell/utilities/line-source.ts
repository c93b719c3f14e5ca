import type { Reader } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';

/** Lines of a stream one by one, with their newlines. `beforeWait` runs when the next one has to be waited for: what was made of the others goes out then. */
export class LineSource {
  readonly #reader: Reader;
  readonly #beforeWait: () => Task<void>;
  readonly #decoder = new TextDecoder('utf-8');
  #text = '';
  #at = 0;
  #ended = false;

  constructor(reader: Reader, beforeWait: () => Task<void>) {
    this.#reader = reader;
    this.#beforeWait = beforeWait;
  }

  *next(): Task<string | undefined> {
    if (!(yield* this.more())) return undefined;
    const end = this.#text.indexOf('\n', this.#at);
    const line = this.#text.slice(this.#at, end < 0 ? undefined : end + 1);
    this.#at += line.length;
    return line;
  }

  /** Whether there is another line; reads on until one is whole. */
  *more(): Task<boolean> {
    while (!this.#ended && this.#text.indexOf('\n', this.#at) < 0) {
      yield* this.#beforeWait();
      const chunk = yield* this.#reader.read();
      this.#ended = chunk === undefined;
      this.#text =
        this.#text.slice(this.#at) + (chunk === undefined ? this.#decoder.decode() : this.#decoder.decode(chunk, { stream: true }));
      this.#at = 0;
    }
    return this.#at < this.#text.length;
  }
}
