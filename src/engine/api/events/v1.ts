import type { Event, EventsEvent } from '../generated/types.ts';
import type { ApiObject } from '../meta.ts';

// Names of fields in `events.k8s.io/v1` and of the same ones in the stored `v1`.
const NAMES: readonly (readonly [keyof EventsEvent, keyof Event])[] = [
  ['eventTime', 'eventTime'],
  ['series', 'series'],
  ['reportingController', 'reportingComponent'],
  ['reportingInstance', 'reportingInstance'],
  ['action', 'action'],
  ['reason', 'reason'],
  ['regarding', 'involvedObject'],
  ['related', 'related'],
  ['note', 'message'],
  ['type', 'type'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
];

export function eventToV1(stored: ApiObject): EventsEvent {
  const event: Record<string, unknown> = { kind: 'Event', apiVersion: 'events.k8s.io/v1', metadata: stored.metadata };
  for (const [here, there] of NAMES) {
    const value = (stored as Event)[there];
    // The stored form always writes who reports, empty or not.
    if (value !== undefined && !(value === '' && here.startsWith('reporting'))) event[here] = value;
  }
  return event as unknown as EventsEvent;
}

export function eventFromV1(object: EventsEvent): ApiObject {
  const event: Record<string, unknown> = { kind: 'Event', apiVersion: 'v1', metadata: object.metadata };
  for (const [here, there] of NAMES) if (object[here] !== undefined) event[there] = object[here];
  event['involvedObject'] ??= {};
  event['source'] ??= {};
  return event as unknown as ApiObject;
}
