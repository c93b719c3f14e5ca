import { MILLISECOND_BUCKETS, exponential } from '../metrics/buckets.ts';
import { buildInfo } from '../metrics/build-info.ts';
import type { Histogram } from '../metrics/instruments.ts';
import { Registry } from '../metrics/registry.ts';
import { SECOND, type Millis } from '../sim/time.ts';
import type { Attempt } from './attempt.ts';
import { Evaluations } from './evaluations.ts';
import type { Code } from './framework.ts';
import type { Profile } from './profile.ts';

/** Where pods wait, as `scheduler_pending_pods` names it. */
export type PendingCounts = Readonly<Record<'active' | 'backoff' | 'unschedulable' | 'gated', number>>;

export interface SchedulerState {
  readonly name: string;
  /** Since when the process runs. */
  startedAt(): Millis;
  leading(): boolean;
  pending(): PendingCounts;
  /** Plugins with the pods that they keep from being scheduled, by profile. */
  unschedulable(): Iterable<readonly [plugin: string, profile: string, pods: number]>;
  cached(): { nodes: number; pods: number; assumed: number };
  /** Binding cycles under way. */
  binding(): number;
}

export type AttemptResult = 'scheduled' | 'unschedulable' | 'error';

/** `scheduler_…` on port 10259. */
export class SchedulerMetrics {
  readonly registry = new Registry();
  readonly #attempts;
  readonly #durations;
  readonly #algorithm;
  readonly #tries;
  readonly #sli;
  readonly #preemptions;
  readonly #victims;
  readonly #incoming;
  readonly #points;
  readonly #permitWaits;
  readonly #claims;
  readonly #evaluations = new Evaluations();
  /** By profile, extension point and status: they are looked for at each step of each attempt. */
  readonly #known = new Map<Profile, Map<string, Map<string, Histogram>>>();

