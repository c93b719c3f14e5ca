import { humanDuration } from '../../engine/api/printing/duration.ts';
import { list, object, text } from './values.ts';
import type { JsonObject } from './values.ts';

/** The table that kubectl makes by itself (`--server-print=false`): it knows of no type more than name and age. */
export function plainTable(found: JsonObject, now: number): JsonObject {
  const items = Array.isArray(found['items']) ? list(found, 'items').map((each) => object(each)) : [found];
  return {
    kind: 'Table',
    metadata: object(found, 'metadata'),
    columnDefinitions: [
      { name: 'Name', type: 'string', format: 'name', priority: 0 },
      { name: 'Age', type: 'string', format: '', priority: 0 },
    ],
    rows: items.map((each) => {
      const created = text(each, 'metadata', 'creationTimestamp');
      return {
        cells: [text(each, 'metadata', 'name'), created === '' ? '<unknown>' : humanDuration(now - Date.parse(created))],
        object: each,
      };
    }),
  };
}
