import type { Pod } from '../api/generated/types.ts';
import type { Seq } from '../sim/log.ts';
import type { Simulation, Timer } from '../sim/simulation.ts';
import { MINUTE, SECOND, type Millis } from '../sim/time.ts';
import { podUpdateEvents, type ClusterEvent, type MoveReason } from './cluster-event.ts';
import type { Queued, Verdict } from './framework.ts';
import { Heap } from './heap.ts';
import { PodInfo, uidOf } from './pod-info.ts';
import type { Profile } from './profile.ts';

export interface QueuedPod extends Queued {
  info: PodInfo;
  addedAt: Millis;
  /** When it first came, and when it was last taken out to be tried. */
  readonly cameAt: Millis;
  triedAt: Millis;
  order: number;
  slot: number;
  place: 'active' | 'backoff' | 'unschedulable' | 'gated' | 'none';
  attempts: number;
  /** Attempts that ended without a node; sets the back-off. */
  unschedulableCount: number;
  /** Attempts that ended in an error, in a row. */
  errorCount: number;
  /** The plugins that refused last time. */
  rejectors: ReadonlySet<string>;
  profile: Profile;
  /** What put it where it is now: the entry of the log, and the event's name. */
  cause: Seq;
  because: MoveReason;
}

/** `podInitialBackoffSeconds` and `podMaxBackoffSeconds`, in ms. */
export interface Backoff {
  readonly initial: Millis;
  readonly longest: Millis;
}

export type QueueName = 'active' | 'backoff' | 'unschedulable' | 'gated';

// scheduler.NewScheduler's defaults.
const BACKOFF: Backoff = { initial: SECOND, longest: 10 * SECOND };
const MAX_IN_UNSCHEDULABLE: Millis = 5 * MINUTE;
const FLUSH_PERIOD: Millis = 30 * SECOND;

/**
 * Pods that wait for a node: ready to be tried (active), pausing after a failure (back-off), waiting for the cluster to
 * change (unschedulable), or held by a scheduling gate (gated).
 */
export class SchedulingQueue {
  readonly #pods = new Map<string, QueuedPod>();
  readonly #active: Heap<QueuedPod>;
  readonly #backoff: Heap<QueuedPod>;
  /** Like `#backoff`, for failures that are no verdict of a plugin: these do wait. */
  readonly #errors: Heap<QueuedPod>;
  /** Unschedulable pods by the plugins that refused them. */
  readonly #refusedBy = new Map<string, Set<QueuedPod>>();
  /** Gated pods that wait for something else than their own scheduling gates, with the plugin that holds them. */
  readonly #held = new Map<QueuedPod, string>();
  /** Pods that are being tried, each with the number of events known when it was taken out. */
  readonly #inFlight = new Map<QueuedPod, number>();
  /** What happened since the first of them was taken out: it may help one that fails. */
  #events: ClusterEvent[] = [];
  #order = 0;
  #flush: Timer | undefined;
  #retry: Timer | undefined;

