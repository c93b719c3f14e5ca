import type { Part } from '../engine/sim/part.ts';
import type { Simulation } from '../engine/sim/simulation.ts';
import type { Millis } from '../engine/sim/time.ts';

// Nobody who is looking may wait longer than this for the worker, in wall ms.
const SLICE = 8;
const FRAME = 16;
const IDLE_FRAME = 100;
// How far, in wall ms, virtual time may be behind its pace and still catch up; what is lost beyond that stays lost.
const MOST_BEHIND = 200;

export interface Host {
  now(): number;
  later(run: () => void, delay: number): () => void;
}

/** The browser's clock. */
export const wallClock: Host = {
  now: () => performance.now(),
  later(run, delay) {
    if (delay === 0) return next(run);
    const timer = setTimeout(run, delay);
    return () => clearTimeout(timer);
  },
};

const turns: (() => void)[] = [];
let channel: MessageChannel | undefined;

/** Runs it when whatever came in before has had its turn: a timer stands idle for 4 ms even without a delay, half a slice. */
function next(run: () => void): () => void {
  if (channel === undefined) {
    channel = new MessageChannel();
    channel.port1.onmessage = () => turns.shift()?.();
  }
  let wanted = true;
  turns.push(() => wanted && run());
  channel.port2.postMessage(undefined);
  return () => (wanted = false);
}

/** Maps wall time to virtual time, in slices. The only place where the two meet. */
export class Pacer {
  #speed = 1;
  #playing = false;
  #hidden = false;
  #cancel: (() => void) | undefined;
  #wallBase = 0;
  #base: Millis = 0;
  /** Running ahead of the pace: until this holds, or this virtual time is reached. */
  #rush: { done: () => boolean; until: Millis } | undefined;
  readonly #fetching = new Set<Part>();

  constructor(
    readonly sim: Simulation,
    readonly host: Host,
    /** Called after every slice. */
    readonly onFrame: () => void,
    /** Gets what the world waits for. Whether that worked is for the world to see. */
    readonly fetch: (part: Part) => Promise<void>,
  ) {}

  get playing(): boolean {
    return this.#playing;
  }
  get speed(): number {
    return this.#speed;
  }

  play(): void {
    this.#playing = true;
    this.#rebase();
    this.poke();
  }

  pause(): void {
    this.#playing = false;
    this.#rush = undefined;
    this.#cancel?.();
    this.#cancel = undefined;
    this.onFrame();
  }

  setSpeed(factor: number): void {
    this.#speed = Math.min(1000, Math.max(0.1, factor));
    this.#rebase();
    this.onFrame();
  }

  setHidden(hidden: boolean): void {
    this.#hidden = hidden;
    if (hidden) {
      this.#cancel?.();
      this.#cancel = undefined;
    } else {
      this.#rebase();
      this.poke();
    }
  }

  /** Runs as fast as the slices allow until `done()` or the virtual time `until`, then goes on as before. */
  rush(done: () => boolean, until: Millis): void {
    this.#rush = { done, until };
    this.poke();
  }

  /** Something came in: run what is due soon. */
  poke(): void {
    if (this.#hidden || (!this.#playing && this.#rush === undefined)) return;
    this.#cancel?.();
    this.#cancel = this.host.later(() => this.#tick(), 0);
  }

  stop(): void {
    this.pause();
    this.#hidden = true;
  }

  /** Virtual time stands still for as long as the next event's code is on its way. */
  #fetch(part: Part): void {
    this.onFrame();
    if (this.#fetching.has(part)) return;
    this.#fetching.add(part);
    void this.fetch(part).then(() => {
      this.#fetching.delete(part);
      this.#rebase();
      this.poke();
    });
  }

  #rebase(): void {
    this.#wallBase = this.host.now();
    this.#base = this.sim.now;
  }

  /** Where virtual time is to be by its pace. */
  get #due(): number {
    return this.#base + (this.host.now() - this.#wallBase) * this.#speed;
  }

  /** Virtual time is late for its pace, and may make up for some of that: with nothing to make up, it would wait after each slice. */
  #fallBehind(): void {
    const behind = Math.min(MOST_BEHIND, (this.#due - this.sim.now) / this.#speed);
    this.#rebase();
    this.#wallBase -= behind;
  }

  #tick(): void {
    this.#cancel = undefined;
    const { sim } = this;
    const end = this.host.now() + SLICE;
    const rush = this.#rush;
    const target = rush?.until ?? Math.floor(this.#due);
    let late = false;
    for (;;) {
      if (rush?.done() === true) break;
      const due = sim.nextAt;
      if (due === undefined || due > target) break;
      if (sim.wanted !== undefined) return this.#fetch(sim.wanted);
      sim.step();
      // Asked after each event: the clock costs less than any of them, and some take milliseconds.
      if (this.host.now() >= end) {
        late = true;
        break;
      }
    }
    if (rush !== undefined && !late) {
      if (!rush.done() && sim.now < rush.until) sim.runUntil(rush.until);
      this.#rush = undefined;
      this.#rebase();
    } else if (rush === undefined) {
      if (late) this.#fallBehind();
      else if (target > sim.now) sim.runUntil(target);
    }
    this.onFrame();
    if (this.#hidden || (!this.#playing && this.#rush === undefined)) return;
    const wait = late || this.#rush !== undefined ? 0 : sim.foreground > 0 ? FRAME : IDLE_FRAME;
    this.#cancel = this.host.later(() => this.#tick(), wait);
  }
}
