import type { ApiObject } from '../../api/meta.ts';
import type { Client } from '../../client/client.ts';
import { EventRecorder } from '../../client/events.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { MINUTE, type Millis } from '../../sim/time.ts';

// utils/kubernetes/factory.go: one event in five minutes for each object and reason; on the status ConfigMap for each message.
const REFILL: Millis = 5 * MINUTE;

/** The autoscaler's events. On every look it would say the same again, so it holds itself back. */
export class Recorder {
  readonly #events: EventRecorder;
  readonly #said = new Map<string, Millis>();
  /** The ConfigMap that events about the whole go to, once it is there. */
  statusMap: ApiObject | undefined;

  constructor(
    readonly sim: Simulation,
    client: Client,
  ) {
    this.#events = new EventRecorder(sim, client, { component: 'cluster-autoscaler' });
  }

  event(about: ApiObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#say(`${about.kind}/${about.metadata.uid ?? about.metadata.name ?? ''}/${reason}`, about, type, reason, message);
  }

  /** About the cluster as a whole. */
  status(type: 'Normal' | 'Warning', reason: string, message: string): void {
    if (this.statusMap !== undefined) this.#say(message, this.statusMap, type, reason, message);
  }

  #say(key: string, about: ApiObject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const { now } = this.sim;
    const last = this.#said.get(key);
    if (last !== undefined && now - last < REFILL) return;
    this.#said.set(key, now);
    if (this.#said.size > 4096) for (const [old, at] of this.#said) if (now - at >= REFILL) this.#said.delete(old);
    this.#events.event(about, type, reason, message);
  }
}
