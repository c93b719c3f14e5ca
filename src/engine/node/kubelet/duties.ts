import type { Simulation, Timer } from '../../sim/simulation.ts';
import { SECOND, type Millis } from '../../sim/time.ts';

/** What a kubelet does again and again. */
export interface PeriodicDuties {
  /** The lease is renewed every quarter of its 40 s. */
  heartbeat(): void;
  /** Status, eviction thresholds and manifests are looked at every 10 s. */
  housekeeping(): void;
  everyMinute(): void;
  everyFiveMinutes(): void;
}

const PERIOD: Millis = 10 * SECOND;
const BACKGROUND = { background: true };
const MINUTE_TURNS = 6;
const FIVE_MINUTE_TURNS = 30;

/** The clock of a kubelet: two timers, whatever is hung on them, so that a large cluster stays cheap while nothing happens. */
export class Duties {
  /** The next turn of each of the two. */
  readonly #turns: Timer[] = [];
  readonly #timers = new Set<Timer>();
  #turn = 0;

  constructor(
    readonly sim: Simulation,
    readonly duties: PeriodicDuties,
  ) {}

  start(): void {
    const { duties } = this;
    this.#every(() => {
      this.#turn++;
      if (this.#turn % MINUTE_TURNS === 0) duties.everyMinute();
      if (this.#turn % FIVE_MINUTE_TURNS === 0) duties.everyFiveMinutes();
      duties.housekeeping();
    });
    this.#every(() => duties.heartbeat());
  }

  after(delay: Millis, act: () => void, options: { background?: boolean } = {}): void {
    const turn = (): void => {
      this.#timers.delete(timer);
      act();
    };
    const timer = this.sim.after(delay, turn, options);
    this.#timers.add(timer);
  }

  stop(): void {
    for (const timer of this.#turns) timer.cancel();
    for (const timer of this.#timers) timer.cancel();
    this.#turns.length = 0;
    this.#timers.clear();
    this.#turn = 0;
  }

  #every(act: () => void): void {
    const place = this.#turns.length;
    const turn = (): void => {
      arm();
      act();
    };
    const arm = (): void => void (this.#turns[place] = this.sim.after(PERIOD, turn, BACKGROUND));
    arm();
  }
}
