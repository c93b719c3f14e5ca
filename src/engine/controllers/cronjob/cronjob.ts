import { parseSchedule } from '../../api/batch/schedule.ts';
import type { CronJob, Job } from '../../api/generated/types.ts';
import { controllerOf, keyOf } from '../../api/meta.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Task } from '../../os/task.ts';
import type { ControllerContext } from '../controller.ts';
import type { Informers } from '../informers.ts';
import { Reconciler } from '../reconciler.ts';
import { untilNext } from './missed.ts';
import { syncCronJob, zoneOf } from './sync.ts';

/** Makes a Job of each CronJob whenever its schedule says so. */
export class CronJobController extends Reconciler {
  readonly #informers: Informers;
  readonly #recorder: EventRecorder;
  /** By key: the version of the last status written. Until the cache has it, it would tell of jobs that are no more. */
  readonly #written = new Map<string, number>();
  /** Uids of jobs deleted here, which the cache still shows. */
  readonly #deleted = new Set<string>();

  constructor(context: ControllerContext) {
    super(context, 'controller/cronjob');
    this.#informers = context.informers;
    this.#recorder = context.recorder('cronjob-controller');
    this.watch(context.informers.cronJobs, {
      added: (cronJob) => this.queue.add(keyOf(cronJob)),
      updated: (cronJob, old) => this.#cronJobUpdated(cronJob, old),
      deleted: (cronJob) => {
        this.#written.delete(keyOf(cronJob));
        this.queue.add(keyOf(cronJob));
      },
    });
    this.watch(context.informers.jobs, {
      added: (job) => this.#jobChanged(job),
      updated: (job, old) => {
        if (controllerOf(job)?.uid !== controllerOf(old)?.uid) this.#jobChanged(old);
        this.#jobChanged(job);
      },
      deleted: (job) => {
        this.#deleted.delete(job.metadata.uid ?? '');
        this.#jobChanged(job);
      },
    });
  }

  protected *sync(key: string): Task<void> {
    const cronJob = this.#informers.cronJobs.get(key);
    // What is on its way will bring the key here again.
    if (cronJob === undefined || Number(cronJob.metadata.resourceVersion) < (this.#written.get(key) ?? 0)) return;
    const jobs = this.#informers.jobs.by('controller', cronJob.metadata.uid ?? '');
    const wait = yield* syncCronJob({
      cronJob,
      jobs: jobs.filter(({ metadata }) => !this.#deleted.has(metadata.uid ?? '')),
      now: this.sim.now,
      client: this.client,
      recorder: this.#recorder,
      decide: (text) => this.decide(text, cronJob),
      wrote: ({ metadata }) => this.#written.set(key, Number(metadata.resourceVersion)),
      deleted: ({ metadata }) => this.#deleted.add(metadata.uid ?? ''),
    });
    // A cluster that waits for a schedule is quiet.
    if (wait !== undefined) this.queue.addAfter(key, wait, { background: true });
  }

  /** A new schedule is looked at when it comes next, anything else at once. */
  #cronJobUpdated(cronJob: CronJob, old: CronJob): void {
    const { spec } = cronJob;
    if (spec.schedule === old.spec.schedule && spec.timeZone === old.spec.timeZone) return this.queue.add(keyOf(cronJob));
    const schedule = parseSchedule(spec.schedule);
    const zone = zoneOf(spec.timeZone);
    if (typeof schedule === 'string' || zone === undefined) {
      this.#recorder.event(cronJob, 'Warning', 'UnParseableCronJobSchedule', `unparseable schedule for cronjob: ${spec.schedule}`);
      return;
    }
    const wait = untilNext(cronJob, schedule, zone, this.sim.now) ?? 0;
    this.decide(`Has a new schedule: looks at it again in ${Math.ceil(wait / 1000)} seconds.`, cronJob);
    this.queue.addAfter(keyOf(cronJob), wait, { background: true });
  }

  #jobChanged(job: Job): void {
    const owner = controllerOf(job);
    if (owner === undefined || owner.kind !== 'CronJob') return;
    const cronJob = this.#informers.cronJobs.get(`${job.metadata.namespace ?? ''}/${owner.name}`);
    if (cronJob?.metadata.uid === owner.uid) this.queue.add(keyOf(cronJob));
  }
}
