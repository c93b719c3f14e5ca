import { WORK_QUEUE_BUCKETS } from '../metrics/buckets.ts';
import type { Counter, Histogram } from '../metrics/instruments.ts';
import type { Registry } from '../metrics/registry.ts';
import type { Simulation } from '../sim/simulation.ts';
import { SECOND, type Millis } from '../sim/time.ts';

/** What a work queue tells of itself as it works. */
export interface QueueObserver {
  added(key: string): void;
  /** Taken out, to be worked on. */
  taken(key: string): void;
  done(key: string): void;
  retried(): void;
  /** Everything in it is forgotten. */
  cleared(): void;
}

/** `workqueue_…` of all queues of a process, by the names they have upstream. */
export class WorkQueueMetrics {
  readonly #sim: Simulation;
  readonly #adds;
  readonly #retries;
  readonly #waits;
  readonly #works;
  readonly #queues = new Map<string, ObservedQueue>();

  constructor(registry: Registry, sim: Simulation) {
    this.#sim = sim;
    const labels = ['name'];
    this.#adds = registry.counters({ name: 'workqueue_adds_total', help: 'Keys put into the queue.', labels });
    this.#retries = registry.counters({ name: 'workqueue_retries_total', help: 'Keys put back after a failure.', labels });
    this.#waits = registry.histograms({
      name: 'workqueue_queue_duration_seconds',
      help: 'Time that a key waited in the queue.',
      labels,
      buckets: WORK_QUEUE_BUCKETS,
    });
    this.#works = registry.histograms({
      name: 'workqueue_work_duration_seconds',
      help: 'Time that bringing a key in line took.',
      labels,
      buckets: WORK_QUEUE_BUCKETS,
    });
    registry.collect({ name: 'workqueue_depth', help: 'Keys in the queue.', labels }, (emit) => {
      for (const [name, { depth }] of this.#queues) emit(depth, name);
    });
    registry.collect(
      { name: 'workqueue_unfinished_work_seconds', help: 'Time spent so far on keys that are worked on.', labels },
      (emit) => {
        for (const [name, queue] of this.#queues) emit(queue.unfinished(sim.now).sum, name);
      },
    );
    registry.collect(
      { name: 'workqueue_longest_running_processor_seconds', help: 'Time spent so far on the key that has taken longest.', labels },
      (emit) => {
        for (const [name, queue] of this.#queues) emit(queue.unfinished(sim.now).longest, name);
      },
    );
  }

  /** The observer of one queue. Asked for again (after a change of leaders) it is the same. */
  queue(name: string): QueueObserver {
    let queue = this.#queues.get(name);
    if (queue === undefined) {
      queue = new ObservedQueue(this.#sim, this.#adds.with(name), this.#retries.with(name), this.#waits.with(name), this.#works.with(name));
      this.#queues.set(name, queue);
    }
    return queue;
  }
}

class ObservedQueue implements QueueObserver {
  readonly #waiting = new Map<string, Millis>();
  readonly #worked = new Map<string, Millis>();

  constructor(
    readonly sim: Simulation,
    readonly adds: Counter,
    readonly retries: Counter,
    readonly waits: Histogram,
    readonly works: Histogram,
  ) {}

  get depth(): number {
    return this.#waiting.size;
  }

  added(key: string): void {
    this.adds.inc();
    this.#waiting.set(key, this.sim.now);
  }

  taken(key: string): void {
    const { now } = this.sim;
    this.waits.observe((now - (this.#waiting.get(key) ?? now)) / SECOND);
    this.#waiting.delete(key);
    this.#worked.set(key, now);
  }

  done(key: string): void {
    const { now } = this.sim;
    this.works.observe((now - (this.#worked.get(key) ?? now)) / SECOND);
    this.#worked.delete(key);
  }

  retried(): void {
    this.retries.inc();
  }

  cleared(): void {
    this.#waiting.clear();
    this.#worked.clear();
  }

  unfinished(now: Millis): { sum: number; longest: number } {
    let sum = 0;
    let longest = 0;
    for (const since of this.#worked.values()) {
      const seconds = (now - since) / SECOND;
      sum += seconds;
      longest = Math.max(longest, seconds);
    }
    return { sum, longest };
  }
}
