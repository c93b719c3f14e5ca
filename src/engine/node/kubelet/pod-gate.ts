import type { Pod } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/events.ts';
import { PODS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { formatTime } from '../../sim/time.ts';
import { admitPod, type Refusal } from './admission.ts';
import { isCritical, isStatic } from './critical.ts';
import type { Ending } from './ending.ts';
import type { EvictionManager } from './eviction/manager.ts';
import type { NodeReporter } from './node-reporter.ts';
import { preempt } from './preemption.ts';
import type { NodeShutdown } from './shutdown.ts';

export interface GateContext {
  readonly sim: Simulation;
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly allocatable: Readonly<Record<string, string>>;
  readonly reporter: NodeReporter;
  readonly shutdown: NodeShutdown;
  readonly eviction: EvictionManager;
  /** Pods that have their share of the node; at most `most` of them. */
  admitted(): Iterable<Pod>;
  most(): number;
  kill(uid: string, why: Ending): void;
  /** Begins what takes its time at the API server. */
  start(task: Task<unknown>): void;
}

/** Lets pods in that were bound to this node. Who is not let in has failed without having run. */
export class PodGate {
  readonly #rejected = new Set<string>();

  constructor(readonly context: GateContext) {}

  refuses(pod: Pod): boolean {
    const uid = pod.metadata.uid ?? '';
    if (this.#rejected.has(uid)) return true;
    // What runs already, ends already, or was never the API server's to send, is not asked.
    if (pod.status?.startTime !== undefined || pod.metadata.deletionTimestamp !== undefined || isStatic(pod)) return false;
    const { reporter } = this.context;
    let refusal = this.#refusal(pod);
    if (refusal?.reason === 'NodeAffinity') {
      // The scheduler may have seen labels that have not come here yet: ask before refusing.
      reporter.node = reporter.fresh() ?? reporter.node;
      refusal = this.#refusal(pod);
    }
    if (refusal?.reason.startsWith('OutOf') === true && isCritical(pod) && this.#makeRoom(pod)) return false;
    if (refusal === undefined) return false;
    this.#rejected.add(uid);
    this.#reject(pod, refusal);
    return true;
  }

  forget(uid: string): void {
    this.#rejected.delete(uid);
  }

  #refusal(pod: Pod): Refusal | undefined {
    const { shutdown, eviction, admitted, reporter, allocatable, most } = this.context;
    return shutdown.admit() ?? eviction.admit(pod) ?? admitPod(pod, admitted(), reporter.node, allocatable, most());
  }

  #reject(pod: Pod, { reason, message }: Refusal): void {
    const { sim, client, recorder, start } = this.context;
    recorder.event(pod, 'Warning', reason, message);
    const startTime = formatTime(sim.now);
    const status = { ...pod.status, phase: 'Failed', reason, message: `Pod was rejected: ${message}`, startTime };
    start(client.updateStatus(PODS, { ...pod, status }));
  }

  /** A critical pod does not wait: others give way to it. */
  #makeRoom(pod: Pod): boolean {
    const { admitted, allocatable, recorder, kill } = this.context;
    const victims = preempt(pod, Array.from(admitted()), allocatable);
    for (const victim of victims ?? []) {
      const message = 'Preempted in order to admit critical pod';
      recorder.event(victim, 'Warning', 'Preempting', message);
      kill(victim.metadata.uid ?? '', { reason: 'Preempting', message, disruption: true });
    }
    return victims !== undefined;
  }
}
