import type { Container, Pod } from '../../api/generated/types.ts';
import { run, suspend, type Task } from '../../os/task.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import { runHook } from './lifecycle.ts';
import { isSidecar } from './restart-policy.ts';
import type { WorkerContext } from './worker-context.ts';

/** A container gets at least this long, whatever is left of its time. */
const LEAST_GRACE = 2 * SECOND;

export interface Stop {
  readonly container: Container;
  readonly id: string;
  readonly fieldPath: string;
  /** Of the `Killing` event. */
  readonly message: string;
  readonly grace: Millis;
}

/**
 * Stops containers: preStop hooks at once, then the stop signal. Sidecars wait for their turn, as KEP-753 has it: first the
 * others, then the sidecars from the last to the first, while there is time.
 */
export function stopContainers(
  context: WorkerContext,
  pod: Pod,
  podIP: string,
  stops: readonly Stop[],
  stopped: (id: string) => void,
): void {
  const order = new TerminationOrder(pod, stops);
  for (const stop of stops) {
    context.recorder.event(pod, 'Normal', 'Killing', stop.message, { fieldPath: stop.fieldPath });
    run(
      stopContainer(context, pod, podIP, stop, order),
      () => {
        order.ended(stop.container.name);
        stopped(stop.id);
      },
      (error) => {
        throw error;
      },
    );
  }
}

function* stopContainer(context: WorkerContext, pod: Pod, podIP: string, stop: Stop, order: TerminationOrder): Task<void> {
  const { sim, runtime, net, recorder } = context;
  const { container, id, fieldPath } = stop;
  const end = sim.now + stop.grace;
  const hook = container.lifecycle?.preStop;
  if (hook !== undefined && stop.grace > 0) {
    const failure = yield* limited(context, stop.grace, runHook(sim, runtime, net, container, id, podIP, hook));
    if (failure !== undefined) recorder.event(pod, 'Warning', 'FailedPreStopHook', 'PreStopHook failed', { fieldPath });
  }
  if (end > sim.now) yield* limited(context, end - sim.now, order.turn(container.name));
  yield* suspend<void>((resume) => {
    runtime.stopContainer(id, Math.max(LEAST_GRACE, end - sim.now), () => resume());
    return () => {};
  });
}

/** Does a task, but no longer than that. */
function* limited<T>({ sim }: WorkerContext, limit: Millis, task: Task<T>): Task<T | undefined> {
  return yield* suspend<T | undefined>((resume, fail) => {
    const timer = sim.after(limit, () => {
      running.kill();
      resume(undefined);
    });
    const running = run(
      task,
      (value) => {
        timer.cancel();
        resume(value);
      },
      (error) => {
        timer.cancel();
        fail(error);
      },
    );
    return () => {
      timer.cancel();
      running.kill();
    };
  });
}

class TerminationOrder {
  /** Who has to end before a sidecar's turn comes. */
  readonly #before = new Map<string, Set<string>>();
  readonly #waiting = new Set<() => void>();

  constructor(pod: Pod, stops: readonly Stop[]) {
    const running = new Set(stops.map(({ container }) => container.name));
    const earlier = (pod.spec?.containers ?? []).map(({ name }) => name).filter((name) => running.has(name));
    for (const sidecar of (pod.spec?.initContainers ?? []).filter(isSidecar).reverse()) {
      if (!running.has(sidecar.name)) continue;
      this.#before.set(sidecar.name, new Set(earlier));
      earlier.push(sidecar.name);
    }
  }

  *turn(name: string): Task<void> {
    while ((this.#before.get(name)?.size ?? 0) > 0) {
      yield* suspend<void>((resume) => {
        const wake = (): void => resume();
        this.#waiting.add(wake);
        return () => this.#waiting.delete(wake);
      });
    }
  }

  ended(name: string): void {
    for (const names of this.#before.values()) names.delete(name);
    const due = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of due) wake();
  }
}
