import type { Job, Pod } from '../../api/generated/types.ts';
import { isNotFound } from '../../api/errors.ts';
import { controllerOf, keyOf } from '../../api/meta.ts';
import { matchesSelector } from '../../api/selector.ts';
import type { EventRecorder } from '../../client/events.ts';
import { JOBS, PODS } from '../../client/resources.ts';
import type { WorkQueue } from '../../client/workqueue.ts';
import type { Task } from '../../os/task.ts';
import type { Timer } from '../../sim/simulation.ts';
import { MINUTE, SECOND, type Millis } from '../../sim/time.ts';
import type { ControllerContext } from '../controller.ts';
import { claim } from '../controller-ref.ts';
import { Expectations } from '../expectations.ts';
import type { Informers } from '../informers.ts';
import { Reconciler } from '../reconciler.ts';
import { nextEvent } from '../replicaset/slow-start.ts';
import { Backoffs } from './backoff.ts';
import { finishedCondition } from './conditions.ts';
import { BATCH_PERIOD, takeFinalizerOff } from './manage.ts';
import { TRACKING_FINALIZER, hasTrackingFinalizer } from './job-pods.ts';
import { actOn, lookAt } from './sync.ts';
import { timeLeft } from './verdict.ts';

const OWN_NAME = 'kubernetes.io/job-controller';
// job_controller.go: DefaultJobApiBackOff and MaxJobApiBackOff, after a refusal of the API server.
const API_BACKOFF = { first: SECOND, longest: MINUTE };

/** Runs pods until as many have succeeded as each Job asks for. */
export class JobController extends Reconciler {
  readonly #informers: Informers;
  readonly #recorder: EventRecorder;
  readonly #expectations: Expectations;
  readonly #backoffs = new Backoffs();
  /** By key of the job: uids of pods without finalizer, which the cache still shows with it. */
  readonly #released = new Map<string, Set<string>>();
  /** By key. In the background and apart from the queue, whose delays are work: a cluster that waits for a deadline is quiet. */
  readonly #deadlines = new Map<string, Timer>();
  /** Pods that hold a finalizer which no job will take off. */
  readonly #orphans: WorkQueue;

  constructor(context: ControllerContext) {
    super(context, 'controller/job', 1, API_BACKOFF);
    this.#informers = context.informers;
    this.#recorder = context.recorder('job-controller');
    this.#expectations = new Expectations(context.sim);
    this.#orphans = this.newQueue(this.actor, (key) => this.#releaseOrphan(key), 1, API_BACKOFF);
    this.watch(context.informers.jobs, {
      added: (job) => this.queue.add(keyOf(job)),
      updated: (job, old) => this.#jobUpdated(job, old),
      deleted: (job) => {
        this.queue.add(keyOf(job));
        this.#releasePodsOf(job);
      },
    });
    this.watch(context.informers.pods, {
      added: (pod) => this.#podAdded(pod),
      updated: (pod, old) => this.#podUpdated(pod, old),
      deleted: (pod) => this.#podGoing(pod, true),
    });
  }

  override start(): void {
    super.start();
    this.#orphans.start();
  }

  override stop(): void {
    super.stop();
    this.#orphans.stop();
    for (const timer of this.#deadlines.values()) timer.cancel();
    this.#deadlines.clear();
  }

  protected *sync(key: string): Task<void> {
    const job = this.#informers.jobs.get(key);
    if (job === undefined) {
      this.#expectations.forget(key);
      this.#released.delete(key);
      this.#awaitDeadline(key, undefined);
      return this.#backoffs.forget(key);
    }
    if (isManagedElsewhere(job)) return;
    if (finishedCondition(job) !== undefined) {
      this.#awaitDeadline(key, undefined);
      return this.#backoffs.forget(key);
    }

    // Asked before the pods are listed: what comes in between is for the next sync.
    const mayManage = this.#expectations.satisfied(key);
    const pods = yield* this.#claimPods(job);
    const sync = lookAt(
      {
        key,
        now: this.sim.now,
        client: this.client,
        recorder: this.#recorder,
        expectations: this.#expectations,
        released: this.#releasedOf(key),
        pause: () => nextEvent(this.sim),
        requeue: (delay) => this.queue.addAfter(key, delay),
        decide: (text) => this.decide(text, job),
      },
      job,
      pods,
      this.#backoffs,
    );
    this.#awaitDeadline(key, sync.finished === undefined ? timeLeft(job, sync.status.startTime, this.sim.now) : undefined);
    yield* actOn(sync, mayManage, this.#backoffs);
  }

  *#claimPods(job: Job): Task<Pod[]> {
    const { namespace = '', uid = '' } = job.metadata;
    const { pods } = this.#informers;
    return yield* claim({
      client: this.client,
      resource: PODS,
      owner: job,
      ownerResource: JOBS,
      selector: job.spec?.selector ?? {},
      candidates: [...pods.by('controller', uid), ...pods.by('orphan', namespace)],
      finalizers: [TRACKING_FINALIZER],
      tell: (text, pod) => this.decide(text, pod),
    });
  }

  #awaitDeadline(key: string, left: Millis | undefined): void {
    this.#deadlines.get(key)?.cancel();
    this.#deadlines.delete(key);
    if (left === undefined) return;
    const due = (): void => {
      this.#deadlines.delete(key);
      this.queue.add(key);
    };
    this.#deadlines.set(key, this.sim.after(left, due, { background: true }));
  }

