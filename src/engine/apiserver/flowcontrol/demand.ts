import { SECOND, type Millis } from '../../sim/time.ts';

/** Borrowing is looked at every ten seconds, and demand that has gone is forgotten slowly. */
export const ADJUSTMENT_PERIOD: Millis = 10 * SECOND;
const SMOOTHING = 0.977;
// After so many periods what was asked for before them does not show any more.
const FORGOTTEN = 1000;

/** How many seats a level could use: now, at most, on average, and smoothed over the periods. */
export class Demand {
  smoothed = 0;
  #seats = 0;
  #high = 0;
  #since: Millis;
  #begun: Millis;
  #sum = 0;
  #squares = 0;

  constructor(now: Millis) {
    this.#since = now;
    this.#begun = now;
  }

  get high(): number {
    return this.#high;
  }

  set(now: Millis, seats: number): void {
    if (now !== this.#since) this.#integrate(now);
    this.#seats = seats;
    if (seats > this.#high) this.#high = seats;
  }

  /** Average and deviation since the last adjustment. */
  measure(now: Millis): { average: number; deviation: number } {
    this.#integrate(now);
    const time = now - this.#begun;
    if (time <= 0) return { average: this.#seats, deviation: 0 };
    const average = this.#sum / time;
    return { average, deviation: Math.sqrt(Math.max(0, this.#squares / time - average * average)) };
  }

  /** Ends `periods` periods: what they saw goes into `smoothed`. */
  adjust(now: Millis, periods: number): void {
    const { average, deviation } = this.measure(now);
    const envelope = Math.min(this.#high, average + deviation);
    for (let i = 0; i < Math.min(periods, FORGOTTEN); i++)
      this.smoothed = Math.max(envelope, SMOOTHING * this.smoothed + (1 - SMOOTHING) * envelope);
    this.#begun = now;
    this.#sum = 0;
    this.#squares = 0;
    this.#high = this.#seats;
  }

  #integrate(now: Millis): void {
    const time = now - this.#since;
    this.#sum += time * this.#seats;
    this.#squares += time * this.#seats * this.#seats;
    this.#since = now;
  }
}
