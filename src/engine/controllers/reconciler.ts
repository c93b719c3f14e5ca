import { StatusError } from '../api/errors.ts';
import type { ApiObject } from '../api/meta.ts';
import type { Client } from '../client/client.ts';
import type { Handler, Informer } from '../client/informer.ts';
import { WorkQueue } from '../client/workqueue.ts';
import type { Task } from '../os/task.ts';
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
  readonly #periods: { period: Millis; act: () => void }[] = [];
  readonly #timers = new Map<number, Timer>();
  #unsubscribe: (() => void)[] = [];

  constructor(
    protected readonly context: ControllerContext,
    readonly actor: Actor,
    /** See `WorkQueueOptions.latency`. */
    latency: Millis = 1,
  ) {
    this.sim = context.sim;
    this.client = context.client(actor);
    this.queue = this.newQueue(actor, (key) => this.sync(key), latency);
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
    this.queue.stop();
  }

  /** Handlers that hear of what is there at the start, and of every change until the stop. */
  protected watch<T extends ApiObject>(informer: Informer<T>, handler: Handler<T>): void {
    this.#subscriptions.push(() => informer.on(handler));
  }

  /** Acts every `period` ms from the start on, in the background. */
  protected every(period: Millis, act: () => void): void {
    this.#periods.push({ period, act });
  }

  /** A queue that forgets a key's failures when it was brought in line. */
  protected newQueue(actor: Actor, process: (key: string) => void | Task<void>, latency: Millis = 1): WorkQueue {
    function* toTheEnd(key: string, task: Task<void>): Task<void> {
      yield* task;
      queue.forget(key);
    }
    const queue: WorkQueue = new WorkQueue(this.sim, {
      actor,
      latency,
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

  #arm(index: number): void {
    const { period, act } = this.#periods[index] as { period: Millis; act: () => void };
    const turn = (): void => {
      this.#arm(index);
      act();
    };
    // A period has no cause but the clock.
    this.#timers.set(
      index,
      this.sim.causedBy(0, () => this.sim.after(period, turn, { background: true })),
    );
  }
}
