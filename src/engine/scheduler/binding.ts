import type { Pod } from '../api/generated/types.ts';
import { start, type Task } from '../os/task.ts';
import type { Simulation } from '../sim/simulation.ts';
import type { Millis } from '../sim/time.ts';
import type { Cache } from './cache.ts';
import { fitError, newDiagnosis } from './diagnosis.ts';
import { EXTENDER, ExtenderError, type Extender } from './extender.ts';
import { failed, type CycleState, type ReservePlugin, type Status, type Verdict } from './framework.ts';
import type { SchedulerMetrics } from './metrics.ts';
import type { QueuedPod } from './queue.ts';
import type { Reporter } from './report.ts';
import { Waiting } from './waiting-pods.ts';

export interface BindingOptions {
  readonly sim: Simulation;
  readonly cache: Cache;
  readonly reporter: Reporter;
  readonly extenders: readonly Extender[];
  readonly later: (delay: Millis, run: () => void) => void;
  readonly metrics: SchedulerMetrics;
  readonly bound: (queued: QueuedPod) => void;
  /** No longer being tried: what follows is its binding. */
  readonly settled: (queued: QueuedPod) => void;
  readonly failed: (queued: QueuedPod, failure: Failure) => void;
}

/** How an attempt ended that did not bring the pod to a node. */
export interface Failure {
  readonly reason: 'Unschedulable' | 'SchedulerError';
  readonly message: string;
  /** Plugins that refused; without any the pod is tried again after its back-off. */
  readonly rejectors: ReadonlySet<string>;
}

// Virtual ms from the choice of a node to the Binding: the binding cycle runs beside the next scheduling cycles.
const BINDING: Millis = 2;

/** From the chosen node to the bound pod: assume, Reserve, Permit; later PreBind and Bind. */
export class BindingCycle {
  readonly waiting: Waiting;
  readonly #running = new Set<QueuedPod>();

  constructor(readonly options: BindingOptions) {
    this.waiting = new Waiting(options.sim);
  }

  /** Pods on their way to a node. */
  get running(): number {
    return this.#running.size;
  }

  clear(): void {
    this.waiting.clear();
    this.#running.clear();
  }

  start(queued: QueuedPod, state: CycleState, nodeName: string): void {
    const { cache, later, metrics, sim } = this.options;
    const { info, profile } = queued;
    cache.assume(info, nodeName);
    this.#running.add(queued);
    const refusal = firstRefusal(profile.reserve, (plugin) => plugin.reserve(state, info, nodeName));
    metrics.ran('Reserve', refusal?.code ?? 'Success', profile);
    if (refusal !== undefined) return this.#refused(queued, state, nodeName, refusal);
    const since = sim.now;
    let waited = false;
    this.waiting.ask(profile, state, info, nodeName, (verdict) => {
      if (waited) metrics.permitted(verdict?.code ?? 'Success', sim.now - since);
      else metrics.ran('Permit', verdict?.code ?? 'Success', profile);
      if (verdict !== undefined) return this.#refused(queued, state, nodeName, verdict);
      this.options.settled(queued);
      later(BINDING, () => start(this.#bind(queued, state, nodeName)));
    });
    waited = this.waiting.get(info.uid) !== undefined;
    if (waited) metrics.ran('Permit', 'Wait', profile);
    // KEP-5278: who sees that the pod will be a while in coming knows where it goes.
    const waits = profile.preBind.some((plugin) => plugin.waitsBeforeBinding?.(state, nodeName) !== false);
    if (waits || waited) start(this.options.reporter.nominate(info.pod, nodeName));
  }

  *#bind(queued: QueuedPod, state: CycleState, nodeName: string): Task<void> {
    const { reporter, bound, metrics, sim } = this.options;
    const { info, profile } = queued;
    let since = sim.now;
    for (const plugin of profile.preBind) {
      const refusal = yield* plugin.preBind(state, info, nodeName);
      if (refusal === undefined) continue;
      metrics.ran('PreBind', refusal.code, profile, sim.now - since);
      return this.#undo(queued, state, nodeName, wrapped(`running PreBind plugin ${JSON.stringify(plugin.name)}: `, refusal));
    }
    metrics.ran('PreBind', 'Success', profile, sim.now - since);
    since = sim.now;
    let verdict: Verdict;
    const binder = this.options.extenders.find((extender) => extender.binds && extender.interested(info.pod));
    if (binder === undefined || !(yield* this.#bindExtended(binder, info.pod, nodeName, (refusal) => (verdict = refusal)))) {
      for (const plugin of profile.bind) {
        const refusal = yield* plugin.bind(state, info, nodeName);
        if (refusal?.code === 'Skip') continue;
        if (refusal !== undefined) verdict = wrapped(`running Bind plugin ${JSON.stringify(plugin.name)}: `, refusal);
        break;
      }
    }
    metrics.ran('Bind', verdict?.code ?? 'Success', profile, sim.now - since);
    if (verdict !== undefined) return this.#undo(queued, state, nodeName, verdict);
    this.#running.delete(queued);
    bound(queued);
    reporter.scheduled(info.pod, nodeName, profile.name);
    for (const plugin of profile.postBind) plugin.postBind(state, info, nodeName);
    metrics.ran('PostBind', 'Success', profile);
  }

  /** An extender that binds does it alone. False: it failed, and may be passed over. */
  *#bindExtended(extender: Extender, pod: Pod, nodeName: string, refuse: (verdict: Verdict) => void): Task<boolean> {
    try {
      yield* extender.bind(pod, nodeName);
    } catch (error) {
      if (!(error instanceof ExtenderError)) throw error;
      if (extender.ignorable) return false;
      refuse(failed(EXTENDER, error.message));
    }
    return true;
  }

  /** Reserve or Permit said no: a FitError about the one node, and the pod is tried again when an event helps. */
  #refused(queued: QueuedPod, state: CycleState, nodeName: string, verdict: Status): void {
    if (verdict.code === 'Error') return this.#undo(queued, state, nodeName, verdict);
    const diagnosis = newDiagnosis(1);
    diagnosis.refused.add(nodeName, verdict);
    const rejectors = verdict.plugin === '' ? [] : [verdict.plugin];
    this.#undo(queued, state, nodeName, { ...verdict, reasons: [fitError(diagnosis)] }, new Set(rejectors));
  }

  #undo(
    queued: QueuedPod,
    state: CycleState,
    nodeName: string,
    { code, reasons }: Status,
    rejectors: ReadonlySet<string> = new Set(),
  ): void {
    const { cache, failed: tell, metrics } = this.options;
    this.#running.delete(queued);
    for (const plugin of [...queued.profile.reserve].reverse()) plugin.unreserve(state, queued.info, nodeName);
    metrics.ran('Unreserve', 'Success', queued.profile);
    cache.forget(queued.info.uid);
    tell(queued, { reason: code === 'Error' ? 'SchedulerError' : 'Unschedulable', message: reasons.join(', '), rejectors });
  }
}

/** What a plugin says of an error is told with where it happened; a refusal stands for itself. */
function wrapped(where: string, status: Status): Status {
  return status.code === 'Error' ? { ...status, reasons: [`${where}${status.reasons.join(', ')}`] } : status;
}

function firstRefusal(plugins: readonly ReservePlugin[], run: (plugin: ReservePlugin) => Verdict): Verdict {
  for (const plugin of plugins) {
    const verdict = run(plugin);
    if (verdict !== undefined)
      return wrapped(`running Reserve plugin ${JSON.stringify(plugin.name)}: `, { ...verdict, plugin: plugin.name });
  }
  return undefined;
}
