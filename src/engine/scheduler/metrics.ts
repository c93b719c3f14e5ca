import { MILLISECOND_BUCKETS, exponential } from '../metrics/buckets.ts';
import { buildInfo } from '../metrics/build-info.ts';
import { Registry } from '../metrics/registry.ts';
import { SECOND, type Millis } from '../sim/time.ts';

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
    registry.collect(
      { name: 'scheduler_pending_pods', help: 'Pods that wait, by queue.', stability: 'STABLE', labels: ['queue'] },
      (emit) => {
        for (const [queue, count] of Object.entries(state.pending())) emit(count, queue);
      },
    );
    registry.collect(
      { name: 'scheduler_unschedulable_pods', help: 'Pods that a plugin keeps from being scheduled.', labels: ['plugin', 'profile'] },
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
