import type { ApiObject, WatchEvent } from '../api/meta.ts';
import type { Counter } from '../metrics/instruments.ts';
import type { Seq } from '../sim/log.ts';
import { run } from '../os/task.ts';
import type { Simulation, Timer } from '../sim/simulation.ts';
import type { Millis } from '../sim/time.ts';
import type { WatchStream } from './types.ts';
import { refOf, type WatchRequest } from './watch-request.ts';

export interface Delivery {
  readonly type: WatchEvent['type'];
  readonly object: ApiObject;
  readonly revision: number;
  /** Log entry of the commit. */
  readonly cause: Seq;
}

interface Batch {
  readonly made: Millis;
  readonly due: Millis;
  readonly deliveries: Delivery[];
  prepared?: boolean;
}

type Sink = Parameters<WatchStream['subscribe']>[0];

/** One client's watch: a line of deliveries, each on its way for a while, none overtaking another. */
export class Watcher {
  readonly stream: WatchStream;
  /** Revision up to which the client knows everything. */
  seen = 0;
  #sink: Sink | undefined;
  #underway: Batch[] = [];
  #lastDue = 0;
  #closed = false;
  #preparing = false;
  #timeout: Timer | undefined;

  constructor(
    readonly sim: Simulation,
    readonly request: WatchRequest,
    readonly latency: () => number,
    readonly forget: () => void,
    /** Counts what is sent. */
    readonly sent?: Counter,
  ) {
    this.stream = {
      kind: 'watch',
      subscribe: (sink) => {
        this.#sink = sink;
        if (this.#underway.length > 0) sim.after(0, () => this.#arrive());
        return () => this.#close();
      },
    };
  }

  /** Nothing is on its way. */
  get idle(): boolean {
    return this.#underway.length === 0 && this.#sink !== undefined;
  }

  expireAfter(duration: Millis): void {
    this.#timeout = this.sim.after(duration, () => this.end(), { background: true });
  }

  /** Sends on its way; what is sent at one instant arrives together. */
  push(delivery: Delivery): void {
    if (this.#closed) return;
    const last = this.#underway.at(-1);
    if (last !== undefined && last.made === this.sim.now) {
      last.deliveries.push(delivery);
      return;
    }
    const due = Math.max(this.sim.now + this.latency(), this.#lastDue);
    this.#lastDue = due;
    this.#underway.push({ made: this.sim.now, due, deliveries: [delivery] });
    this.sim.at(due, () => this.#arrive());
  }

  /** Hands over at once. */
  deliver(delivery: Delivery): void {
    if (this.#closed || this.#sink === undefined) return;
    const { sim, request } = this;
    const { type, object, revision } = delivery;
    this.seen = Math.max(this.seen, revision);
    this.sent?.inc();
    const event = { type, object: (request.transform?.(object, type) ?? object) as ApiObject };
    if (!sim.log.enabled) this.#sink.event(event);
    else {
      const extras = { target: request.actor, cause: delivery.cause };
      const ref = type === 'BOOKMARK' || type === 'ERROR' ? undefined : refOf(object, revision);
      const detail = { type, resource: request.kind.resource, revision };
      const seq = sim.append('apiserver', 'notify', detail, ref === undefined ? extras : { ...extras, ref });
      sim.causedBy(seq, () => this.#sink?.event(event));
    }
    if (type === 'ERROR') this.end();
  }

  /** The server ends the watch. */
  end(): void {
    if (this.#closed) return;
    const sink = this.#sink;
    this.#close();
    sink?.end();
  }

  #arrive(): void {
    if (this.#sink === undefined || this.#preparing) return;
    while (!this.#closed) {
      const batch = this.#underway[0];
      if (batch === undefined || batch.due > this.sim.now) return;
      const { prepare } = this.request;
      if (prepare !== undefined && !batch.prepared) {
        // None overtakes another while somebody is asked.
        this.#preparing = true;
        const objects = batch.deliveries.filter(({ type }) => type !== 'ERROR' && type !== 'BOOKMARK').map(({ object }) => object);
        const goOn = (): void => {
          batch.prepared = true;
          this.#preparing = false;
          this.#arrive();
        };
        // An object that cannot be shown ends the watch, as upstream's encoder does.
        run(prepare(objects), goOn, () => this.end());
        return;
      }
      this.#underway.shift();
      for (const delivery of batch.deliveries) this.deliver(delivery);
    }
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#sink = undefined;
    this.#underway = [];
    this.#timeout?.cancel();
    this.forget();
  }
}
