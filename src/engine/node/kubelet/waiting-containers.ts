import type { Container, Pod } from '../../api/generated/types.ts';
import { SparseMap } from '../../sim/sparse.ts';
import type { Millis } from '../../sim/time.ts';
import type { RuntimeContainer } from '../runtime/cri.ts';
import { goDuration } from '../../sim/duration.ts';
import { fieldPathOf } from './pod-containers.ts';
import { formatPod, type WorkerContext } from './worker-context.ts';

export interface Waiting {
  readonly reason: string;
  readonly message?: string;
}

/** Why containers of one pod do not run: what went wrong, or that they have ended too often. */
export class WaitingContainers {
  readonly #reasons = new SparseMap<string, Waiting>();

  constructor(readonly context: WorkerContext) {}

  get(name: string): Waiting | undefined {
    return this.#reasons.get(name);
  }

  set(name: string, waiting: Waiting): void {
    this.#reasons.set(name, waiting);
  }

  delete(name: string): void {
    this.#reasons.delete(name);
  }

  clear(): void {
    this.#reasons.clear();
  }

  /** How long a container that has ended has to wait before it starts again, which is told; undefined where it may start. */
  backOff(pod: Pod, container: Container, { finishedAt }: RuntimeContainer): Millis | undefined {
    const { sim, restarts, recorder } = this.context;
    const { name } = container;
    const key = restartKey(pod, container);
    const ended = finishedAt ?? sim.now;
    if (!restarts.waitsSince(key, ended)) return undefined;
    const delay = restarts.delay(key);
    const named = formatPod(pod);
    if (this.#reasons.get(name)?.reason !== 'CrashLoopBackOff')
      recorder.event(pod, 'Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${named}`, {
        fieldPath: fieldPathOf(pod, container),
      });
    const message = `back-off ${goDuration(delay)} restarting failed container=${name} pod=${named}`;
    this.#reasons.set(name, { reason: 'CrashLoopBackOff', message });
    return ended + delay - sim.now;
  }

  /** Counts one start after an end. */
  startsAgain(pod: Pod, container: Container, { finishedAt }: RuntimeContainer): void {
    const { sim, restarts } = this.context;
    restarts.next(restartKey(pod, container), finishedAt ?? sim.now);
  }
}

function restartKey({ metadata }: Pod, { name }: Container): string {
  return `${metadata.uid ?? ''}_${name}`;
}
