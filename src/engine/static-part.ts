import type { Component } from './component.ts';
import type { Process } from './os/process.ts';
import type { Task } from './os/task.ts';

export interface StaticPartOptions {
  readonly component: Component;
  /** It runs before its pod does: the cluster is younger than its pods, and the first program takes over what is there. */
  readonly booted: boolean;
  /** Reads the flags of a program that starts, and waits for what it needs. A sentence where it cannot go on. */
  readonly prepare?: (process: Process) => Task<string | undefined>;
  /** Runs once the component does. */
  readonly serve?: (process: Process) => Task<void>;
}

/** A component of a control plane whose process is the program of a static pod: it runs while that runs, and while nobody has stopped it. */
export class StaticPart implements Component {
  readonly #options: StaticPartOptions;
  #booted: boolean;
  #stopped = false;
  #holder: Process | undefined;

  constructor(options: StaticPartOptions) {
    this.#options = options;
    this.#booted = options.booted;
  }

  get name(): string {
    return this.#options.component.name;
  }

  start(): void {
    this.#stopped = false;
    if (this.#booted) this.#options.component.start();
  }

  stop(): void {
    this.#stopped = true;
    this.#options.component.stop();
  }

  /** The program has started. A sentence where it has to end again. */
  *boot(process: Process): Task<string | undefined> {
    if (this.#holder !== undefined) return 'bind: address already in use';
    this.#holder = process;
    if (this.#booted) return undefined;
    const problem = yield* this.#options.prepare?.(process) ?? nothing();
    if (problem !== undefined) return problem;
    this.#booted = true;
    if (!this.#stopped) this.#options.component.start();
    yield* this.#options.serve?.(process) ?? nothing();
    return undefined;
  }

  /** The program has ended. */
  halt(process: Process): void {
    if (this.#holder !== process) return;
    this.#holder = undefined;
    if (!this.#booted) return;
    this.#booted = false;
    this.#options.component.stop();
  }
}

function* nothing(): Task<undefined> {
  return undefined;
}
