import type { Simulation, Timer } from '../../sim/simulation.ts';
import type { Millis } from '../../sim/time.ts';

/** When the worker of one pod looks at it next. */
export class Turns {
  #turn: Timer | undefined;
  #retry: Timer | undefined;
  /** What the next turn has to do: `report` only tells the API server how things stand. */
  #due: 'sync' | 'report' = 'report';
  #over = false;

  constructor(
    readonly sim: Simulation,
    readonly target: { sync(): void; report(): void },
  ) {}

  soon(what: 'sync' | 'report'): void {
    if (this.#over) return;
    if (what === 'sync') this.#due = 'sync';
    if (this.#turn !== undefined) return;
    this.#turn = this.sim.after(1, () => {
      this.#turn = undefined;
      const due = this.#due;
      this.#due = 'report';
      this.target[due]();
    });
  }

  /** After that time, when nothing wakes it before. */
  again(delay: Millis): void {
    if (this.#over) return;
    const { sim } = this;
    const at = sim.now + Math.max(1, delay);
    // Several containers may wait: the first whose time has come wakes all.
    if (this.#retry !== undefined && this.#retry.at <= at) return;
    this.#retry?.cancel();
    this.#retry = sim.after(at - sim.now, () => {
      this.#retry = undefined;
      this.target.sync();
    });
  }

  /** Nothing is tried again for now. */
  rest(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
  }

  stop(): void {
    this.#over = true;
    this.#turn?.cancel();
    this.#retry?.cancel();
  }
}
