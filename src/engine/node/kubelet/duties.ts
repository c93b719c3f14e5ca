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
const MINUTE_TURNS = 6;
const FIVE_MINUTE_TURNS = 30;

/** The clock of a kubelet: two timers, whatever is hung on them, so that a large cluster stays cheap while nothing happens. */
export class Duties {
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
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#turn = 0;
  }

  #every(act: () => void): void {
    const timer = this.sim.after(
      PERIOD,
      () => {
        this.#timers.delete(timer);
        this.#every(act);
        act();
      },
      { background: true },
    );
    this.#timers.add(timer);
  }
}
