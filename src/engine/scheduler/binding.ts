import { start, type Task } from '../os/task.ts';
import type { Simulation } from '../sim/simulation.ts';
import type { Millis } from '../sim/time.ts';
import type { Cache } from './cache.ts';
import type { CycleState, Verdict } from './framework.ts';
import type { QueuedPod } from './queue.ts';
import type { Reporter } from './report.ts';

export interface BindingOptions {
  readonly sim: Simulation;
  readonly cache: Cache;
  readonly reporter: Reporter;
  readonly later: (delay: Millis, run: () => void) => void;
  readonly bound: (queued: QueuedPod) => void;
  readonly failed: (queued: QueuedPod, message: string) => void;
}

// Virtual ms from the choice of a node to the Binding: the binding cycle runs beside the next scheduling cycles.
const BINDING: Millis = 2;

/** From the chosen node to the bound pod: assume, Reserve, Permit; later PreBind and Bind. */
export class BindingCycle {
  constructor(readonly options: BindingOptions) {}

  start(queued: QueuedPod, state: CycleState, nodeName: string): void {
    const { cache, later } = this.options;
    const { info, profile } = queued;
    cache.assume(info, nodeName);
    const verdict =
      firstRefusal(profile.reserve, (plugin) => plugin.reserve(state, info, nodeName)) ??
      firstRefusal(profile.permit, (plugin) => plugin.permit(state, info, nodeName));
    if (verdict !== undefined) return this.#undo(queued, state, nodeName, verdict);
    later(BINDING, () => start(this.#bind(queued, state, nodeName)));
  }

  *#bind(queued: QueuedPod, state: CycleState, nodeName: string): Task<void> {
    const { reporter, bound } = this.options;
    const { info, profile } = queued;
    let verdict = firstRefusal(profile.preBind, (plugin) => plugin.preBind(state, info, nodeName));
    for (const plugin of profile.bind) verdict ??= yield* plugin.bind(state, info, nodeName);
    if (verdict !== undefined) return this.#undo(queued, state, nodeName, verdict);
    bound(queued);
    reporter.scheduled(info.pod, nodeName);
  }

  #undo(queued: QueuedPod, state: CycleState, nodeName: string, verdict: NonNullable<Verdict>): void {
    const { cache, failed } = this.options;
    for (const plugin of [...queued.profile.reserve].reverse()) plugin.unreserve(state, queued.info, nodeName);
    cache.forget(queued.info.uid);
    failed(queued, `binding rejected: ${verdict.reasons.join(', ')}`);
  }
}

function firstRefusal<T>(plugins: readonly T[], run: (plugin: T) => Verdict): Verdict {
  for (const plugin of plugins) {
    const verdict = run(plugin);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}
