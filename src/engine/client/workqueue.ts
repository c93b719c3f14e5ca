import { causedBy } from '../os/cause.ts';
import { run, type Running, type Task } from '../os/task.ts';
import type { QueueObserver } from './workqueue-metrics.ts';
import type { Seq } from '../sim/log.ts';
import type { Simulation, Timer } from '../sim/simulation.ts';
import { SECOND, type Millis } from '../sim/time.ts';

export interface Backoff {
  readonly first: Millis;
  readonly longest: Millis;
}

export interface WorkQueueOptions {
  /** Address in the log, such as `controller/replicaset`. */
  actor: string;
  /** Brings one key in line, at once or as a task that waits in between. A thrown error puts the key back with back-off. */
  process: (key: string) => void | Task<void>;
  /** Virtual ms from being next in line to being worked on. Default 1. */
  latency?: Millis;
  /** Of a key by itself, in place of the usual: the wait after its first failure, doubled with each further one up to the longest. */
  backoff?: Backoff;
  /** Called with what `process` threw, before the key is put back. */
  onError?: (key: string, error: unknown) => void;
  /** Who counts what goes through. */
  observer?: QueueObserver;
}

// client-go's DefaultTypedControllerRateLimiter: per key 5 ms doubling to 1000 s, over all keys 10 a second with a burst of 100.
const USUAL: Backoff = { first: 5, longest: 1000 * SECOND };
const HOPELESS: Millis = 10 * SECOND;
const REFILL_PER_SECOND = 10;
const BURST = 100;

/** A key that is worked on. */
interface Work {
  /** What put it in again meanwhile. */
  again: Seq | undefined;
  /** Under way, where it is not done at once. */
  task: Running | undefined;
}

/**
 * A rate-limited work queue: a key waits at most once however often it is added, keys are worked on one after the other,
 * and a key added while it is worked on comes again. The cause of a key is what first put it in.
 */
export class WorkQueue {
  readonly #waiting = new Map<string, Seq>();
  readonly #delayed = new Map<string, Timer>();
  readonly #failures = new Map<string, number>();
  readonly #inWork = new Map<string, Work>();
  #running = false;
  #turn: Timer | undefined;
  #tokens = BURST;
  #refilledAt: Millis;

  constructor(
    readonly sim: Simulation,
    readonly options: WorkQueueOptions,
  ) {
    this.#refilledAt = sim.now;
  }

  get length(): number {
    return this.#waiting.size;
  }

  start(): void {
    this.#running = true;
    this.#wake();
  }

  stop(): void {
    this.#running = false;
    this.#turn?.cancel();
    this.#turn = undefined;
    for (const timer of this.#delayed.values()) timer.cancel();
    for (const { task } of this.#inWork.values()) task?.kill();
    this.#inWork.clear();
    this.#waiting.clear();
    this.#delayed.clear();
    this.#failures.clear();
    this.options.observer?.cleared();
  }

  add(key: string): void {
    if (this.#waiting.has(key)) return;
    const { sim, options } = this;
    const work = this.#inWork.get(key);
    if (work?.again !== undefined) return;
    const seq = sim.log.enabled ? sim.append(options.actor, 'enqueue', { queue: options.actor, key }) : 0;
    options.observer?.added(key);
    if (work !== undefined) {
      work.again = seq;
      return;
    }
    this.#waiting.set(key, seq);
    this.#wake();
  }

  /** Adds the key after `delay` ms. An earlier pending addition wins. `background`: a deadline or resync; see `TimerOptions`. */
  addAfter(key: string, delay: Millis, options: { background?: boolean } = {}): void {
    if (delay <= 0) return this.add(key);
    const at = this.sim.now + delay;
    const pending = this.#delayed.get(key);
    if (pending !== undefined) {
      if (pending.at <= at) return;
      pending.cancel();
    }
    const timer = this.sim.after(
      delay,
      () => {
        this.#delayed.delete(key);
        this.add(key);
      },
      options,
    );
    this.#delayed.set(key, timer);
  }

  /** Adds the key after its back-off, one failure longer each time until `forget`. */
  addRateLimited(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.options.observer?.retried();
    const { backoff } = this.options;
    const { first, longest } = backoff ?? USUAL;
    const own = Math.min(first * 2 ** failures, longest);
    // What has failed so often that it waits this long will hardly succeed by itself: nobody waits for it.
    const wait = backoff === undefined ? Math.max(own, this.#takeToken()) : own;
    this.addAfter(key, wait, { background: own >= HOPELESS });
  }

  /** The key's next failure is a first one again. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  retries(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  #wake(): void {
    if (!this.#running || this.#waiting.size === 0 || this.#turn?.pending === true) return;
    this.#turn = this.sim.causedBy(0, () => this.sim.after(this.options.latency ?? 1, () => this.#work()));
  }

  #work(): void {
    const next = this.#waiting.entries().next();
    if (next.done === true) return;
    const [key, cause] = next.value;
    this.#waiting.delete(key);
    const { sim, options } = this;
    const seq = sim.log.enabled ? sim.append(options.actor, 'reconcile', { queue: options.actor, key }, { cause }) : 0;
    const work: Work = { again: undefined, task: undefined };
    this.#inWork.set(key, work);
    options.observer?.taken(key);
    sim.causedBy(seq, () => {
      const failed = (error: unknown): void => {
        options.onError?.(key, error);
        this.addRateLimited(key);
        this.#finish(key, work);
      };
      try {
        const task = options.process(key);
        if (task === undefined) return this.#finish(key, work);
        const running = run(causedBy(sim, seq, task), () => this.#finish(key, work), failed);
        if (!running.done) work.task = running;
      } catch (error) {
        failed(error);
      }
    });
    this.#wake();
  }

  /** The key has been worked on: what was added meanwhile gets in line. */
  #finish(key: string, work: Work): void {
    if (this.#inWork.get(key) !== work) return;
    this.#inWork.delete(key);
    this.options.observer?.done(key);
    if (work.again === undefined) return;
    this.#waiting.set(key, work.again);
    this.#wake();
  }

  /** Virtual ms until the shared bucket has a token for this addition. */
  #takeToken(): Millis {
    const { now } = this.sim;
    this.#tokens = Math.min(BURST, this.#tokens + ((now - this.#refilledAt) / SECOND) * REFILL_PER_SECOND);
    this.#refilledAt = now;
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : Math.ceil((-this.#tokens / REFILL_PER_SECOND) * SECOND);
  }
}
