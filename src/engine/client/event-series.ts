import { StatusError } from '../api/errors.ts';
import type { Event } from '../api/generated/types.ts';
import type { ApiObject } from '../api/meta.ts';
import { start, type Task } from '../os/task.ts';
import type { Simulation, Timer } from '../sim/simulation.ts';
import { MINUTE, formatMicroTime, parseTime, type Millis } from '../sim/time.ts';
import type { Client } from './client.ts';
import { eventName, reference } from './events.ts';
import { EVENTS } from './resources.ts';

// client-go's tools/events: a series is written again every half hour, and is over when nothing came for six minutes.
const REFRESH: Millis = 30 * MINUTE;
const FINISH: Millis = 6 * MINUTE;

interface Known {
  /** As it was last written; `series` as it is. */
  event: Event;
  series: { count: number; lastObservedTime: string } | undefined;
}

/**
 * The newer recorder (`events.k8s.io`), which the scheduler uses: no count but a series. What comes again of the same
 * object at the same revision, with the same reason and action, makes a series: the second one is written, the others
 * are only counted until the series is refreshed or over.
 */
export class SeriesRecorder {
  readonly #known = new Map<string, Known>();
  #timers: Timer[] = [];
  #serial = 0;

  constructor(
    readonly sim: Simulation,
    readonly client: Client,
    readonly controller: string,
    readonly instance: string,
  ) {}

  start(): void {
    if (this.#timers.length > 0) return;
    this.#every(0, REFRESH, (known) => known.series !== undefined && this.#write(known));
    this.#every(1, FINISH, (known, key) => this.#finish(known, key));
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
    this.#known.clear();
  }

  event(about: ApiObject, type: 'Normal' | 'Warning', reason: string, action: string, message: string): void {
    const { kind, metadata } = about;
    const { name = '', namespace = '', uid = '', resourceVersion = '' } = metadata;
    // The message is no part of the key: the first one stands for all.
    const key = [type, action, reason, uid === '' ? `${kind}|${namespace}|${name}` : uid, resourceVersion].join('|');
    const lastObservedTime = formatMicroTime(this.sim.now);
    const known = this.#known.get(key);
    if (known?.series !== undefined) {
      known.series = { count: known.series.count + 1, lastObservedTime };
    } else if (known !== undefined) {
      known.series = { count: 2, lastObservedTime };
      this.#write(known);
    } else {
      const event: Event = {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: eventName(name, this.sim.now, this.#serial++), namespace: namespace === '' ? 'default' : namespace },
        involvedObject: reference(about),
        reason,
        message,
        type,
        action,
        eventTime: lastObservedTime,
        reportingComponent: this.controller,
        reportingInstance: this.instance,
        source: {},
      };
      const fresh: Known = { event, series: undefined };
      this.#known.set(key, fresh);
      this.#attempt(this.#first(fresh));
    }
  }

  *#first(fresh: Known): Task<void> {
    fresh.event = yield* this.client.create(EVENTS, fresh.event);
  }

  #write({ event, series }: Known): void {
    const { name = '', namespace = '' } = event.metadata;
    const { client } = this;
    this.#attempt(
      (function* (): Task<void> {
        try {
          yield* client.patch(EVENTS, namespace, name, { series });
        } catch (error) {
          // Its hour was over: the series goes on as a new event.
          if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error;
          yield* client.create(EVENTS, { ...event, metadata: { name, namespace }, ...(series === undefined ? {} : { series }) });
        }
      })(),
    );
  }

  #finish(known: Known, key: string): void {
    const last = parseTime(known.series?.lastObservedTime ?? known.event.eventTime);
    if (last >= this.sim.now - FINISH) return;
    if (known.series !== undefined) this.#write(known);
    this.#known.delete(key);
  }

  #every(slot: number, period: Millis, act: (known: Known, key: string) => unknown): void {
    this.#timers[slot] = this.sim.causedBy(0, () =>
      this.sim.after(
        period,
        () => {
          for (const [key, known] of this.#known) act(known, key);
          this.#every(slot, period, act);
        },
        { background: true },
      ),
    );
  }

  /** What the server refuses is dropped. */
  #attempt(write: Task<unknown>): void {
    start(write, (error) => {
      if (!(error instanceof StatusError)) throw error;
    });
  }
}
