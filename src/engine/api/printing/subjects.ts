import type { Subject } from '../generated/types.ts';
import type { Column } from '../kind.ts';
import type { ApiObject } from '../meta.ts';
import { ageColumn, column, nameColumn } from './column.ts';

type Binding = ApiObject & { subjects?: Subject[]; roleRef: { kind: string; name: string } };

/** Columns of both kinds of bindings. `what` is the noun of their descriptions. */
export function bindingColumns<T extends Binding>(what: string, field: string): readonly Column<T>[] {
  const names = ({ subjects = [] }: T, kind: string): string =>
    subjects
      .filter((subject) => subject.kind === kind)
      .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name))
      .join(', ');
  const wide = { wide: true };
  return [
    nameColumn(),
    column('Role', field, ({ roleRef }) => `${roleRef?.kind ?? ''}/${roleRef?.name ?? ''}`),
    ageColumn(),
    column('Users', `Users in the ${what}`, (object) => names(object, 'User'), wide),
    column('Groups', `Groups in the ${what}`, (object) => names(object, 'Group'), wide),
    column('ServiceAccounts', `ServiceAccounts in the ${what}`, (object) => names(object, 'ServiceAccount'), wide),
  ];
}
