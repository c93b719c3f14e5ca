import { StatusError } from '../api/errors.ts';
import type { Event } from '../api/generated/types.ts';
import type { ApiObject } from '../api/meta.ts';
import { start, type Task } from '../os/task.ts';
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
  /** Which part of the object, and what of it; both '' where similar events are told as one. */
  readonly part: string;
  readonly message: string;
  event: Event | undefined;
  count: number;
  /** Being written; what comes meanwhile is told afterwards. */
  writing: boolean;
  late: Telling | undefined;
  readonly next: Seen | undefined;
}

/** Writes what has to be said of an event now. */
type Telling = () => Task<void>;

/** Events about one object that differ in the message and in the part of the object alone. */
interface Similar {
  readonly type: string;
  readonly reason: string;
  first: string;
  /** Different messages, once there are two. */
  messages: Set<string> | undefined;
  last: Millis;
  /** Ten and a few at most, and nearly always one: a chain is smaller than a map, and as fast. */
  seen: Seen | undefined;
  readonly next: Similar | undefined;
}

/** What has been told of one object. */
interface Told {
  tokens: number;
  at: Millis;
  groups: Similar | undefined;
}

// client-go's EventCorrelator: after ten different messages within ten minutes, similar events are told as one; one
// object gets 25 events at once from one source, then one in five minutes. It remembers 4096 objects.
const AGGREGATE_AFTER = 10;
const AGGREGATE_WITHIN: Millis = 10 * MINUTE;
const SPAM_BURST = 25;
const SPAM_REFILL: Millis = 5 * MINUTE;
const REMEMBERED = 4096;

/** Writes core/v1 Events: counts repetitions, combines similar ones, holds back floods. A refused event is dropped, as upstream does after its retries. */
export class EventRecorder {
  readonly #told = new Recent<Told>(REMEMBERED);
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
    const object = uid === '' ? `${about.kind}/${namespace}/${name}` : uid;
    let told = this.#told.get(object);
    if (told === undefined) this.#told.set(object, (told = { tokens: SPAM_BURST, at: now, groups: undefined }));
    const group = groupOf(told, type, reason, message, now);
    const combined = combines(group, message);
    const text = combined ? `(combined from similar events): ${message}` : message;
    const part = combined ? '' : (options.fieldPath ?? '');
    const kept = combined ? '' : message;
    const seen = seenIn(group, part, kept);
    // What is held back counts all the same.
    seen.count++;
    if (!affordable(told, now)) return;
    const tell: Telling = () =>
      seen.event === undefined ? this.#first(seen, about, type, reason, text, now, options) : this.#repeat(seen, seen.event, text, now);
    if (seen.writing) seen.late = tell;
    else start(this.#write(seen, tell));
  }

  *#write(seen: Seen, first: Telling): Task<void> {
    seen.writing = true;
    for (let tell: Telling | undefined = first; tell !== undefined; tell = seen.late) {
      seen.late = undefined;
      try {
        yield* tell();
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
      }
    }
    seen.writing = false;
  }

  *#first(
    seen: Seen,
    about: ApiObject,
    type: string,
    reason: string,
    message: string,
    now: Millis,
    { fieldPath, annotations }: { fieldPath?: string; annotations?: Record<string, string> },
  ): Task<void> {
    const { name = '', namespace = 'default' } = about.metadata;
    const time = formatTime(now);
    seen.event = yield* this.client.create(EVENTS, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: this.#nameFor(name), namespace, ...(annotations === undefined ? {} : { annotations }) },
      involvedObject: reference(about, fieldPath),
      reason,
      message,
      source: this.source,
      firstTimestamp: time,
      lastTimestamp: time,
      count: seen.count,
      type,
      reportingComponent: this.source.component,
      reportingInstance: this.source.host ?? '',
    });
  }

  *#repeat(seen: Seen, event: Event, message: string, now: Millis): Task<void> {
    const { name = '', namespace } = event.metadata;
    const news = { count: seen.count, lastTimestamp: formatTime(now), message };
    try {
      yield* this.client.patch(EVENTS, namespace, name, news);
    } catch (error) {
      // Its hour was over, or somebody deleted it: told anew with the count so far.
      if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error;
      const { resourceVersion: _old, uid: _uid, creationTimestamp: _made, ...metadata } = event.metadata;
      const renamed = { ...metadata, name: this.#nameFor(name.replace(/\.[^.]*$/, '')) };
      seen.event = yield* this.client.create(EVENTS, { ...event, metadata: renamed, ...news });
    }
  }

  #nameFor(name: string): string {
    return eventName(name, this.sim.now, this.#serial++);
  }
}

function groupOf(told: Told, type: string, reason: string, message: string, now: Millis): Similar {
  let group = told.groups;
  while (group !== undefined && (group.reason !== reason || group.type !== type)) group = group.next;
  if (group === undefined)
    told.groups = group = { type, reason, first: message, messages: undefined, last: now, seen: undefined, next: told.groups };
  else if (now - group.last > AGGREGATE_WITHIN) {
    group.first = message;
    group.messages = undefined;
  }
  group.last = now;
  return group;
}

function seenIn(group: Similar, part: string, message: string): Seen {
  let seen = group.seen;
  while (seen !== undefined && (seen.message !== message || seen.part !== part)) seen = seen.next;
  return (seen ??= group.seen = { part, message, event: undefined, count: 0, writing: false, late: undefined, next: group.seen });
}

/** Whether so many different messages came that from here on they are told as one. */
function combines(group: Similar, message: string): boolean {
  if (group.messages === undefined) {
    if (group.first === message) return false;
    group.messages = new Set([group.first]);
  }
  if (group.messages.size < AGGREGATE_AFTER) group.messages.add(message);
  return group.messages.size >= AGGREGATE_AFTER;
}

function affordable(told: Told, now: Millis): boolean {
  told.tokens = Math.min(SPAM_BURST, told.tokens + (now - told.at) / SPAM_REFILL);
  told.at = now;
  if (told.tokens < 1) return false;
  told.tokens -= 1;
  return true;
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
