import { semanticallyEqual } from '../../api/equality.ts';
import { StatusError } from '../../api/errors.ts';
import type { Pod, PodStatus } from '../../api/generated/types.ts';
import { start, type Running, type Task } from '../../os/task.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import { isStatic } from './critical.ts';
import type { PodApi } from './pod-api.ts';

export interface ReportedPod {
  readonly pod: Pod;
  /** The object as the server has it now. */
  learn(pod: Pod): void;
  /** There is no such object any more. */
  removed(): void;
  wake(): void;
  /** Looks again after a while. */
  again(delay: Millis): void;
}

/** Tells the API server of one pod: one request at a time, and nothing twice. */
export class PodReporter {
  /** What was told last may have been lost. */
  tellAgain = false;
  #writing: Running | undefined;
  #deleting: Running | undefined;
  #deleted = false;

  constructor(
    readonly sim: Simulation,
    readonly api: PodApi,
    readonly target: ReportedPod,
  ) {}

  /** A status is on its way; the pod is woken when it has come. */
  get busy(): boolean {
    return this.#writing !== undefined;
  }

  /** False while the server has not taken it yet. */
  report(status: PodStatus): boolean {
    const pod = this.target.pod;
    if (!this.tellAgain && semanticallyEqual(status, pod.status)) return true;
    this.tellAgain = false;
    const writing = start(this.#write(pod, status));
    if (!writing.done) this.#writing = writing;
    return writing.done;
  }

  /** Nothing of the pod is left here: its object may go. Finalizers may keep it. */
  delete(): void {
    if (this.#deleted || this.#deleting?.done === false) return;
    this.#deleting = start(this.#delete());
  }

  stop(): void {
    this.#writing?.kill();
    this.#deleting?.kill();
  }

  *#write(pod: Pod, status: PodStatus): Task<void> {
    const { sim, api, target } = this;
    const { steps } = sim;
    try {
      const written = yield* api.updateStatus(pod, status);
      if (target.pod === pod) target.learn(written);
      // It took its time: meanwhile there may be more to tell.
      if (sim.steps !== steps) target.wake();
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (error.reason === 'NotFound' && !isStatic(pod)) return target.removed();
      if (error.reason === 'Conflict') {
        target.learn(api.read(target.pod) ?? target.pod);
        target.wake();
      }
      target.again(SECOND);
    } finally {
      this.#writing = undefined;
    }
  }

  *#delete(): Task<void> {
    const { api, target } = this;
    try {
      yield* api.delete(target.pod);
      this.#deleted = true;
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (error.reason === 'NotFound' || error.reason === 'Conflict') return target.removed();
      target.again(SECOND);
    }
  }
}
