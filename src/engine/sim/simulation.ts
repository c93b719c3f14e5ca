import { CauseLog, NoLog, type Actor, type Details, type EntryExtras, type Log, type Seq, type Verb } from './log.ts';
import { PartWanted, type Part } from './part.ts';
import { EventQueue, type Scheduled } from './queue.ts';
import { Random } from './random.ts';
import { SECOND, type Millis } from './time.ts';

export interface SimulationOptions {
  seed: number;
  /** Virtual time of the beginning. */
  start?: Millis;
  /** `false` takes the no-op twin of the log; a number keeps about so many of its newest entries. */
  log?: boolean | number;
}

export interface Timer {
  readonly at: Millis;
  /** Still waiting to fire. */
  readonly pending: boolean;
  cancel(): void;
}

export interface TimerOptions {
  /**
   * A periodic duty or a deadline (heartbeat, resync, probe period, progress deadline): it may find nothing to do, so
   * a cluster in which only such timers are left is quiet. Work under way (a delivery, a pull, a back-off) is not.
   */
  background?: boolean;
}

class Event implements Scheduled, Timer {
  slot = -1;
  constructor(
    readonly owner: Simulation,
    readonly at: Millis,
    readonly order: number,
    /** Undefined once it is over: who keeps a timer keeps nothing else alive. */
    public run: (() => void) | undefined,
    readonly cause: Seq,
    readonly background: boolean,
  ) {}

  get pending(): boolean {
    return this.slot >= 0;
  }

  cancel(): void {
    this.owner.cancel(this);
  }
}

// 2026-01-05 09:00 UTC, a Monday: lessons that show ages and cron schedules start at a plain hour.
const DEFAULT_START = Date.UTC(2026, 0, 5, 9, 0, 0);

/** The virtual world's clock, pending events, chance and log. Everything in the engine happens inside one of its events. */
export class Simulation {
  readonly log: Log;
  readonly seed: number;
  readonly start: Millis;
  readonly #queue = new EventQueue<Event>();
  readonly #random: Random;
  /** What waiting events cannot run without. */
  readonly #needs = new Map<Timer, { readonly part: Part; given: boolean }>();
  #now: Millis;
  #order = 0;
  #steps = 0;
  #foreground = 0;
  #cause: Seq = 0;
  #running = false;

  constructor(options: SimulationOptions) {
    this.seed = options.seed;
    this.start = options.start ?? DEFAULT_START;
    this.#now = this.start;
    this.#random = new Random(options.seed);
    this.log = options.log === false ? new NoLog() : new CauseLog(options.log === true ? undefined : options.log);
  }

  get now(): Millis {
    return this.#now;
  }

  /** Events run so far. With the time of day this names an instant of the run exactly. */
  get steps(): number {
    return this.#steps;
  }

  /** Events waiting, and those of them that are work under way. */
  get pending(): number {
    return this.#queue.size;
  }
  get foreground(): number {
    return this.#foreground;
  }

  /** When the next event is due. */
  get nextAt(): Millis | undefined {
    return this.#queue.peek()?.at;
  }

  /** The log entry that what happens now is caused by. Timers remember it; `append` uses it. */
  get cause(): Seq {
    return this.#cause;
  }

  /** A source of chance of one's own; see `Random.fork`. */
  random(name: string): Random {
    return this.#random.fork(name);
  }

