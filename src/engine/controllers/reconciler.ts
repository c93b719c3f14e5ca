import { StatusError } from '../api/errors.ts';
import type { ApiObject } from '../api/meta.ts';
import type { Client } from '../client/client.ts';
import type { Handler, Informer } from '../client/informer.ts';
import { WorkQueue, type Backoff } from '../client/workqueue.ts';
import { causedBy } from '../os/cause.ts';
import { start, type Running, type Task } from '../os/task.ts';
import type { Actor } from '../sim/log.ts';
import type { Simulation, Timer } from '../sim/simulation.ts';
import type { Millis } from '../sim/time.ts';
import type { Controller, ControllerContext } from './controller.ts';

/** A reconciliation that must be tried again for a reason of its own. Like a refusal, it puts the key back. */
export class SyncError extends Error {}

/**
 * What all controllers are made of: handlers that put keys into a queue, and `sync`, which brings one key in line.
 * `sync` may throw a `StatusError` or `SyncError`: the key comes again after its back-off. Anything else is a fault of ours.
 */
export abstract class Reconciler implements Controller {
  protected readonly sim: Simulation;
  protected readonly client: Client;
  protected readonly queue: WorkQueue;
  readonly #subscriptions: (() => () => void)[] = [];
  readonly #periods: { period: Millis; act: () => void | Task<void> }[] = [];
  /** What was launched and is not over, and the turns of the periods among it. */
  readonly #launched = new Set<Running>();
  readonly #turns = new Map<number, Running>();
  readonly #timers = new Map<number, Timer>();
  #unsubscribe: (() => void)[] = [];

  constructor(
    protected readonly context: ControllerContext,
    readonly actor: Actor,
    /** See `WorkQueueOptions.latency`. */
    latency: Millis = 1,
    /** See `WorkQueueOptions.backoff`. */
    backoff?: Backoff,
  ) {
    this.sim = context.sim;
    this.client = context.client(actor);
    this.queue = this.newQueue(actor, (key) => this.sync(key), latency, backoff);
  }

  /** At once, or as a task where it does more than fits into one event. */
  protected abstract sync(key: string): void | Task<void>;

  start(): void {
    this.#unsubscribe = this.#subscriptions.map((subscribe) => subscribe());
    this.queue.start();
    this.#periods.forEach((_, index) => this.#arm(index));
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#unsubscribe = [];
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    for (const running of this.#launched) running.kill();
    this.#launched.clear();
    this.#turns.clear();
    this.queue.stop();
  }

  /** Handlers that hear of what is there at the start, and of every change until the stop. */
  protected watch<T extends ApiObject>(informer: Informer<T>, handler: Handler<T>): void {
    this.#subscriptions.push(() => informer.on(handler));
  }

  /** Acts every `period` ms from the start on, in the background. A turn that is not over when the next is due goes on instead. */
  protected every(period: Millis, act: () => void | Task<void>): void {
    this.#periods.push({ period, act });
  }

  /** A queue that forgets a key's failures when it was brought in line. */
  protected newQueue(actor: Actor, process: (key: string) => void | Task<void>, latency: Millis = 1, backoff?: Backoff): WorkQueue {
    function* toTheEnd(key: string, task: Task<void>): Task<void> {
      yield* task;
      queue.forget(key);
    }
    const observer = this.context.metrics?.queue(actor);
    const queue: WorkQueue = new WorkQueue(this.sim, {
      actor,
      ...(observer === undefined ? {} : { observer }),
      latency,
      ...(backoff === undefined ? {} : { backoff }),
      process: (key) => {
        const task = process(key);
        if (task !== undefined) return toTheEnd(key, task);
        queue.forget(key);
        return undefined;
      },
      onError: (key, error) => {
        if (!(error instanceof StatusError || error instanceof SyncError)) throw error;
        if (this.sim.log.enabled)
          this.sim.append(actor, 'decide', { text: `Could not bring ${key} in line, will try again: ${error.message}` });
      },
    });
    return queue;
  }

  /** Writes what was found and decided into the log, in one sentence. */
  protected decide(text: string, about: ApiObject): void {
    const { sim } = this;
    if (!sim.log.enabled) return;
    const { namespace, name = '', uid } = about.metadata;
    sim.append(
      this.actor,
      'decide',
      { text },
      {
        ref: { kind: about.kind, name, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }) },
      },
    );
  }

  /** Sets a task going beside the queue. It ends with the controller; what the server refuses is told in the log. */
  protected launch(task: Task<void>): Running {
    const { sim, actor } = this;
    const running = start(causedBy(sim, sim.cause, task), (error) => {
      if (!(error instanceof StatusError || error instanceof SyncError)) throw error;
      if (sim.log.enabled) sim.append(actor, 'decide', { text: `Could not do what was due: ${error.message}` });
    });
    if (!running.done) {
      for (const one of this.#launched) if (one.done) this.#launched.delete(one);
      this.#launched.add(running);
    }
    return running;
  }

  #arm(index: number): void {
    const { period, act } = this.#periods[index] as { period: Millis; act: () => void | Task<void> };
    const turn = (): void => {
      this.#arm(index);
      if (this.#turns.get(index)?.done === false) return;
      const task = act();
      if (task !== undefined) this.#turns.set(index, this.launch(task));
    };
    // A period has no cause but the clock.
    this.#timers.set(
      index,
      this.sim.causedBy(0, () => this.sim.after(period, turn, { background: true })),
    );
  }
}
