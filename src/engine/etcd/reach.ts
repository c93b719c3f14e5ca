import type { Millis } from '../sim/time.ts';
import type { EtcdError } from './etcd-error.ts';

/** Nobody answers: what who asks is told, and how long that takes unless it is over before. */
export interface Outage {
  readonly error: EtcdError;
  readonly patience: Millis;
}

/** What an API server has of the members of etcd that it asks: somebody answers, or nobody does. */
export class Reach {
  #outage: Outage | undefined;
  readonly #waiting = new Set<() => void>();

  get outage(): Outage | undefined {
    return this.#outage;
  }

  /** Why nobody answers from now on; undefined: somebody does. */
  set outage(outage: Outage | undefined) {
    this.#outage = outage;
    if (outage !== undefined) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const goOn of waiting) goOn();
  }

  /** Calls a listener once an outage is over; the returned function gives that up. */
  onceBack(listener: () => void): () => void {
    this.#waiting.add(listener);
    return () => this.#waiting.delete(listener);
  }
}