  at(time: Millis, run: () => void, options: TimerOptions = {}): Timer {
    const background = options.background === true;
    const event = new Event(this, Math.max(time, this.#now), this.#order++, run, this.#cause, background);
    this.#queue.add(event);
    if (!background) this.#foreground++;
    return event;
  }

  after(delay: Millis, run: () => void, options?: TimerOptions): Timer {
    return this.at(this.#now + delay, run, options);
  }

  /**
   * Runs `act` at this instant, in an event of its own whether the part is there or has to be loaded first: so nobody in the world can tell.
   * Who drives the world looks at `wanted` before each step. `act` learns whether it was given the part.
   */
  need(part: Part, act: (given: boolean) => void): Timer {
    const need = { part, given: true };
    const timer = this.after(0, () => {
      this.#needs.delete(timer);
      act(need.given);
    });
    this.#needs.set(timer, need);
    return timer;
  }

  /** The part that has to be loaded before the next step. Where everything is loaded at once it is always `undefined`. */
  get wanted(): Part | undefined {
    const need = this.#nextNeed();
    return need === undefined || !need.given || need.part.here ? undefined : need.part;
  }

  /** The next event has to do without its part. This is decided outside, so it is an input of a recording. */
  forgo(): void {
    const need = this.#nextNeed();
    if (need !== undefined) need.given = false;
  }

  #nextNeed(): { readonly part: Part; given: boolean } | undefined {
    const next = this.#needs.size === 0 ? undefined : this.#queue.peek();
    return next === undefined ? undefined : this.#needs.get(next);
  }

  /** @internal Timers cancel themselves through `Timer.cancel`. */
  cancel(timer: Timer): void {
    const event = timer as Event;
    if (!this.#queue.remove(event)) return;
    event.run = undefined;
    if (!event.background) this.#foreground--;
    this.#needs.delete(timer);
  }

  /** Runs `act` with `cause` as the ambient cause. Entry 0 means: nothing caused it. */
  causedBy<T>(cause: Seq, act: () => T): T {
    const before = this.#cause;
    this.#cause = cause;
    try {
      return act();
    } finally {
      this.#cause = before;
    }
  }

  /** Writes a log entry at the present instant, caused by the ambient cause unless `extras.cause` says otherwise. */
  append<V extends Verb>(actor: Actor, verb: V, detail: Details[V], extras?: EntryExtras): Seq {
    return this.log.append(this.#now, this.#cause, actor, verb, detail, extras);
  }

  /** Runs the next event. False when none is left. Throws `PartWanted` while the event's part is not there. */
  step(): boolean {
    if (this.#running) throw new Error('an event cannot run events: what has to wait in the world is a task');
    const { wanted } = this;
    if (wanted !== undefined) throw new PartWanted(wanted);
    const event = this.#queue.take();
    if (event === undefined) return false;
    if (!event.background) this.#foreground--;
    this.#now = event.at;
    this.#steps++;
    this.#cause = event.cause;
    this.#running = true;
    const { run } = event;
    event.run = undefined;
    try {
      run?.();
    } finally {
      this.#running = false;
      this.#cause = 0;
    }
    return true;
  }

  /** Runs every event due up to and including `time`, then sets the clock to it. */
  runUntil(time: Millis): void {
    for (;;) {
      const due = this.nextAt;
      if (due === undefined || due > time) break;
      this.step();
    }
    if (time > this.#now) this.#now = time;
  }

  runFor(duration: Millis): void {
    this.runUntil(this.#now + duration);
  }

  /**
   * Runs until only background events are left. `limit` (virtual ms, default one hour) bounds a cluster that never
   * settles, such as one with a crashing container. True when it became quiet.
   */
  runUntilQuiet(limit: Millis = 3600 * SECOND): boolean {
    return this.runWhile(() => this.#foreground > 0, limit);
  }

  /** Runs until `done()` holds, looking after each event. True when it held within `limit` virtual ms. */
  runUntilTrue(done: () => boolean, limit: Millis = 3600 * SECOND): boolean {
    return this.runWhile(() => !done(), limit);
  }

  private runWhile(goOn: () => boolean, limit: Millis): boolean {
    const end = this.#now + limit;
    while (goOn()) {
      const due = this.nextAt;
      if (due === undefined) return !goOn();
      if (due > end) {
        this.#now = end;
        return false;
      }
      this.step();
    }
    return true;
  }

  /** Moves to the exact instant of a recorded input: `steps` events run, the clock at `time`; not beyond the entry `last` of the log. Yields what has to be loaded on the way. */
  *seeking(steps: number, time: Millis, last: Seq): Generator<Part, void> {
    while (this.#steps < steps && this.log.last < last) {
      if (this.wanted !== undefined) yield this.wanted;
      if (!this.step()) throw new Error(`replay ran out of events at step ${this.#steps} of ${steps}`);
    }
    if (this.log.last >= last) return;
    if (time < this.#now) throw new Error(`replay is ahead of the recording: ${this.#now} > ${time}`);
    this.#now = time;
  }
}