  #releasedOf(key: string): Set<string> {
    let released = this.#released.get(key);
    if (released === undefined) this.#released.set(key, (released = new Set()));
    return released;
  }

  #jobUpdated(job: Job, old: Job): void {
    // What pods change in the status is looked at once a second; a changed spec at once.
    if (job.metadata.generation === old.metadata.generation) this.#enqueueBatched(job);
    else this.queue.add(keyOf(job));
    if (finishedCondition(job) !== undefined) this.#releasePodsOf(job);
  }

  #podAdded(pod: Pod): void {
    if (pod.metadata.deletionTimestamp !== undefined) return this.#podGoing(pod, false);
    if (controllerOf(pod) === undefined) return this.#orphanSeen(pod, true);
    const job = this.#ownerOf(pod);
    if (job === undefined) return;
    this.#expectations.creationObserved(keyOf(job));
    this.#enqueueBatched(job);
  }

  #podUpdated(pod: Pod, old: Pod): void {
    if (pod.metadata.deletionTimestamp !== undefined) return this.#podGoing(pod, false);
    const released = !hasTrackingFinalizer(pod);
    const changedOwner = controllerOf(pod)?.uid !== controllerOf(old)?.uid;
    const owners = [changedOwner ? this.#ownerOf(old) : undefined, this.#ownerOf(pod)];
    for (const job of owners) {
      if (job === undefined) continue;
      if (released) this.#releasedOf(keyOf(job)).delete(pod.metadata.uid ?? '');
      this.#enqueueBatched(job);
    }
    if (controllerOf(pod) === undefined) this.#orphanSeen(pod, changedOwner || pod.metadata.labels !== old.metadata.labels);
  }

  /** Deleted, or about to be. */
  #podGoing(pod: Pod, gone: boolean): void {
    const held = hasTrackingFinalizer(pod);
    const reference = controllerOf(pod);
    const job = this.#ownerOf(pod);
    if (job === undefined || finishedCondition(job) !== undefined) {
      const ours = reference === undefined || reference.kind === 'Job';
      if (held && ours && !gone) this.#orphans.add(keyOf(pod));
      return;
    }
    const { uid = '' } = pod.metadata;
    this.#expectations.deletionObserved(keyOf(job), uid);
    if (gone || !held) this.#releasedOf(keyOf(job)).delete(uid);
    this.#enqueueBatched(job);
  }

  /** A pod that nobody controls: its finalizer is nobody's either, unless a job adopts it. */
  #orphanSeen(pod: Pod, interesting: boolean): void {
    if (hasTrackingFinalizer(pod)) this.#orphans.add(keyOf(pod));
    if (!interesting || pod.metadata.labels === undefined) return;
    for (const job of this.#informers.jobs.by('namespace', pod.metadata.namespace ?? '')) {
      if (matchesSelector(job.spec?.selector ?? {}, pod.metadata.labels)) this.#enqueueBatched(job);
    }
  }

  #releasePodsOf(job: Job): void {
    for (const pod of this.#informers.pods.by('controller', job.metadata.uid ?? ''))
      if (hasTrackingFinalizer(pod)) this.#orphans.add(keyOf(pod));
  }

  *#releaseOrphan(key: string): Task<void> {
    const pod = this.#informers.pods.get(key);
    if (pod === undefined) return;
    const reference = controllerOf(pod);
    if (reference !== undefined) {
      if (reference.kind !== 'Job' || reference.apiVersion !== 'batch/v1') return;
      const job = this.#ownerOf(pod);
      if (job !== undefined && (isManagedElsewhere(job) || finishedCondition(job) === undefined)) return;
    }
    try {
      yield* takeFinalizerOff({ client: this.client }, pod);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  #enqueueBatched(job: Job): void {
    this.queue.addAfter(keyOf(job), BATCH_PERIOD);
  }

  #ownerOf(pod: Pod): Job | undefined {
    const owner = controllerOf(pod);
    if (owner === undefined || owner.kind !== 'Job') return undefined;
    const job = this.#informers.jobs.get(`${pod.metadata.namespace ?? ''}/${owner.name}`);
    return job?.metadata.uid === owner.uid ? job : undefined;
  }
}

/** KEP-4368: another controller has taken this job over. */
function isManagedElsewhere({ spec }: Job): boolean {
  return spec?.managedBy !== undefined && spec.managedBy !== OWN_NAME;
}
