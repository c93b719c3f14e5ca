import { StatusError } from '../api/errors.ts';
import type { Event } from '../api/generated/types.ts';
import type { ApiObject } from '../api/meta.ts';
import type { Simulation } from '../sim/simulation.ts';
import { MINUTE, formatTime, type Millis } from '../sim/time.ts';
import type { Client } from './client.ts';
import { Recent } from './recent.ts';
import { EVENTS } from './resources.ts';

/** Who reports: `component` as `kubectl describe` shows it (`kubelet`, `deployment-controller`), `host` for node components. */
export interface EventSource {
  component: string;
  host?: string;
}

interface Seen {
  event: Event | undefined;
  count: number;
}

interface Similar {
  first: string;
  /** Different messages, once there are two. */
  messages: Set<string> | undefined;
  last: Millis;
}

// client-go's EventCorrelator: after ten different messages within ten minutes, similar events are told as one; one
// object gets 25 events at once from one source, then one in five minutes. It remembers 4096 of each.
const AGGREGATE_AFTER = 10;
const AGGREGATE_WITHIN: Millis = 10 * MINUTE;
const SPAM_BURST = 25;
const SPAM_REFILL: Millis = 5 * MINUTE;
const REMEMBERED = 4096;

/** Writes core/v1 Events: counts repetitions, combines similar ones, holds back floods. A refused event is dropped, as upstream does after its retries. */
export class EventRecorder {
  readonly #seen = new Recent<Seen>(REMEMBERED);
  readonly #similar = new Recent<Similar>(REMEMBERED);
  readonly #budget = new Recent<{ tokens: number; at: Millis }>(REMEMBERED);
  #serial = 0;

  constructor(
    readonly sim: Simulation,
    readonly client: Client,
    readonly source: EventSource,
  ) {}

  /** `fieldPath` names a container (`spec.containers{nginx}`). */
  event(
    about: ApiObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    options: { fieldPath?: string; annotations?: Record<string, string> } = {},
  ): void {
    const { now } = this.sim;
    const { namespace = '', name = '', uid = '' } = about.metadata;
    const object = `${about.kind}/${namespace}/${name}/${uid}`;
    // Similar is what differs in the message and in the part of the object alone.
    const group = `${object}|${type}|${reason}`;
    const combined = this.#combines(group, message, now);
    const text = combined ? `(combined from similar events): ${message}` : message;
    const key = combined ? group : `${group}|${options.fieldPath ?? ''}|${message}`;

    let seen = this.#seen.get(key);
    if (seen === undefined) this.#seen.set(key, (seen = { event: undefined, count: 0 }));
    // What is held back counts all the same.
    seen.count++;
    if (!this.#affordable(object, now)) return;
    try {
      if (seen.event !== undefined) this.#repeat(seen, seen.event, text, now);
      else seen.event = this.#create(about, seen.count, type, reason, text, now, options);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
    }
  }

  #combines(group: string, message: string, now: Millis): boolean {
    let similar = this.#similar.get(group);
    if (similar === undefined || now - similar.last > AGGREGATE_WITHIN)
      this.#similar.set(group, (similar = { first: message, messages: undefined, last: now }));
    similar.last = now;
    if (similar.messages === undefined) {
      if (similar.first === message) return false;
      similar.messages = new Set([similar.first]);
    }
    if (similar.messages.size < AGGREGATE_AFTER) similar.messages.add(message);
    return similar.messages.size >= AGGREGATE_AFTER;
  }

  #create(
    about: ApiObject,
    count: number,
    type: string,
    reason: string,
    message: string,
    now: Millis,
    { fieldPath, annotations }: { fieldPath?: string; annotations?: Record<string, string> },
  ): Event {
    const { name = '', namespace = 'default' } = about.metadata;
    const time = formatTime(now);
    return this.client.create(EVENTS, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: this.#nameFor(name), namespace, ...(annotations === undefined ? {} : { annotations }) },
      involvedObject: reference(about, fieldPath),
      reason,
      message,
      source: this.source,
      firstTimestamp: time,
      lastTimestamp: time,
      count,
      type,
      reportingComponent: this.source.component,
      reportingInstance: this.source.host ?? '',
    });
  }

  #repeat(seen: Seen, event: Event, message: string, now: Millis): void {
    const { name = '', namespace } = event.metadata;
    const news = { count: seen.count, lastTimestamp: formatTime(now), message };
    try {
      this.client.patch(EVENTS, namespace, name, news);
    } catch (error) {
      // Its hour was over, or somebody deleted it: told anew with the count so far.
      if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error;
      const { resourceVersion: _old, uid: _uid, creationTimestamp: _made, ...metadata } = event.metadata;
      const renamed = { ...metadata, name: this.#nameFor(name.replace(/\.[^.]*$/, '')) };
      seen.event = this.client.create(EVENTS, { ...event, metadata: renamed, ...news });
    }
  }

  #nameFor(name: string): string {
    return eventName(name, this.sim.now, this.#serial++);
  }

  #affordable(object: string, now: Millis): boolean {
    let budget = this.#budget.get(object);
    if (budget === undefined) this.#budget.set(object, (budget = { tokens: SPAM_BURST, at: now }));
    budget.tokens = Math.min(SPAM_BURST, budget.tokens + (now - budget.at) / SPAM_REFILL);
    budget.at = now;
    if (budget.tokens < 1) return false;
    budget.tokens -= 1;
    return true;
  }
}

/** Upstream names an event after its object and the present nanoseconds in hexadecimal; a count tells those of one instant apart. */
export function eventName(object: string, now: Millis, serial: number): string {
  return `${object}.${(BigInt(now) * 1_000_000n + BigInt(serial % 1_000_000)).toString(16)}`;
}

/** `v1.ObjectReference` to an object. */
export function reference(object: ApiObject, fieldPath?: string): Event['involvedObject'] {
  const { name, namespace, uid, resourceVersion } = object.metadata;
  return {
    kind: object.kind,
    apiVersion: object.apiVersion,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(fieldPath === undefined ? {} : { fieldPath }),
  };
}
