import type { InstanceError } from '../../cloud/instance.ts';
import type { Millis } from '../../sim/time.ts';
import type { Flags } from './flags.ts';

interface Failure {
  readonly duration: Millis;
  readonly until: Millis;
  readonly failedAt: Millis;
  readonly error: InstanceError;
}

/** Node groups that are left alone for a while after a scale-up that failed: each time twice as long (utils/backoff). */
export class Backoff {
  readonly #failures = new Map<string, Failure>();

  constructor(readonly flags: Flags) {}

  failed(group: string, error: InstanceError, now: Millis): Millis {
    const before = this.#failures.get(group);
    let duration = before?.duration ?? this.flags['initial-node-group-backoff-duration'];
    if (before !== undefined && before.until < now) duration = Math.min(2 * duration, this.flags['max-node-group-backoff-duration']);
    this.#failures.set(group, { duration, until: now + duration, failedAt: now, error });
    return now + duration;
  }

  /** Why the group is left alone now. */
  of(group: string, now: Millis): InstanceError | undefined {
    const failure = this.#failures.get(group);
    return failure === undefined || failure.until < now ? undefined : failure.error;
  }

  removeStale(now: Millis): void {
    for (const [group, { failedAt }] of this.#failures)
      if (failedAt + this.flags['node-group-backoff-reset-timeout'] < now) this.#failures.delete(group);
  }
}
