import { SECOND, type Millis } from '../../sim/time.ts';

const LONGEST = 8;

/** How long the refused of one level are asked to stay away, in seconds: longer while many are refused (dropped_requests_tracker.go). */
export class RetryAfter {
  #seconds = 1;
  #changed = 0;
  /** Refusals by second, the latest last. */
  #history: { second: number; refused: number }[] = [];

  get seconds(): number {
    return this.#seconds;
  }

  refused(now: Millis): void {
    const second = Math.floor(now / SECOND);
    const last = this.#history.at(-1);
    if (last?.second === second) {
      last.refused++;
      return;
    }
    this.#change(second);
    this.#history.push({ second, refused: 1 });
    this.#history = this.#history.filter((entry) => second - entry.second <= LONGEST);
  }

  #change(second: number): void {
    if (second - this.#changed < this.#seconds) return;
    const recent = this.#history.filter((entry) => entry.second < second && second - entry.second <= this.#seconds);
    const refused = recent.reduce((total, entry) => total + entry.refused, 0);
    const before = this.#seconds;
    if (refused > 3 * before) this.#seconds = Math.min(2 * before, LONGEST);
    else if (refused < before && before > 1) this.#seconds = Math.floor(before / 2);
    if (before !== this.#seconds) this.#changed = second;
  }
}
