import { semanticallyEqual } from '../equality.ts';
import type { Event, EventSource, ObjectReference } from '../generated/types.ts';
import { isDNS1123Subdomain, isQualifiedName } from '../names.ts';
import type { Findings } from '../validation.ts';

/** Events of the old kind only have to agree with their object; those with an eventTime have to be complete. */
export function validateEvent(
  event: Event,
  findings: Findings,
  controller: 'reportingComponent' | 'reportingController' = 'reportingComponent',
): void {
  const namespace = event.metadata.namespace ?? '';
  const object = event.involvedObject?.namespace ?? '';
  const mismatch = (): void => findings.invalid('involvedObject.namespace', object, 'does not match event.namespace');
  if (!event.eventTime) {
    if (object === '' ? namespace !== '' && namespace !== 'default' : namespace !== object) mismatch();
  } else {
    if (object === '' && namespace !== 'default' && namespace !== 'kube-system') mismatch();
    const component = event.reportingComponent ?? '';
    if (component === '') findings.required(controller);
    for (const problem of isQualifiedName(component)) findings.invalid(controller, component, problem);
    for (const field of ['reportingInstance', 'action', 'reason'] as const) {
      const value = event[field] ?? '';
      if (value === '') findings.required(field);
      if (value.length > 128) findings.invalid(field, '', 'can have at most 128 characters');
    }
    if ((event.message ?? '').length > 1024) findings.invalid('message', '', 'can have at most 1024 characters');
  }
  for (const problem of isDNS1123Subdomain(namespace)) findings.invalid('namespace', namespace, problem);
}

/** What `events.k8s.io/v1` asks beyond that (upstream's ValidateEventCreate). The values are not repeated. */
export function validateNewEvent(event: Event, findings: Findings): void {
  validateEvent(event, findings, 'reportingController');
  validateSeries(event, findings);
  if (!event.eventTime) findings.required('eventTime');
  if (event.type !== 'Normal' && event.type !== 'Warning') findings.invalid('type', '', `has invalid value: ${event.type ?? ''}`);
  const unset = (field: string, holds: boolean): void => {
    if (!holds) findings.invalid(field, '', 'needs to be unset');
  };
  unset('firstTimestamp', !event.firstTimestamp);
  unset('lastTimestamp', !event.lastTimestamp);
  unset('count', (event.count ?? 0) === 0);
  unset('source', !event.source?.component && !event.source?.host);
}

/** Nothing of an event changes but its series. */
export function validateEventUpdate(event: Event, old: Event, findings: Findings): void {
  validateEvent(event, findings, 'reportingController');
  if (!semanticallyEqual(event.series, old.series)) validateSeries(event, findings);
  const fields = [
    ['involvedObject', event.involvedObject, old.involvedObject],
    ['reason', event.reason ?? '', old.reason ?? ''],
    ['message', event.message ?? '', old.message ?? ''],
    ['source', event.source, old.source],
    ['firstTimestamp', event.firstTimestamp ?? null, old.firstTimestamp ?? null],
    ['lastTimestamp', event.lastTimestamp ?? null, old.lastTimestamp ?? null],
    ['count', event.count ?? 0, old.count ?? 0],
    ['type', event.type ?? '', old.type ?? ''],
    ['eventTime', event.eventTime ?? null, old.eventTime ?? null],
    ['action', event.action ?? '', old.action ?? ''],
    ['related', event.related, old.related],
    ['reportingController', event.reportingComponent ?? '', old.reportingComponent ?? ''],
    ['reportingInstance', event.reportingInstance ?? '', old.reportingInstance ?? ''],
  ] as const;
  for (const [field, now, before] of fields) if (!semanticallyEqual(now, before)) findings.invalid(field, shown(now), 'field is immutable');
}

const REFERENCE = [
  ['Kind', 'kind'],
  ['Namespace', 'namespace'],
  ['Name', 'name'],
  ['UID', 'uid'],
  ['APIVersion', 'apiVersion'],
  ['ResourceVersion', 'resourceVersion'],
  ['FieldPath', 'fieldPath'],
] as const;

/** References and sources are printed as the server's internal types, whose fields have no JSON names. */
function shown(value: string | number | null | ObjectReference | EventSource | undefined): string | number | null | Record<string, string> {
  if (value === undefined) return null;
  if (value === null || typeof value !== 'object') return value;
  if ('component' in value || 'host' in value) return { Component: value.component ?? '', Host: value.host ?? '' };
  return Object.fromEntries(REFERENCE.map(([name, field]) => [name, (value as ObjectReference)[field] ?? '']));
}

function validateSeries({ series }: Event, findings: Findings): void {
  if (series === undefined) return;
  if ((series.count ?? 0) < 2) findings.invalid('series.count', '', 'should be at least 2');
  if (!series.lastObservedTime) findings.required('series.lastObservedTime');
}
