import type { Simulation } from '../../sim/simulation.ts';
import { SECOND, type Millis } from '../../sim/time.ts';

interface Entry {
  delay: Millis;
  lastUpdate: Millis;
}

/**
 * client-go's flowcontrol.Backoff as the kubelet uses it for restarts and pulls: 10 s doubling to 300 s, forgotten when
 * twice the maximum has gone by without a failure.
 */
export class Backoff {
  readonly #entries = new Map<string, Entry>();

  constructor(
    readonly sim: Simulation,
    readonly first: Millis = 10 * SECOND,
    readonly max: Millis = 300 * SECOND,
  ) {}

  /** How long the key has to wait now. */
  delay(key: string): Millis {
    return this.#entries.get(key)?.delay ?? 0;
  }

  /** One failure more. */
  next(key: string, eventTime: Millis): void {
    const entry = this.#entries.get(key);
    const { now } = this.sim;
    if (entry === undefined || this.#expired(entry, eventTime)) this.#entries.set(key, { delay: this.first, lastUpdate: now });
    else this.#entries.set(key, { delay: Math.min(entry.delay * 2, this.max), lastUpdate: now });
  }

  /** Whether less than the delay has gone by since `eventTime` (a container's end). */
  waitsSince(key: string, eventTime: Millis): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && !this.#expired(entry, eventTime) && this.sim.now - eventTime < entry.delay;
  }

  /** Whether less than the delay has gone by since the last failure. */
  waitsSinceFailure(key: string): boolean {
    const entry = this.#entries.get(key);
    return entry !== undefined && !this.#expired(entry, this.sim.now) && this.sim.now - entry.lastUpdate < entry.delay;
  }

  lastFailure(key: string): Millis {
    return this.#entries.get(key)?.lastUpdate ?? 0;
  }

  /** Forgets keys that begin with a prefix: a pod's, once it is gone. */
  forget(prefix: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key);
  }

  #expired(entry: Entry, eventTime: Millis): boolean {
    return eventTime - entry.lastUpdate > 2 * this.max;
  }
}
