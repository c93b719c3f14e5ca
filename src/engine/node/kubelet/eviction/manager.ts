import { podQosClass } from '../../../api/pod/qos.ts';
import { isTolerated } from '../../../api/tolerations.ts';
import type { Node, Pod } from '../../../api/generated/types.ts';
import type { EventRecorder } from '../../../client/events.ts';
import type { Simulation } from '../../../sim/simulation.ts';
import { SECOND, type Millis } from '../../../sim/time.ts';
import type { Refusal } from '../admission.ts';
import { type KubeletConfiguration } from '../configuration.ts';
import { isCritical } from '../critical.ts';
import { localStorageExcess } from './local-storage.ts';
import { evictionMessage } from './message.ts';
import { rank, type PodUse } from './ranking.ts';
import {
  PRESSURE,
  STARVED,
  byEvictionPriority,
  crossed,
  thresholdsOf,
  type Observations,
  type Pressure,
  type Threshold,
} from './thresholds.ts';
import { parseDuration } from '../../../sim/duration.ts';

export interface EvictionContext {
  readonly sim: Simulation;
  readonly recorder: EventRecorder;
  readonly configuration: KubeletConfiguration;
  node(): Node | undefined;
  observe(): Observations;
  /** Pods that run here. */
  active(): Pod[];
  /** Those of them that may use only so much of the disk. */
  limited(): Pod[];
  useOf(pod: Pod): PodUse;
  /** Frees what nobody uses: dead containers, then images. */
  collectGarbage(): void;
  /** Ends a pod; it has failed then. */
  evict(pod: Pod, message: string, grace: Millis, disruption: boolean): void;
  /** Nothing of the pod is left on the machine. */
  cleanedUp(pod: Pod): boolean;
}

const EVICTED = 'Evicted';
// immediateEvictionGracePeriodSeconds; how long, and how often, the manager looks whether what it ended is gone.
const AT_ONCE: Millis = SECOND;
const CLEANUP_TIMEOUT: Millis = 30 * SECOND;
const CLEANUP_POLL: Millis = SECOND;

/** Keeps a node from running out of memory, disk and process numbers: first it cleans up, then it ends pods, one at a time. */
export class EvictionManager {
  readonly #thresholds: readonly Threshold[];
  /** How long a condition of the node outlasts what it was set for. */
  readonly #transition: Millis;
  /** What was seen at a look that found nothing crossed and no condition left: seen again, it means the same. */
  #calm: Observations | undefined;
  #met: readonly Threshold[] = [];
  #first = new Map<Threshold, Millis>();
  #last = new Map<Pressure, Millis>();
  #pressures: readonly Pressure[] = [];
  /** Pods being ended, and until when they are waited for. */
  #ending: { pods: readonly Pod[]; until: Millis } | undefined;

  constructor(readonly context: EvictionContext) {
    this.#thresholds = thresholdsOf(context.configuration);
    this.#transition = parseDuration(context.configuration.evictionPressureTransitionPeriod) ?? 0;
  }

  /** Conditions of the node that hold: their threshold is crossed, or was within the transition period. */
  get pressures(): readonly Pressure[] {
    return this.#pressures;
  }

