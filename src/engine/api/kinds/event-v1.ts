import { eventFromV1, eventToV1 } from '../events/v1.ts';
import { validateEventUpdate, validateNewEvent } from '../events/validate.ts';
import type { Event, EventsEvent } from '../generated/types.ts';
import type { Kind } from '../kind.ts';
import { plainStrategy } from './define.ts';
import { event } from './event.ts';
import { viewOf } from './view.ts';

const regarding = (field: 'kind' | 'namespace' | 'name' | 'uid' | 'apiVersion' | 'resourceVersion' | 'fieldPath') => {
  return (object: EventsEvent): string => eventOf(object).involvedObject?.[field] ?? '';
};

// A watch asks with the stored form, all else with this one.
const eventOf = (object: EventsEvent | Event): Event =>
  object.apiVersion === 'v1' ? (object as Event) : (eventFromV1(object as EventsEvent) as Event);

/** The newer face of events, with stricter rules. */
export const eventV1 = viewOf<EventsEvent>(
  { ...event, strategy: plainStrategy<Event>({ create: validateNewEvent, update: validateEventUpdate }) as unknown as Kind['strategy'] },
  { fromStored: eventToV1, toStored: eventFromV1 },
  {
    group: 'events.k8s.io',
    version: 'v1',
    schema: 'EventsEvent',
    fieldSelectors: {
      type: (object) => object.type ?? '',
      reason: (object) => object.reason ?? '',
      reportingController: (object) => eventOf(object).reportingComponent ?? '',
      'regarding.kind': regarding('kind'),
      'regarding.namespace': regarding('namespace'),
      'regarding.name': regarding('name'),
      'regarding.uid': regarding('uid'),
      'regarding.apiVersion': regarding('apiVersion'),
      'regarding.resourceVersion': regarding('resourceVersion'),
      'regarding.fieldPath': regarding('fieldPath'),
    },
  },
);