  constructor(state: SchedulerState) {
    const { registry } = this;
    this.#attempts = registry.counters({
      name: 'scheduler_schedule_attempts_total',
      help: 'Attempts to schedule a pod, by result.',
      stability: 'STABLE',
      labels: ['result', 'profile'],
    });
    this.#durations = registry.histograms({
      name: 'scheduler_scheduling_attempt_duration_seconds',
      help: 'Time that an attempt took: the algorithm and, where it found a node, the binding.',
      stability: 'STABLE',
      labels: ['result', 'profile'],
      buckets: MILLISECOND_BUCKETS,
    });
    this.#algorithm = registry.histogram({
      name: 'scheduler_scheduling_algorithm_duration_seconds',
      help: 'Time that choosing a node took.',
      buckets: MILLISECOND_BUCKETS,
    });
    this.#tries = registry.histogram({
      name: 'scheduler_pod_scheduling_attempts',
      help: 'Attempts that it took until a pod was scheduled.',
      stability: 'STABLE',
      buckets: exponential(1, 2, 5),
    });
    this.#sli = registry.histograms({
      name: 'scheduler_pod_scheduling_sli_duration_seconds',
      help: 'Time from a pod entering the queue to its being scheduled, over all its attempts.',
      stability: 'BETA',
      labels: ['attempts'],
      buckets: exponential(0.01, 2, 20),
    });
    this.#preemptions = registry.counter({
      name: 'scheduler_preemption_attempts_total',
      help: 'Attempts to make room by preemption.',
      stability: 'STABLE',
    });
    this.#victims = registry.histogram({
      name: 'scheduler_preemption_victims',
      help: 'Pods chosen to go, by preemption.',
      stability: 'STABLE',
      buckets: exponential(1, 2, 7),
    });
    this.#incoming = registry.counters({
      name: 'scheduler_queue_incoming_pods_total',
      help: 'Pods put into a queue, by what put them there.',
      stability: 'STABLE',
      labels: ['queue', 'event'],
    });
    this.#points = registry.histograms({
      name: 'scheduler_framework_extension_point_duration_seconds',
      help: 'Time that the plugins of an extension point took together.',
      stability: 'STABLE',
      labels: ['extension_point', 'status', 'profile'],
      buckets: exponential(0.0001, 2, 12),
    });
    this.#permitWaits = registry.histograms({
      name: 'scheduler_permit_wait_duration_seconds',
      help: 'Time that a pod with a node waited for the word of Permit plugins.',
      stability: 'BETA',
      labels: ['result'],
      buckets: MILLISECOND_BUCKETS,
    });
    this.#claims = registry.counters({
      name: 'scheduler_resourceclaim_creates_total',
      help: 'ResourceClaims that the scheduler made for extended resources, or tried to.',
      labels: ['status'],
    });
    registry.collect(
      {
        name: 'scheduler_plugin_evaluation_total',
        help: 'How often a plugin was asked about a pod or a node.',
        stability: 'BETA',
        type: 'counter',
        labels: ['plugin', 'extension_point', 'profile'],
      },
      (emit) => this.#evaluations.tell(emit),
    );
    registry.collect(
      {
        name: 'scheduler_goroutines',
        help: 'Work under way beside the scheduling cycle, by kind.',
        stability: 'BETA',
        labels: ['operation'],
      },
      (emit) => emit(state.binding(), 'binding'),
    );
    registry.collect(
      { name: 'scheduler_pending_pods', help: 'Pods that wait, by queue.', stability: 'STABLE', labels: ['queue'] },
      (emit) => {
        for (const [queue, count] of Object.entries(state.pending())) emit(count, queue);
      },
    );
    registry.collect(
      {
        name: 'scheduler_unschedulable_pods',
        help: 'Pods that a plugin keeps from being scheduled.',
        stability: 'BETA',
        labels: ['plugin', 'profile'],
      },
      (emit) => {
        for (const [plugin, profile, count] of state.unschedulable()) emit(count, plugin, profile);
      },
    );
    registry.collect({ name: 'scheduler_cache_size', help: 'What the cache holds.', labels: ['type'] }, (emit) => {
      const { nodes, pods, assumed } = state.cached();
      emit(nodes, 'nodes');
      emit(pods, 'pods');
      emit(assumed, 'assumed_pods');
    });
    registry.collect(
      { name: 'leader_election_master_status', help: '1 for who holds the Lease of that name, 0 for who stands by.', labels: ['name'] },
      (emit) => emit(state.leading() ? 1 : 0, 'kube-scheduler'),
    );
    buildInfo(registry, () => state.startedAt());
  }

  /** The process starts anew. */
  reset(): void {
    this.registry.reset();
    this.#evaluations.clear();
    this.#known.clear();
  }

  /** An attempt came to its end without an error. `took`: what looking at the nodes took; all else takes no time here. */
  tried(profile: Profile, found: Attempt, took: Millis): void {
    const { chosen, diagnosis, nominatedNodeName = '', scored } = found;
    if (diagnosis.allNodes === 0) return;
    this.#evaluations.count(profile, found);
    const refused = diagnosis.preFilterMessage !== '';
    this.ran('PreFilter', refused ? (diagnosis.absent?.code ?? 'Unschedulable') : 'Success', profile);
    if (!refused) this.ran('Filter', 'Success', profile, took);
    if (chosen === undefined && profile.postFilter.length > 0)
      this.ran('PostFilter', nominatedNodeName === '' ? 'Unschedulable' : 'Success', profile);
    if (scored.length === 0) return;
    this.ran('PreScore', 'Success', profile);
    this.ran('Score', 'Success', profile);
  }

  /** The plugins of an extension point were asked. */
  ran(point: string, status: Code | 'Success', profile: Profile, took: Millis = 0): void {
    let points = this.#known.get(profile);
    if (points === undefined) this.#known.set(profile, (points = new Map()));
    let statuses = points.get(point);
    if (statuses === undefined) points.set(point, (statuses = new Map()));
    let histogram = statuses.get(status);
    if (histogram === undefined) statuses.set(status, (histogram = this.#points.with(point, status, profile.name)));
    histogram.observe(took / SECOND);
  }

  permitted(status: Code | 'Success', waited: Millis): void {
    this.#permitWaits.with(status).observe(waited / SECOND);
  }

  claimCreated(status: 'success' | 'failure'): void {
    this.#claims.with(status).inc();
  }

  /** An attempt ended. `took`: virtual ms, with the binding where there was one. */
  attempted(result: AttemptResult, profile: string, took: Millis): void {
    this.#attempts.with(result, profile).inc();
    this.#durations.with(result, profile).observe(took / SECOND);
  }

  /** The algorithm ran. */
  chose(took: Millis): void {
    this.#algorithm.observe(took / SECOND);
  }

  /** A pod got its node, after so many attempts and so long a time since it came. */
  scheduled(attempts: number, waited: Millis): void {
    this.#tries.observe(attempts);
    // v1.36: all from the sixteenth attempt on are one.
    this.#sli.with(attempts >= 16 ? '16+' : String(attempts)).observe(waited / SECOND);
  }

  /** It is being looked for pods that could go. */
  preemptionAttempted(): void {
    this.#preemptions.inc();
  }

  preempted(victims: number): void {
    this.#victims.observe(victims);
  }

  queued(queue: string, event: string): void {
    this.#incoming.with(queue, event).inc();
  }
}
