import { StatusError } from '../api/errors.ts';
import type { Event } from '../api/generated/types.ts';
import type { ApiObject } from '../api/meta.ts';
import type { Simulation } from '../sim/simulation.ts';
import { MINUTE, formatMicroTime, formatTime, type Millis } from '../sim/time.ts';
import type { Client } from './client.ts';
import { EVENTS } from './resources.ts';

/** Who reports: `component` as `kubectl describe` shows it (`kubelet`, `deployment-controller`), `host` for node components. */
export interface EventSource {
  component: string;
  host?: string;
}

interface Seen {
  event: Event;
  count: number;
  first: Millis;
  last: Millis;
}

interface Similar {
  messages: Set<string>;
  last: Millis;
}

// client-go's EventCorrelator: after ten different messages within ten minutes, similar events are told as one; one
// object gets 25 events at once from one source, then one in five minutes.
const AGGREGATE_AFTER = 10;
const AGGREGATE_WITHIN: Millis = 10 * MINUTE;
const SPAM_BURST = 25;
const SPAM_REFILL: Millis = 5 * MINUTE;

/** Writes core/v1 Events: counts repetitions, combines similar ones, holds back floods. A refused event is dropped, as upstream does after its retries. */
export class EventRecorder {
  readonly #seen = new Map<string, Seen>();
  readonly #similar = new Map<string, Similar>();
  readonly #budget = new Map<string, { tokens: number; at: Millis }>();

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
    const involved = reference(about, options.fieldPath);
    const object = `${involved.kind}/${involved.namespace ?? ''}/${involved.name ?? ''}/${involved.uid ?? ''}/${involved.fieldPath ?? ''}`;
    if (!this.#affordable(`${involved.kind}/${involved.namespace ?? ''}/${involved.name ?? ''}/${involved.uid ?? ''}`, now)) return;

    const group = `${object}|${type}|${reason}`;
    let similar = this.#similar.get(group);
    if (similar === undefined || now - similar.last > AGGREGATE_WITHIN)
      this.#similar.set(group, (similar = { messages: new Set(), last: now }));
    similar.messages.add(message);
    similar.last = now;
    const combined = similar.messages.size >= AGGREGATE_AFTER;
    const text = combined ? `(combined from similar events): ${message}` : message;
    const key = combined ? group : `${group}|${message}`;

    const seen = this.#seen.get(key);
    try {
      if (seen !== undefined) return this.#repeat(seen, text, now);
      this.#create(key, about, involved, type, reason, text, now, options.annotations);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
    }
  }

  #create(
    key: string,
    about: ApiObject,
    involved: Event['involvedObject'],
    type: string,
    reason: string,
    message: string,
    now: Millis,
    annotations?: Record<string, string>,
  ): void {
    // Upstream names an event after its object and the nanoseconds of the hour in hexadecimal; the count of events keeps ours unique.
    const stamp = (BigInt(now) * 1_000_000n + BigInt(this.#seen.size)).toString(16);
    const namespace = about.metadata.namespace ?? 'default';
    const event: Event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${involved.name ?? ''}.${stamp}`, namespace, ...(annotations === undefined ? {} : { annotations }) },
      involvedObject: involved,
      reason,
      message,
      source: { ...this.source },
      firstTimestamp: formatTime(now),
      lastTimestamp: formatTime(now),
      count: 1,
      type,
      reportingComponent: this.source.component,
      reportingInstance: this.source.host ?? '',
    };
    this.#seen.set(key, { event: this.client.create(EVENTS, event), count: 1, first: now, last: now });
  }

  #repeat(seen: Seen, message: string, now: Millis): void {
    seen.count++;
    seen.last = now;
    const { name, namespace } = seen.event.metadata;
    try {
      this.client.patch(EVENTS, namespace, name ?? '', { count: seen.count, lastTimestamp: formatTime(now), message });
    } catch (error) {
      // Its hour was over, or somebody deleted it: told anew with the count so far.
      if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error;
      const { resourceVersion: _old, uid: _uid, creationTimestamp: _made, ...metadata } = seen.event.metadata;
      seen.event = this.client.create(EVENTS, {
        ...seen.event,
        metadata: { ...metadata, name: `${(name ?? '').replace(/\.[^.]*$/, '')}.${(BigInt(now) * 1_000_000n).toString(16)}` },
        count: seen.count,
        lastTimestamp: formatTime(now),
        message,
      });
    }
  }

  #affordable(object: string, now: Millis): boolean {
    const budget = this.#budget.get(object) ?? { tokens: SPAM_BURST, at: now };
    budget.tokens = Math.min(SPAM_BURST, budget.tokens + (now - budget.at) / SPAM_REFILL);
    budget.at = now;
    this.#budget.set(object, budget);
    if (budget.tokens < 1) return false;
    budget.tokens -= 1;
    return true;
  }
}

/** An event of the newer recorder (`events.k8s.io`), which the scheduler uses: no count, an action, a time with microseconds. */
export function schedulerEvent(
  sim: Simulation,
  client: Client,
  pod: ApiObject,
  type: 'Normal' | 'Warning',
  reason: string,
  action: string,
  message: string,
  serial: number,
): void {
  const event: Event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: `${pod.metadata.name ?? ''}.${(BigInt(sim.now) * 1_000_000n + BigInt(serial)).toString(16)}`,
      namespace: pod.metadata.namespace ?? 'default',
    },
    involvedObject: reference(pod),
    reason,
    message,
    type,
    action,
    eventTime: formatMicroTime(sim.now),
    reportingComponent: 'default-scheduler',
    reportingInstance: 'default-scheduler-control-plane',
    source: {},
  };
  try {
    client.create(EVENTS, event);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
  }
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