  /** Under memory pressure no pod without requests comes, unless it bears the taint; under any other none at all. */
  admit(pod: Pod): Refusal | undefined {
    if (this.#pressures.length === 0 || isCritical(pod)) return undefined;
    if (this.#pressures.length === 1 && this.#pressures[0] === 'MemoryPressure') {
      const taint = { key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' };
      if (podQosClass(pod) !== 'BestEffort' || isTolerated(pod.spec?.tolerations, taint)) return undefined;
    }
    return { reason: EVICTED, message: `The node had condition: [${this.#pressures.join(' ')}]. ` };
  }

  /** One look at the node. */
  synchronize(): void {
    if (this.#ending !== undefined) return;
    const { now } = this.context.sim;
    const observations = this.context.observe();
    if (observations === this.#calm) {
      this.#evictForLocalStorage();
      return;
    }
    let thresholds = crossed(this.#thresholds, observations, false);
    const unresolved = crossed(this.#met, observations, true);
    thresholds = [...thresholds, ...unresolved.filter((each) => !thresholds.includes(each))];
    this.#first = new Map(thresholds.map((each) => [each, this.#first.get(each) ?? now]));
    for (const { signal } of thresholds) this.#last.set(PRESSURE[signal], now);
    this.#pressures = [...this.#last].filter(([, at]) => now - at < this.#transition || at === now).map(([pressure]) => pressure);
    for (const [pressure] of this.#last) if (!this.#pressures.includes(pressure)) this.#last.delete(pressure);
    this.#calm = thresholds.length === 0 && this.#pressures.length === 0 ? observations : undefined;
    thresholds = thresholds.filter((each) => now - (this.#first.get(each) ?? now) >= each.grace);
    this.#met = thresholds;
    if (this.#evictForLocalStorage() || thresholds.length === 0) return;
    this.#reclaim(thresholds.slice().sort(byEvictionPriority), observations);
  }

  #reclaim(thresholds: readonly Threshold[], observations: Observations): void {
    const { recorder, active, useOf, configuration } = this.context;
    const [threshold] = thresholds;
    if (threshold === undefined) return;
    const what = STARVED[threshold.signal];
    const node = this.context.node();
    if (node !== undefined) recorder.event(node, 'Warning', 'EvictionThresholdMet', `Attempting to reclaim ${what}`);
    if (what === 'ephemeral-storage' || what === 'inodes') {
      this.context.collectGarbage();
      if (crossed(this.#thresholds, this.context.observe(), true).length === 0) return;
    }
    const grace = threshold.grace === 0 ? AT_ONCE : configuration.evictionMaxPodGracePeriod * SECOND;
    for (const pod of rank(active(), useOf, what)) {
      const { message, annotations } = evictionMessage(what, pod, useOf(pod), thresholds, observations);
      // At most one pod a turn: its end may be enough.
      if (this.#evict([pod], message, grace, annotations)) return;
    }
  }

  /** Pods that use more of the disk than they may. */
  #evictForLocalStorage(): boolean {
    const { limited, useOf } = this.context;
    let evicted = false;
    for (const pod of limited()) {
      const excess = localStorageExcess(pod, useOf);
      if (excess !== undefined) evicted = this.#evict([pod], excess, AT_ONCE, undefined) || evicted;
    }
    return evicted;
  }

  #evict(pods: readonly Pod[], message: string, grace: Millis, annotations: Record<string, string> | undefined): boolean {
    const { sim, recorder } = this.context;
    const victims = pods.filter((pod) => !isCritical(pod));
    for (const pod of victims) {
      recorder.event(pod, 'Warning', EVICTED, message, annotations === undefined ? {} : { annotations });
      this.context.evict(pod, message, grace, annotations !== undefined);
    }
    if (victims.length === 0) return false;
    this.#ending = { pods: [...(this.#ending?.pods ?? []), ...victims], until: sim.now + CLEANUP_TIMEOUT };
    sim.after(CLEANUP_POLL, () => this.#awaitCleanup());
    return true;
  }

  #awaitCleanup(): void {
    const { sim, cleanedUp } = this.context;
    if (this.#ending === undefined) return;
    if (sim.now < this.#ending.until && !this.#ending.pods.every((pod) => cleanedUp(pod))) {
      sim.after(CLEANUP_POLL, () => this.#awaitCleanup());
      return;
    }
    this.#ending = undefined;
    this.synchronize();
  }

  /** The kubelet stops: what it has seen it forgets. */
  reset(): void {
    this.#calm = undefined;
    this.#met = [];
    this.#first.clear();
    this.#last.clear();
    this.#pressures = [];
    this.#ending = undefined;
  }
}
