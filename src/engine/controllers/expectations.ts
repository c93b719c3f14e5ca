import type { Simulation } from '../sim/simulation.ts';
import { MINUTE, type Millis } from '../sim/time.ts';

interface Expected {
  creations: number;
  deletions: Set<string>;
  at: Millis;
}

// controller_utils.go: ExpectationsTimeout.
const TIMEOUT: Millis = 5 * MINUTE;

/**
 * What a controller has done and not yet seen in its cache. Until the cache has caught up (or five minutes have passed)
 * the controller must not count, or it would do the same again.
 */
export class Expectations {
  readonly #expected = new Map<string, Expected>();

  constructor(readonly sim: Simulation) {}

  satisfied(key: string): boolean {
    const expected = this.#expected.get(key);
    if (expected === undefined) return true;
    return (expected.creations <= 0 && expected.deletions.size === 0) || this.sim.now - expected.at > TIMEOUT;
  }

  expectCreations(key: string, creations: number): void {
    this.#expected.set(key, { creations, deletions: new Set(), at: this.sim.now });
  }

  /** `deletions`: uids of what is about to be deleted. */
  expectDeletions(key: string, deletions: Iterable<string>): void {
    this.#expected.set(key, { creations: 0, deletions: new Set(deletions), at: this.sim.now });
  }

  /** Beside the deletions that are expected already. */
  expectMoreCreations(key: string, creations: number): void {
    const expected = this.#expected.get(key);
    if (expected === undefined) this.expectCreations(key, creations);
    else expected.creations += creations;
  }

  creationObserved(key: string, count = 1): void {
    const expected = this.#expected.get(key);
    if (expected !== undefined) expected.creations -= count;
  }

  deletionObserved(key: string, uid: string): void {
    this.#expected.get(key)?.deletions.delete(uid);
  }

  forget(key: string): void {
    this.#expected.delete(key);
  }
}
