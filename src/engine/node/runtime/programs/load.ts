import type { Process } from '../../../os/process.ts';
import { start, type Task } from '../../../os/task.ts';
import { SECOND } from '../../../sim/time.ts';

/** CPU and memory of a program that works on requests: each burns its share for a second, so that use follows the load. */
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

  /** A request that takes so many milliseconds of CPU. */
  burn(milliseconds: number): void {
    if (milliseconds > 0) start(this.#burning(milliseconds));
  }

  /** Bytes that are not given back. */
  keep(bytes: number): void {
    this.#kept += bytes;
    this.#tell();
  }

  *#burning(milliseconds: number): Task<void> {
    this.#busy += milliseconds;
    this.#tell();
    yield* this.process.sleep(SECOND);
    this.#busy -= milliseconds;
    this.#tell();
  }

  #tell(): void {
    this.process.use({ memory: this.idle.memory + this.#kept, cpu: this.idle.cpu + this.#busy });
  }
}
