import type { Event } from '../generated/types.ts';
import { ALL_VERBS, type Column } from '../kind.ts';
import { column, nameColumn } from '../printing/column.ts';
import { ageSince } from '../printing/duration.ts';
import { validateEvent } from '../events/validate.ts';
import { defineKind, plainStrategy } from './define.ts';

const columns: readonly Column<Event>[] = [
  column('Last Seen', 'Event.lastTimestamp', lastSeen),
  column('Type', 'Event.type', ({ type }) => type ?? ''),
  column('Reason', 'Event.reason', ({ reason }) => reason ?? ''),
  column('Object', 'The object that this event is about.', ({ involvedObject: { kind = '', name } }) =>
    name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase(),
  ),
  column('Subobject', 'ObjectReference.fieldPath', ({ involvedObject }) => involvedObject.fieldPath ?? '', { wide: true }),
  column('Source', 'The component reporting this event. Should be a short machine understandable string.', source, { wide: true }),
  column('Message', 'Event.message', ({ message }) => (message ?? '').trim()),
  column('First Seen', 'Event.firstTimestamp', firstSeen, { wide: true }),
  column('Count', 'Event.count', ({ series, count }) => (series === undefined ? count || 1 : (series.count ?? 0)), { wide: true }),
  nameColumn({ wide: true }),
];

export const event = defineKind<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  resource: 'events',
  singular: 'event',
  shortNames: ['ev'],
  categories: [],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'Event',
  nameRule: 'path-segment',
  strategy: plainStrategy<Event>({
    create: (event, findings) => validateEvent(event, findings),
    update: (draft, _old, findings) => validateEvent(draft, findings),
  }),
  subresources: {},
  fieldSelectors: {
    type: ({ type }) => type ?? '',
    reason: ({ reason }) => reason ?? '',
    source: ({ source, reportingComponent }) => source?.component || reportingComponent || '',
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? '',
    'involvedObject.kind': ({ involvedObject }) => involvedObject.kind ?? '',
    'involvedObject.namespace': ({ involvedObject }) => involvedObject.namespace ?? '',
    'involvedObject.name': ({ involvedObject }) => involvedObject.name ?? '',
    'involvedObject.uid': ({ involvedObject }) => involvedObject.uid ?? '',
    'involvedObject.apiVersion': ({ involvedObject }) => involvedObject.apiVersion ?? '',
    'involvedObject.resourceVersion': ({ involvedObject }) => involvedObject.resourceVersion ?? '',
    'involvedObject.fieldPath': ({ involvedObject }) => involvedObject.fieldPath ?? '',
  },
  columns,
  fidelity: { level: 'modelled' },
});

function firstSeen({ firstTimestamp, eventTime }: Event, now: number): string {
  return ageSince(firstTimestamp ?? eventTime, now);
}

function lastSeen(event: Event, now: number): string {
  if (event.series !== undefined) return ageSince(event.series.lastObservedTime, now);
  return !event.lastTimestamp ? firstSeen(event, now) : ageSince(event.lastTimestamp, now);
}

function source({ source, reportingComponent, reportingInstance }: Event): string {
  const component = source?.component || reportingComponent || '';
  const instance = source?.host || reportingInstance || '';
  return instance === '' ? component : `${component}, ${instance}`;
}
