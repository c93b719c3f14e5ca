import { podQosClass } from '../../../api/pod/qos.ts';
import type { Pod, PodCondition } from '../../../api/generated/types.ts';
import { quantityMilli, quantityValue } from '../../../api/quantity.ts';
import type { EventRecorder } from '../../../client/events.ts';
import type { Simulation } from '../../../sim/simulation.ts';
import { formatTime, type Millis } from '../../../sim/time.ts';
import { noRoom } from '../admission.ts';
import { podRequests } from '../requests.ts';
import type { Allocation } from './allocation.ts';
import { resizeMessage } from './message.ts';

export interface ResizeContext {
  readonly sim: Simulation;
  readonly recorder: EventRecorder;
  readonly allocation: Allocation;
  readonly allocatable: Readonly<Record<string, string>>;
  pod(uid: string): Pod | undefined;
  /** Pods that have their share of the node. */
  admitted(): Iterable<Pod>;
  /** The pod has something new to do or to tell. */
  wake(uid: string): void;
}

interface State {
  readonly reason: string;
  readonly message: string;
  readonly generation: number;
  /** When it came to be for this reason. */
  readonly since: Millis;
  readonly told: Millis;
}

const INFEASIBLE = 'Infeasible';
const DEFERRED = 'Deferred';

/** In-place resizes of a node's pods: which are granted, which have to wait, and how far they are (KEP-1287). */
export class Resizes {
  readonly #pending = new Map<string, State>();
  readonly #inProgress = new Map<string, State>();
  /** Pods whose resize is not granted yet. */
  #waiting: string[] = [];

  constructor(readonly context: ResizeContext) {}

  /** A pod asks for other resources than it was granted. */
  push(uid: string): void {
    if (!this.#waiting.includes(uid)) this.#waiting.push(uid);
    this.retry();
  }

  get deferred(): boolean {
    return this.#waiting.length > 0;
  }

  /** Looks at all that wait: something about the node has changed. */
  retry(): void {
    if (this.#waiting.length === 0) return;
    const still: string[] = [];
    for (const pod of this.#inOrder()) {
      const uid = pod.metadata.uid ?? '';
      if (this.#decide(pod) === DEFERRED) still.push(uid);
    }
    this.#waiting = still;
  }

  /** What the node did about a granted resize; `error` when it could not. */
  progressed(pod: Pod, done: boolean, error: string | undefined): void {
    const uid = pod.metadata.uid ?? '';
    const state = this.#inProgress.get(uid);
    if (state === undefined) return;
    const { recorder, allocation } = this.context;
    if (done) {
      this.#inProgress.delete(uid);
      recorder.event(pod, 'Normal', 'ResizeCompleted', resizeMessage('completed', allocation.of(pod), state.generation));
    } else if (error !== undefined && (state.reason !== 'Error' || state.message !== error)) {
      this.#inProgress.set(uid, this.#state(state, 'Error', error, state.generation));
      recorder.event(pod, 'Warning', 'ResizeError', resizeMessage('error', allocation.of(pod), state.generation, error));
    } else if (error === undefined && state.reason === 'Error') {
      this.#inProgress.set(uid, this.#state(state, '', '', state.generation));
    }
  }

  conditions(uid: string): PodCondition[] {
    const condition = (type: string, state: State | undefined): PodCondition[] =>
      state === undefined
        ? []
        : [
            {
              type,
              status: 'True',
              ...(state.reason === '' ? {} : { reason: state.reason }),
              ...(state.message === '' ? {} : { message: state.message }),
              observedGeneration: state.generation,
              lastProbeTime: formatTime(state.told),
              lastTransitionTime: formatTime(state.since),
            },
          ];
    return [...condition('PodResizePending', this.#pending.get(uid)), ...condition('PodResizeInProgress', this.#inProgress.get(uid))];
  }

  forget(uid: string): void {
    this.#pending.delete(uid);
    this.#inProgress.delete(uid);
    this.#waiting = this.#waiting.filter((other) => other !== uid);
  }

  #decide(pod: Pod): typeof DEFERRED | typeof INFEASIBLE | undefined {
    const { allocation, recorder, wake } = this.context;
    const uid = pod.metadata.uid ?? '';
    const generation = pod.metadata.generation ?? 0;
    if (allocation.of(pod) === pod) {
      if (this.#pending.delete(uid)) wake(uid);
      return undefined;
    }
    const refusal = this.#refusal(pod);
    if (refusal === undefined) {
      allocation.grant(pod);
      this.#pending.delete(uid);
      this.#inProgress.set(uid, this.#state(undefined, '', '', generation));
      recorder.event(pod, 'Normal', 'ResizeStarted', resizeMessage('started', pod, generation));
      wake(uid);
      return undefined;
    }
    const { reason, message } = refusal;
    const old = this.#pending.get(uid);
    if (old?.reason !== reason || old.message !== message || old.generation !== generation) {
      this.#pending.set(uid, this.#state(old, reason, message, generation));
      recorder.event(
        pod,
        'Warning',
        reason === INFEASIBLE ? 'ResizeInfeasible' : 'ResizeDeferred',
        resizeMessage(reason, pod, generation, message),
      );
      wake(uid);
    }
    return reason;
  }

  #refusal(pod: Pod): { reason: typeof DEFERRED | typeof INFEASIBLE; message: string } | undefined {
    const { allocatable, admitted, allocation } = this.context;
    if (pod.metadata.annotations?.['kubernetes.io/config.source'] === 'file')
      return { reason: INFEASIBLE, message: 'In-place resize of static-pods is not supported' };
    const requests = podRequests(pod);
    for (const [name, units] of [
      ['memory', quantityValue],
      ['cpu', quantityMilli],
    ] as const) {
      const [requested, capacity] = [units(requests[name]), units(allocatable[name])];
      if (requested > capacity)
        return { reason: INFEASIBLE, message: `Node didn't have enough capacity: ${name}, requested: ${requested}, capacity: ${capacity}` };
    }
    const others = Array.from(admitted())
      .filter(({ metadata }) => metadata.uid !== pod.metadata.uid)
      .map((other) => allocation.of(other));
    const full = noRoom(pod, others, allocatable);
    return full === undefined ? undefined : { reason: DEFERRED, message: full.message };
  }

  /** First those that do not ask for more, then by priority and quality of service, then who has waited longest. */
  #inOrder(): Pod[] {
    const pods = this.#waiting.flatMap((uid) => this.context.pod(uid) ?? []);
    const growing = (pod: Pod): number => {
      const [before, now] = [podRequests(this.context.allocation.of(pod)), podRequests(pod)];
      const grows =
        quantityValue(now['memory']) > quantityValue(before['memory']) || quantityMilli(now['cpu']) > quantityMilli(before['cpu']);
      return grows ? 1 : 0;
    };
    const since = (pod: Pod): number => this.#pending.get(pod.metadata.uid ?? '')?.since ?? Infinity;
    const guaranteed = (pod: Pod): number => (podQosClass(pod) === 'Guaranteed' ? 0 : 1);
    return pods.sort(
      (a, b) =>
        growing(a) - growing(b) ||
        (b.spec?.priority ?? 0) - (a.spec?.priority ?? 0) ||
        guaranteed(a) - guaranteed(b) ||
        (since(a) === since(b) ? 0 : since(a) - since(b)),
    );
  }

  #state(old: State | undefined, reason: string, message: string, generation: number): State {
    const { now } = this.context.sim;
    return { reason, message, generation, since: old?.reason === reason ? old.since : now, told: now };
  }
}
