import type { Container, Pod } from '../../api/generated/types.ts';
import { SparseSet } from '../../sim/sparse.ts';
import type { Millis } from '../../sim/time.ts';
import type { RuntimeContainer } from '../runtime/cri.ts';
import { containersOf, fieldPathOf } from './pod-containers.ts';
import { stopContainers, type Stop } from './termination.ts';
import type { WorkerContext } from './worker-context.ts';

export interface StoppedPod {
  readonly pod: Pod;
  readonly ip: string;
  wake(): void;
}

/** The containers of one pod that are being stopped. */
export class PodStops {
  readonly #ids = new SparseSet<string>();

  constructor(
    readonly context: WorkerContext,
    readonly target: StoppedPod,
  ) {}

  /** Whether that container is being stopped already. */
  has(id: string): boolean {
    return this.#ids.has(id);
  }

  one(container: Container, id: string, message: string, grace: Millis): void {
    this.#begin([this.#stopOf(container, id, message, grace)], () => this.target.wake());
  }

  /** `stopped` is called for each of them; unless said the pod is looked at again. */
  all(running: readonly RuntimeContainer[], grace: Millis, stopped = (): void => this.target.wake()): void {
    const stops = running.flatMap(({ id, config }) => {
      const container = this.#named(config.name);
      return container === undefined ? [] : [this.#stopOf(container, id, `Stopping container ${container.name}`, grace)];
    });
    this.#begin(stops, stopped);
  }

  /** Without hooks and without grace. */
  kill({ id, config: { name } }: RuntimeContainer): void {
    if (this.#ids.has(id)) return;
    this.#ids.add(id);
    const { runtime, recorder } = this.context;
    const pod = this.target.pod;
    const container = this.#named(name);
    if (container !== undefined)
      recorder.event(pod, 'Normal', 'Killing', `Stopping container ${name}`, { fieldPath: fieldPathOf(pod, container) });
    runtime.stopContainer(id, 0, () => {
      this.#ids.delete(id);
      this.target.wake();
    });
  }

  #begin(stops: readonly Stop[], stopped: () => void): void {
    const fresh = stops.filter(({ id }) => !this.#ids.has(id));
    for (const { id } of fresh) this.#ids.add(id);
    stopContainers(this.context, this.target.pod, this.target.ip, fresh, (id) => {
      this.#ids.delete(id);
      stopped();
    });
  }

  #named(wanted: string): Container | undefined {
    return containersOf(this.target.pod).find(({ name }) => name === wanted);
  }

  #stopOf(container: Container, id: string, message: string, grace: Millis): Stop {
    return { container, id, message, grace, fieldPath: fieldPathOf(this.target.pod, container) };
  }
}
