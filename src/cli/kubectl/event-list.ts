import type { Task } from '../../engine/os/task.ts';
import { humanDuration } from '../../engine/api/printing/duration.ts';
import type { Session } from './session.ts';
import { list, number, object, text } from './values.ts';
import type { JsonObject } from './values.ts';

/** Events about one object, oldest first. A node's are about its name or its uid, depending on who wrote them. */
export function* eventsAbout(session: Session, about: JsonObject): Task<JsonObject[]> {
  const [name, uid] = [text(about, 'metadata', 'name'), text(about, 'metadata', 'uid')];
  const found: JsonObject[] = [];
  for (const each of text(about, 'kind') === 'Node' ? [name, uid] : [uid]) found.push(...(yield* eventsWith(session, about, each)));
  // Events of the newer API have no lastTimestamp, and so stand first.
  const order = (event: JsonObject): number => Date.parse(text(event, 'lastTimestamp')) || 0;
  return found.sort((a, b) => order(a) - order(b));
}

function* eventsWith(session: Session, about: JsonObject, uid: string): Task<JsonObject[]> {
  const namespace = text(about, 'metadata', 'namespace');
  const fields = [
    `involvedObject.name=${text(about, 'metadata', 'name')}`,
    ...(namespace === '' ? [] : [`involvedObject.namespace=${namespace}`]),
    ...(text(about, 'kind') === '' ? [] : [`involvedObject.kind=${text(about, 'kind')}`]),
    ...(uid === '' ? [] : [`involvedObject.uid=${uid}`]),
  ];
  const path = namespace === '' ? '/api/v1/events' : `/api/v1/namespaces/${namespace}/events`;
  const found = yield* session.json('GET', path, { query: { fieldSelector: fields.join(','), limit: '500' } });
  return [...(list(found, 'items') as JsonObject[])];
}

export function lastSeen(event: JsonObject): number {
  const at =
    text(event, 'series', 'lastObservedTime') || text(event, 'lastTimestamp') || text(event, 'eventTime') || text(event, 'firstTimestamp');
  return Date.parse(at) || 0;
}

/** `5s`, or `5s (x3 over 2m)`. */
export function eventAge(event: JsonObject, now: number): string {
  const first = Date.parse(text(event, 'firstTimestamp') || text(event, 'eventTime'));
  const last = humanDuration(now - lastSeen(event));
  const count = number(event, 'series', 'count') || number(event, 'count');
  return count > 1 ? `${last} (x${count} over ${humanDuration(now - first)})` : Number.isNaN(first) ? '<unknown>' : last;
}

export function eventSource(event: JsonObject): string {
  const source = object(event, 'source');
  return text(source, 'component') || text(event, 'reportingComponent');
}

/** The tail of most descriptions. */
export function eventsText(events: readonly JsonObject[], now: number): string {
  if (events.length === 0) return 'Events:\t<none>\n';
  const rows = events.map(
    (event) =>
      `  ${text(event, 'type')}\t${text(event, 'reason')}\t${eventAge(event, now)}\t${eventSource(event)}\t${eventMessage(event)}\n`,
  );
  return `Events:\n  Type\tReason\tAge\tFrom\tMessage\n  ----\t------\t----\t----\t-------\n${rows.join('')}`;
}

function eventMessage(event: JsonObject): string {
  const field = text(event, 'involvedObject', 'fieldPath');
  return `${field === '' ? '' : `${field}: `}${text(event, 'message').trim()}`;
}