  constructor(
    readonly sim: Simulation,
    readonly actor: string,
    /** Called when a pod has become ready to be tried. */
    readonly onReady: () => void,
    less: (a: Queued, b: Queued) => boolean,
    /** Told of every move, for those who count. */
    readonly onMoved: (to: QueueName, because: MoveReason) => void = () => {},
    readonly backoff: Backoff = BACKOFF,
    /** Told when PreEnqueue plugins were asked about a pod, and what they said. */
    readonly onGate: (profile: Profile, verdict: Verdict) => void = () => {},
  ) {
    // Back-offs that end within the same second are sorted like active pods (backoffQOrderingWindowDuration).
    const sooner = (a: QueuedPod, b: QueuedPod): boolean => {
      const [left, right] = [this.#backoffEnd(a), this.#backoffEnd(b)];
      return left < right || (left === right && less(a, b));
    };
    this.#active = new Heap<QueuedPod>(less);
    this.#backoff = new Heap(sooner);
    this.#errors = new Heap(sooner);
  }

  /** Is a pod ready? Back-off counts: while nothing is active, pods that pause are tried early (KEP-5142). */
  get ready(): boolean {
    return this.#active.size > 0 || this.#backoff.size > 0;
  }

  /** Does any event make a difference? */
  get listening(): boolean {
    return this.#refusedBy.size > 0 || this.#held.size > 0 || this.#inFlight.size > 0;
  }

  get size(): number {
    return this.#pods.size;
  }

  /** Pods by where they wait. */
  counts(): Record<QueueName, number> {
    const counts = { active: 0, backoff: 0, unschedulable: 0, gated: 0 };
    for (const { place } of this.#pods.values()) if (place !== 'none') counts[place]++;
    return counts;
  }

  /** How many pods each plugin keeps back, by profile. */
  *refused(): Generator<readonly [plugin: string, profile: string, pods: number], void, undefined> {
    for (const [plugin, pods] of this.#refusedBy) {
      const byProfile = new Map<string, number>();
      for (const { profile } of pods) byProfile.set(profile.name, (byProfile.get(profile.name) ?? 0) + 1);
      for (const [profile, count] of byProfile) yield [plugin, profile, count];
    }
  }

  add(pod: Pod, profile: Profile): void {
    const queued: QueuedPod = {
      info: new PodInfo(pod),
      profile,
      addedAt: this.sim.now,
      cameAt: this.sim.now,
      triedAt: this.sim.now,
      order: this.#order++,
      slot: -1,
      place: 'none',
      attempts: 0,
      unschedulableCount: 0,
      errorCount: 0,
      rejectors: new Set(),
      cause: this.sim.cause,
      because: 'PodAdd',
    };
    this.#pods.set(queued.info.uid, queued);
    this.#activate(queued, 'PodAdd');
  }

  /** A waiting pod changed: what it changed may be what kept it back. */
  update(now: Pod, old: Pod, profile: Profile): void {
    const queued = this.#pods.get(uidOf(now));
    if (queued === undefined) return this.add(now, profile);
    if (queued.place === 'active' || queued.place === 'backoff') {
      const { place } = queued;
      const heap = place === 'active' ? this.#active : queued.errorCount > 0 ? this.#errors : this.#backoff;
      heap.remove(queued);
      queued.info = new PodInfo(now);
      heap.push(queued);
      return;
    }
    queued.info = new PodInfo(now);
    const events = podUpdateEvents('UnschedulablePod', now, old);
    if (queued.place === 'none') {
      if (this.#inFlight.has(queued)) this.#events.push(...events);
      return;
    }
    for (const event of events) {
      if (queued.place === 'gated' ? this.#gate(queued) === undefined : this.#helps(queued, event)) {
        this.#requeue(queued, event.name);
        return;
      }
    }
  }

  delete(pod: Pod): void {
    const uid = uidOf(pod);
    const queued = this.#pods.get(uid);
    if (queued === undefined) return;
    this.#takeOut(queued);
    this.settled(queued);
    this.#pods.delete(uid);
  }

  /** The next pod to try. It stays known until `done`, `failed` or `delete`. */
  pop(): QueuedPod | undefined {
    this.#endBackoffs();
    const queued = this.#active.pop() ?? this.#backoff.pop();
    if (queued === undefined) return undefined;
    queued.place = 'none';
    queued.attempts++;
    queued.triedAt = this.sim.now;
    this.#inFlight.set(queued, this.#events.length);
    return queued;
  }

  /** It is no longer being tried: from here on only its binding can fail, and no event helps against that. */
  settled(queued: QueuedPod): void {
    if (this.#inFlight.delete(queued) && this.#inFlight.size === 0) this.#events = [];
  }

  /** It has a node. */
  done(queued: QueuedPod): void {
    this.settled(queued);
    this.#pods.delete(queued.info.uid);
  }

  /** An attempt failed. Without rejectors it was an error, and the pod is tried again after its back-off; else when an event helps. */
  failed(queued: QueuedPod, rejectors: ReadonlySet<string>): void {
    const since = this.#inFlight.get(queued);
    const missed = since === undefined ? [] : this.#events.slice(since);
    this.settled(queued);
    this.#pods.set(queued.info.uid, queued);
    queued.addedAt = this.sim.now;
    queued.order = this.#order++;
    queued.rejectors = rejectors;
    queued.cause = this.sim.cause;
    if (rejectors.size === 0) {
      queued.errorCount++;
      queued.place = 'backoff';
      this.#errors.push(queued);
      this.#tell(queued, 'backoff', 'ScheduleAttemptFailure');
      this.#armRetry();
      return;
    }
    queued.unschedulableCount++;
    queued.errorCount = 0;
    if (missed.some((event) => this.#helps(queued, event))) return this.#requeue(queued, 'ScheduleAttemptFailure');
    this.#shelve(queued);
    this.#tell(queued, 'unschedulable', 'ScheduleAttemptFailure');
  }

  /**
   * Something changed in the cluster: unschedulable pods whose refusing plugins see a chance are moved, of all pods or of those up
   * to a priority.
   */
  move(event: ClusterEvent, profiles: Iterable<Profile>, upTo = Infinity): void {
    if (this.#held.size > 0) this.#ungate(event);
    if (this.#inFlight.size > 0) this.#events.push(event);
    if (this.#refusedBy.size === 0) return;
    const candidates = new Set<QueuedPod>();
    for (const profile of profiles) {
      const listeners = [...profile.openMinded, ...(profile.hints.get(event.name) ?? []).map(({ plugin }) => plugin)];
      for (const plugin of listeners) {
        for (const queued of this.#refusedBy.get(plugin) ?? [])
          if (queued.profile === profile && queued.info.priority <= upTo) candidates.add(queued);
      }
    }
    for (const queued of candidates) if (this.#helps(queued, event)) this.#requeue(queued, event.name);
  }

  clear(): void {
    for (const queued of this.#pods.values()) this.#takeOut(queued);
    this.#pods.clear();
    this.#held.clear();
    this.#inFlight.clear();
    this.#events = [];
    this.#flush?.cancel();
    this.#retry?.cancel();
  }

  #activate(queued: QueuedPod, because: MoveReason): void {
    const gate = this.#gate(queued);
    queued.cause = this.sim.cause;
    if (gate !== undefined) {
      queued.place = 'gated';
      if (gate.plugin !== 'SchedulingGates') this.#held.set(queued, gate.plugin);
      this.#tell(queued, 'gated', because);
      return;
    }
    queued.place = 'active';
    this.#active.push(queued);
    this.#tell(queued, 'active', because);
    this.onReady();
  }

  /** Something else than the pod itself may open a gate. */
  #ungate(event: ClusterEvent): void {
    for (const [queued, plugin] of Array.from(this.#held)) {
      if (queued.place !== 'gated' || this.#pods.get(queued.info.uid) !== queued) this.#held.delete(queued);
      else if ((queued.profile.hints.get(event.name) ?? []).some((each) => each.plugin === plugin)) {
        if (!this.#helps(queued, event, plugin) || this.#gate(queued) !== undefined) continue;
        this.#held.delete(queued);
        this.#requeue(queued, event.name);
      }
    }
  }

  #gate(queued: QueuedPod): Verdict {
    const { profile, info } = queued;
    let verdict: Verdict;
    for (const plugin of profile.preEnqueue) if ((verdict = plugin.preEnqueue(info.pod)) !== undefined) break;
    this.onGate(profile, verdict);
    return verdict;
  }

  /** isPodWorthRequeuing: does a plugin that refused the pod, or holds it at a gate, see a chance? */
  #helps({ profile, rejectors, info }: QueuedPod, event: ClusterEvent, holding?: string): boolean {
    for (const plugin of profile.openMinded) if (rejectors.has(plugin)) return true;
    for (const { plugin, hint } of profile.hints.get(event.name) ?? [])
      if ((rejectors.has(plugin) || plugin === holding) && hint(info, event)) return true;
    return false;
  }

  #requeue(queued: QueuedPod, because: MoveReason): void {
    this.#takeOut(queued);
    queued.cause = this.sim.cause;
    if (queued.unschedulableCount > 0 && this.#backoffEnd(queued) > this.sim.now) {
      queued.place = 'backoff';
      this.#backoff.push(queued);
      this.#tell(queued, 'backoff', because);
      this.onReady();
    } else this.#activate(queued, because);
  }

  #shelve(queued: QueuedPod): void {
    queued.place = 'unschedulable';
    for (const plugin of queued.rejectors) {
      const set = this.#refusedBy.get(plugin);
      if (set === undefined) this.#refusedBy.set(plugin, new Set([queued]));
      else set.add(queued);
    }
    this.#armFlush();
  }

  #takeOut(queued: QueuedPod): void {
    if (queued.place === 'active') this.#active.remove(queued);
    else if (queued.place === 'backoff') (queued.errorCount > 0 ? this.#errors : this.#backoff).remove(queued);
    else if (queued.place === 'unschedulable') {
      for (const plugin of queued.rejectors) {
        const set = this.#refusedBy.get(plugin);
        set?.delete(queued);
        if (set?.size === 0) this.#refusedBy.delete(plugin);
      }
    }
    queued.place = 'none';
  }

  #endBackoffs(): void {
    for (const heap of [this.#backoff, this.#errors]) {
      for (let next = heap.peek(); next !== undefined && this.#backoffEnd(next) <= this.sim.now; next = heap.peek()) {
        heap.remove(next);
        this.#activate(next, 'BackoffComplete');
      }
    }
  }

  #armRetry(): void {
    const next = this.#errors.peek();
    if (next === undefined || (this.#retry?.pending === true && this.#retry.at <= this.#backoffEnd(next))) return;
    this.#retry?.cancel();
    this.#retry = this.sim.at(
      this.#backoffEnd(next),
      () => {
        this.#endBackoffs();
        this.#armRetry();
      },
      // A cluster without a node is quiet, although its pods are tried again and again.
      { background: true },
    );
  }

  // flushUnschedulablePodsLeftover, which looks every 30 s; with nothing to flush there is no timer.
  #armFlush(): void {
    if (this.#flush?.pending === true) return;
    this.#flush = this.sim.causedBy(0, () => this.sim.after(FLUSH_PERIOD, () => this.#flushOld(), { background: true }));
  }

  #flushOld(): void {
    const waiting = new Set<QueuedPod>();
    for (const set of this.#refusedBy.values()) for (const queued of set) waiting.add(queued);
    for (const queued of waiting) if (this.sim.now - queued.addedAt > MAX_IN_UNSCHEDULABLE) this.#requeue(queued, 'UnschedulableTimeout');
    if (this.#refusedBy.size > 0) this.#armFlush();
  }

  #tell(queued: QueuedPod, to: QueueName, because: MoveReason): void {
    const { sim } = this;
    this.onMoved(to, because);
    queued.because = because;
    if (!sim.log.enabled) return;
    const { name = '', namespace, uid } = queued.info.pod.metadata;
    queued.cause = sim.append(
      this.actor,
      'queue',
      { pod: queued.info.key, to, because },
      { ref: { kind: 'Pod', name, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }) } },
    );
  }

  /** The first pause, doubled with each failure up to the longest; it is over when the second is over in which it ends. */
  #backoffEnd({ addedAt, unschedulableCount, errorCount }: QueuedPod): Millis {
    const count = errorCount > 0 ? errorCount : unschedulableCount;
    if (count === 0) return 0;
    const end = addedAt + Math.min(this.backoff.initial * 2 ** (count - 1), this.backoff.longest);
    return Math.floor(end / SECOND) * SECOND + SECOND;
  }
}
