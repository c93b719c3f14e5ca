import type { Event } from '../generated/types.ts';
import { ALL_VERBS, type Column } from '../kind.ts';
import { column, nameColumn } from '../printing/column.ts';
import { ageSince } from '../printing/duration.ts';
import { isDNS1123Subdomain, isQualifiedName } from '../names.ts';
import type { Findings } from '../validation.ts';
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
  strategy: plainStrategy<Event>({ create: validateEvent, update: (draft, _old, findings) => validateEvent(draft, findings) }),
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

// Events of the old kind only have to agree with their object; those with an eventTime have to be complete.
function validateEvent(event: Event, findings: Findings): void {
  const namespace = event.metadata.namespace ?? '';
  const object = event.involvedObject?.namespace ?? '';
  const mismatch = (): void => findings.invalid('involvedObject.namespace', object, 'does not match event.namespace');
  if (!event.eventTime) {
    if (object === '' ? namespace !== '' && namespace !== 'default' : namespace !== object) mismatch();
  } else {
    if (object === '' && namespace !== 'default' && namespace !== 'kube-system') mismatch();
    const component = event.reportingComponent ?? '';
    if (component === '') findings.required('reportingComponent');
    for (const problem of isQualifiedName(component)) findings.invalid('reportingComponent', component, problem);
    for (const field of ['reportingInstance', 'action', 'reason'] as const) {
      const value = event[field] ?? '';
      if (value === '') findings.required(field);
      if (value.length > 128) findings.invalid(field, '', 'can have at most 128 characters');
    }
    if ((event.message ?? '').length > 1024) findings.invalid('message', '', 'can have at most 1024 characters');
  }
  for (const problem of isDNS1123Subdomain(namespace)) findings.invalid('namespace', namespace, problem);
}
