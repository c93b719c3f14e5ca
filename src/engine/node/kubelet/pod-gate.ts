import { StatusError } from '../../api/errors.ts';
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
  /** Rejections that the API server has not taken yet, by uid. */
  readonly #untold = new Map<string, Pod>();

  constructor(readonly context: GateContext) {}

  refuses(pod: Pod): boolean {
    const uid = pod.metadata.uid ?? '';
    // Its end is for a worker to confirm, as any pod's.
    if (this.#rejected.has(uid) && pod.metadata.deletionTimestamp === undefined) return true;
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
    this.#untold.delete(uid);
  }

  /** Tells the API server once more of the rejections that it has not taken (the status manager's sync every ten seconds). */
  tellAgain(): void {
    for (const pod of this.#untold.values()) this.context.start(this.#tell(pod));
  }

  /** The kubelet stops: who was not let in is asked again. */
  reset(): void {
    this.#rejected.clear();
    this.#untold.clear();
  }

  #refusal(pod: Pod): Refusal | undefined {
    const { shutdown, eviction, admitted, reporter, allocatable, most } = this.context;
    return shutdown.admit() ?? eviction.admit(pod) ?? admitPod(pod, admitted(), reporter.node, allocatable, most());
  }

  #reject(pod: Pod, { reason, message }: Refusal): void {
    const { sim, recorder, start } = this.context;
    recorder.event(pod, 'Warning', reason, message);
    const startTime = formatTime(sim.now);
    const status = { ...pod.status, phase: 'Failed', reason, message: `Pod was rejected: ${message}`, startTime };
    start(this.#tell({ ...pod, status }));
  }

  *#tell(rejected: Pod): Task<void> {
    const uid = rejected.metadata.uid ?? '';
    this.#untold.set(uid, rejected);
    try {
      yield* this.context.client.updateStatus(PODS, rejected);
      this.#untold.delete(uid);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (error.reason === 'Conflict') yield* this.#catchUp(rejected);
      else if (error.reason === 'NotFound') this.#untold.delete(uid);
    }
  }

  /** Somebody else has written to the pod meanwhile. */
  *#catchUp({ metadata, status }: Pod): Task<void> {
    const { namespace = '', name = '', uid = '' } = metadata;
    const fresh = yield* this.context.client.get(PODS, namespace, name);
    if (!this.#untold.has(uid)) return;
    if (fresh.metadata.uid === uid && fresh.metadata.deletionTimestamp === undefined)
      this.#untold.set(uid, { ...fresh, status: status ?? {} });
    else this.#untold.delete(uid);
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
