import { run, type Task } from '../src/engine/os/task.ts';

/** Hands pieces to a writer that may make one wait, in their order. */
export class Outlet {
  readonly #write: (bytes: Uint8Array) => Task<void>;
  readonly #close: () => void;
  readonly #waiting: Uint8Array[] = [];
  #busy = false;
  #ending = false;

  constructor(write: (bytes: Uint8Array) => Task<void>, close: () => void) {
    this.#write = write;
    this.#close = close;
  }

  write(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#next();
  }

  end(): void {
    this.#ending = true;
    this.#next();
  }

  #next(): void {
    if (this.#busy) return;
    const bytes = this.#waiting.shift();
    if (bytes === undefined) {
      if (this.#ending) this.#close();
      this.#ending = false;
      return;
    }
    this.#busy = true;
    const done = (): void => {
      this.#busy = false;
      this.#next();
    };
    run(this.#write(bytes), done, () => this.#waiting.splice(0));
  }
}
