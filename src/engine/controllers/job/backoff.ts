import type { Pod } from '../../api/generated/types.ts';
import { MINUTE, SECOND, type Millis } from '../../sim/time.ts';
import { failuresBefore, finishedAt } from './job-pods.ts';

// job_controller.go: DefaultJobPodFailureBackOff and MaxJobPodFailureBackOff.
const FIRST: Millis = 10 * SECOND;
const LONGEST: Millis = 10 * MINUTE;

/** Failures of a job's pods since the last success. */
export interface Failures {
  readonly count: number;
  readonly last: Millis | undefined;
}

const NONE: Failures = { count: 0, last: undefined };

/** What the controller remembers of each job's failures. A restarted manager starts from nothing, as upstream. */
export class Backoffs {
  readonly #known = new Map<string, Failures>();

  /** The record as it is with these pods that have finished, and were not seen before. */
  with(key: string, succeeded: readonly Pod[], failed: readonly Pod[]): Failures {
    const known = this.#known.get(key) ?? NONE;
    if (failed.length === 0) return succeeded.length === 0 ? known : NONE;
    const ends = failed.map(finishedAt);
    if (succeeded.length === 0) return { count: known.count + failed.length, last: Math.max(...ends) };
    const success = Math.max(...succeeded.map(finishedAt));
    const later = ends.filter((end) => end > success);
    return later.length === 0 ? NONE : { count: later.length, last: Math.max(...later) };
  }

  keep(key: string, failures: Failures): void {
    this.#known.set(key, failures);
  }

  forget(key: string): void {
    this.#known.delete(key);
  }
}

/** Ms until a pod may follow: 10 s after the first failure, doubled with each further one, at most 10 minutes. */
export function waitAfter({ count, last }: Failures, now: Millis): Millis {
  if (count === 0 || last === undefined) return 0;
  const backoff = Math.min(FIRST * 2 ** (count - 1), LONGEST);
  return Math.max(0, backoff - (now - last));
}

/** The same for one index, whose failures its last pod tells. */
export function waitAfterPod(pod: Pod | undefined, now: Millis): Millis {
  if (pod === undefined) return 0;
  const { counted, ignored } = failuresBefore(pod);
  return waitAfter({ count: counted + ignored + 1, last: finishedAt(pod) }, now);
}
