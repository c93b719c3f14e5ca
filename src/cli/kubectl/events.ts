import type { Task } from '../../engine/os/task.ts';
import { mappingOrBareError } from './discovery.ts';
import { CommandError } from './errors.ts';
import { eventAge, lastSeen } from './event-list.ts';
import { printerFor, visible, PRINT_FLAGS } from './printers.ts';
import type { Session } from './session.ts';
import { nextEvent, watchEvents } from './streams.ts';
import { tableText } from './tabwriter.ts';
import { list, text } from './values.ts';
import type { Json, JsonObject } from './values.ts';

export const EVENTS_FLAGS = `${PRINT_FLAGS} A/all-namespaces:bool w/watch:bool for:string types:list no-headers:bool chunk-size:int=500`;

export function* eventsCommand(session: Session): Task<number> {
  const { flags } = session;
  const types = flags.slice('types');
  if (types.some((type) => !['normal', 'warning'].includes(type.toLowerCase())))
    throw new CommandError('valid --types are Normal or Warning');
  const all = flags.bool('all-namespaces');
  const path = all ? '/api/v1/events' : `/api/v1/namespaces/${session.namespace}/events`;
  const query: Record<string, string> = {};
  if (flags.string('for') !== '') {
    const [type = '', name] = flags.string('for').split('/');
    if (name === undefined) throw new CommandError('--for must be in resource/name form');
    const mapping = yield* mappingOrBareError(session, type);
    query['fieldSelector'] = `involvedObject.kind=${mapping.kind},involvedObject.name=${name}`;
  }
  const found = yield* session.json('GET', path, { query });
  const wanted = (event: JsonObject): boolean =>
    types.length === 0 || types.some((type) => type.toLowerCase() === text(event, 'type').toLowerCase());
  const events = ([...list(found, 'items')] as JsonObject[]).filter(wanted).sort((a, b) => lastSeen(a) - lastSeen(b));
  const printer = printerFor(session);
  if (printer !== undefined) {
    const shown: JsonObject = {
      kind: 'EventList',
      apiVersion: 'v1',
      metadata: {},
      items: events.map((each) => ordered(visible(session, each))),
    };
    yield* session.out(flags.string('output') === 'json' ? `${structJson(shown)}\n` : printer.print(shown));
    return 0;
  }
  const row = (event: JsonObject): string[] => [
    ...(all ? [text(event, 'metadata', 'namespace')] : []),
    eventAge(event, session.process.now()),
    text(event, 'type'),
    text(event, 'reason'),
    `${text(event, 'involvedObject', 'kind')}/${text(event, 'involvedObject', 'name')}`,
    text(event, 'message').trim(),
  ];
  const header = [...(all ? ['NAMESPACE'] : []), 'LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'];
  const remembered: number[] = [];
  if (events.length > 0) yield* session.out(tableText([...(flags.bool('no-headers') ? [] : [header]), ...events.map(row)], remembered));
  else if (!flags.bool('watch')) yield* session.err(all ? 'No events found.\n' : `No events found in ${session.namespace} namespace.\n`);
  if (!flags.bool('watch')) return 0;
  const stream = watchEvents(
    yield* session.stream('watch', 'GET', path, {
      query: { ...query, watch: 'true', resourceVersion: text(found, 'metadata', 'resourceVersion') },
    }),
  );
  try {
    for (let event = yield* nextEvent(stream); event !== undefined; event = yield* nextEvent(stream)) {
      if (event.type === 'ADDED' || event.type === 'MODIFIED') {
        const each = event.object as unknown as JsonObject;
        if (wanted(each)) yield* session.out(tableText([row(each)], remembered));
      }
    }
  } finally {
    stream.close();
  }
  return 0;
}

// These come from a typed client, whose JSON keeps the order of Go's structs.
const ORDER = [
  'metadata', 'involvedObject', 'reason', 'message', 'source', 'firstTimestamp', 'lastTimestamp', 'count', 'type', 'eventTime', 'series', 'action',
  'related', 'reportingComponent', 'reportingInstance',
]; // prettier-ignore

function ordered(event: JsonObject): JsonObject {
  const fields = ORDER.filter((field) => event[field] !== undefined).map((field) => [field, event[field] as Json]);
  return { kind: 'Event', apiVersion: 'v1', ...Object.fromEntries(fields) };
}

function structJson(value: JsonObject): string {
  return JSON.stringify(value, null, 4).replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
}
