import type { Simulation } from '../src/engine/sim/simulation.ts';

/** Longest slice of engine work between two looks at the network, in wall ms. */
const SLICE = 8;
/** Longest sleep, so that a clock that was set is noticed. */
const LONGEST = 1000;

/**
 * Maps wall time to virtual time: `speed` virtual ms pass in each wall ms. Nothing is skipped; what does not fit into a
 * slice runs in the next, and the virtual clock then lags rather than jumps.
 */
export class Pacer {
  readonly #sim: Simulation;
  #speed: number;
  #running = false;
  #paused = false;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  /** A pair of instants that belong together. */
  #wall = 0;
  #virtual = 0;
  /** What went wrong inside an event; the pacer stops there. */
  readonly #failed: (error: unknown) => void;

  constructor(sim: Simulation, speed: number, failed: (error: unknown) => void) {
    this.#sim = sim;
    this.#speed = speed;
    this.#failed = failed;
  }

  get speed(): number {
    return this.#speed;
  }
  get paused(): boolean {
    return this.#paused;
  }

  start(): void {
    this.#running = true;
    this.#anchor();
    this.#plan();
  }

  stop(): void {
    this.#running = false;
    this.#cancel();
  }

  pause(): void {
    this.#catchUp();
    this.#paused = true;
    this.#cancel();
  }

  resume(): void {
    this.#paused = false;
    this.#anchor();
    this.#plan();
  }

  setSpeed(speed: number): void {
    this.#catchUp();
    this.#speed = speed;
    this.#anchor();
    this.#plan();
  }

  /** Brings the virtual clock to where it should be now: before a request from outside, so that it comes at its instant. */
  sync(): void {
    if (this.#running && !this.#paused) this.#catchUp();
  }

  /** Something new may be due: plans anew. */
  nudge(): void {
    if (this.#running && !this.#paused) this.#plan();
  }

  /** The virtual clock was moved by hand. */
  moved(): void {
    this.#anchor();
    this.#plan();
  }

  #target(): number {
    return this.#virtual + (performance.now() - this.#wall) * this.#speed;
  }

  #anchor(): void {
    this.#wall = performance.now();
    this.#virtual = this.#sim.now;
  }

  /** Runs due events for one slice. False when some are left. */
  #catchUp(): boolean {
    if (this.#paused) return true;
    const target = Math.floor(this.#target());
    const end = performance.now() + SLICE;
    for (;;) {
      const due = this.#sim.nextAt;
      if (due === undefined || due > target) {
        if (target > this.#sim.now) this.#sim.runUntil(target);
        return true;
      }
      this.#sim.step();
      if (performance.now() >= end) {
        this.#anchor();
        return false;
      }
    }
  }

  #plan(): void {
    this.#cancel();
    if (!this.#running || this.#paused) return;
    const due = this.#sim.nextAt;
    if (due === undefined) return;
    const wait = (due - this.#target()) / this.#speed;
    if (wait <= 0) this.#immediate = setImmediate(() => this.#turn());
    else this.#timer = setTimeout(() => this.#turn(), Math.min(LONGEST, Math.ceil(wait)));
  }

  #turn(): void {
    try {
      this.#catchUp();
    } catch (error) {
      this.stop();
      this.#failed(error);
      return;
    }
    this.#plan();
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
  }
}
