import { isNotFound } from '../api/errors.ts';
import type { Job } from '../api/generated/types.ts';
import { keyOf } from '../api/meta.ts';
import { JOBS } from '../client/resources.ts';
import type { Task } from '../os/task.ts';
import { SECOND, parseTime, type Millis } from '../sim/time.ts';
import type { ControllerContext } from './controller.ts';
import type { Informers } from './informers.ts';
import { finishedCondition } from './job/conditions.ts';
import { Reconciler } from './reconciler.ts';

/** Deletes Jobs `ttlSecondsAfterFinished` seconds after their end (KEP-592). */
export class TTLAfterFinished extends Reconciler {
  readonly #informers: Informers;

  constructor(context: ControllerContext) {
    super(context, 'controller/ttl-after-finished');
    this.#informers = context.informers;
    this.watch(context.informers.jobs, { added: (job) => this.#jobChanged(job), updated: (job) => this.#jobChanged(job) });
  }

  protected *sync(key: string): Task<void> {
    const known = this.#informers.jobs.get(key);
    if (known === undefined || this.#waits(known)) return;
    const { namespace, name = '' } = known.metadata;
    try {
      // The cache may lag behind: the lifetime can have been made longer.
      const job = yield* this.client.get(JOBS, namespace, name);
      if (this.#waits(job)) return;
      const { uid } = job.metadata;
      this.decide(`Finished ${job.spec?.ttlSecondsAfterFinished ?? 0} seconds ago: deletes it with its pods.`, job);
      yield* this.client.delete(JOBS, namespace, name, {
        propagationPolicy: 'Foreground',
        ...(uid === undefined ? {} : { preconditions: { uid } }),
      });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  #jobChanged(job: Job): void {
    if (expiry(job) !== undefined) this.queue.add(keyOf(job));
  }

  /** Whether nothing is to be done now. A time that is still to come is waited for. */
  #waits(job: Job): boolean {
    const at = expiry(job);
    if (at === undefined) return true;
    const left = at - this.sim.now;
    if (left <= 0) return false;
    this.queue.addAfter(keyOf(job), left, { background: true });
    return true;
  }
}

/** When a job is to go; unset for those that stay, have not ended, or are going already. */
function expiry(job: Job): Millis | undefined {
  const { ttlSecondsAfterFinished } = job.spec ?? {};
  const finished = finishedCondition(job);
  if (ttlSecondsAfterFinished === undefined || finished === undefined || job.metadata.deletionTimestamp !== undefined) return undefined;
  return parseTime(finished.lastTransitionTime) + ttlSecondsAfterFinished * SECOND;
}
