import type { Process } from '../../../os/process.ts';
import type { Task } from '../../../os/task.ts';

/** CPU and memory of a program that works: each piece of work keeps one CPU busy as long as it lasts. */
export class Load {
  #busy = 0;
  #kept = 0;

  constructor(
    readonly process: Process,
    /** When nothing is asked: bytes, and milli-CPUs. */
    readonly idle: { readonly memory: number; readonly cpu: number },
  ) {
    this.#tell();
  }

  /**
   * Work that takes so many milliseconds of one CPU. It lasts longer where the container wants more than its limit: the kernel's
   * CFS quota gives all of it the same share. The share is that of its beginning.
   */
  *work(milliseconds: number): Task<void> {
    if (milliseconds <= 0) return;
    this.#busy += 1000;
    const share = this.#tell();
    try {
      yield* this.process.sleep(Math.ceil(milliseconds / share));
    } finally {
      this.#busy -= 1000;
      this.#tell();
    }
  }

  /** Bytes that are not given back. */
  keep(bytes: number): void {
    this.#kept += bytes;
    this.#tell();
  }

  #tell(): number {
    return this.process.use({ memory: this.idle.memory + this.#kept, cpu: this.idle.cpu + this.#busy });
  }
}
