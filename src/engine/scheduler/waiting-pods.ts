import type { Simulation, Timer } from '../sim/simulation.ts';
import { MINUTE, type Millis } from '../sim/time.ts';
import type { CycleState, Status, Verdict, WaitingPod, WaitingPods } from './framework.ts';
import type { PodInfo } from './pod-info.ts';
import type { Profile } from './profile.ts';
import { goDuration } from '../sim/duration.ts';

// runtime.maxTimeout
const LONGEST: Millis = 15 * MINUTE;

/** runtime.waitingPodsMap: pods with a node, whose binding waits for the word of Permit plugins. */
export class Waiting implements WaitingPods {
  readonly #pods = new Map<string, Entry>();

  constructor(readonly sim: Simulation) {}

  get pods(): Iterable<WaitingPod> {
    return this.#pods.values();
  }

  get(uid: string): WaitingPod | undefined {
    return this.#pods.get(uid);
  }

  /** Asks all Permit plugins; `decided` is called now, or when the last of those that wait has spoken. */
  ask(profile: Profile, state: CycleState, pod: PodInfo, nodeName: string, decided: (verdict: Verdict) => void): void {
    const timeouts = new Map<string, Millis>();
    for (const plugin of profile.permit) {
      const { verdict, timeout = LONGEST } = plugin.permit(state, pod, nodeName, this);
      if (verdict === undefined) continue;
      if (verdict.code === 'Error')
        return decided({ ...verdict, reasons: [`running Permit plugin ${JSON.stringify(plugin.name)}: ${verdict.reasons.join(', ')}`] });
      if (verdict.code !== 'Wait') return decided(verdict);
      timeouts.set(plugin.name, Math.min(timeout, LONGEST));
    }
    if (timeouts.size === 0) return decided(undefined);
    this.#pods.set(
      pod.uid,
      new Entry(this.sim, pod, nodeName, timeouts, (verdict) => {
        this.#pods.delete(pod.uid);
        decided(verdict);
      }),
    );
  }

  /** Gives its place up for a pod that preempts it; it is tried again. False where no such pod waits. */
  preempt(uid: string, plugin: string): boolean {
    const entry = this.#pods.get(uid);
    entry?.stop({ code: 'Error', plugin, reasons: ['waiting on permit for pod: preempted'] });
    return entry !== undefined;
  }

  /** RejectWaitingPod: its object is gone. */
  reject(uid: string): boolean {
    const entry = this.#pods.get(uid);
    entry?.reject('', 'removed');
    return entry !== undefined;
  }

  clear(): void {
    for (const entry of this.#pods.values()) entry.forget();
    this.#pods.clear();
  }
}

class Entry implements WaitingPod {
  readonly #timers = new Map<string, Timer>();

  constructor(
    sim: Simulation,
    readonly pod: PodInfo,
    readonly nodeName: string,
    timeouts: ReadonlyMap<string, Millis>,
    readonly decided: (verdict: Verdict) => void,
  ) {
    for (const [plugin, timeout] of timeouts) {
      const tooLate = (): void => this.reject(plugin, `rejected due to timeout after waiting ${goDuration(timeout)} at plugin ${plugin}`);
      this.#timers.set(plugin, sim.after(timeout, tooLate, { background: true }));
    }
  }

  get pending(): ReadonlySet<string> {
    return new Set(this.#timers.keys());
  }

  allow(plugin: string): void {
    const timer = this.#timers.get(plugin);
    if (timer === undefined) return;
    timer.cancel();
    this.#timers.delete(plugin);
    if (this.#timers.size === 0) this.decided(undefined);
  }

  reject(plugin: string, message: string): void {
    this.stop({ code: 'Unschedulable', plugin, reasons: [message] });
  }

  stop(status: Status): void {
    if (this.#timers.size === 0) return;
    this.forget();
    this.decided(status);
  }

  forget(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }
}
