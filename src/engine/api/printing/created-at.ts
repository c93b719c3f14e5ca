import type { Column } from '../kind.ts';
import type { ApiObject } from '../meta.ts';
import { column, nameColumn } from './column.ts';

/** The columns of kinds that have no printer of their own. */
export function plainColumns<T extends ApiObject>(): readonly Column<T>[] {
  return [
    nameColumn(),
    column('Created At', 'ObjectMeta.creationTimestamp', ({ metadata }) => metadata.creationTimestamp ?? '<unknown>', { type: 'date' }),
  ];
}
