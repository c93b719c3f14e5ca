import type { Column } from '../kind.ts';
import type { ApiObject } from '../meta.ts';
import { describeColumn } from './describe-column.ts';
import { ageSince } from './duration.ts';

type Value<T> = Column<T>['value'];
interface Options {
  readonly type?: Column<unknown>['type'];
  readonly format?: string;
  readonly wide?: boolean;
}

/** A column. `description` is a text, or the field whose documentation it shows: `PodStatus.podIP`. */
export function column<T>(
  name: string,
  description: string,
  value: Value<T>,
  { type = 'string', format = '', wide = false }: Options = {},
): Column<T> {
  return {
    name,
    type,
    format,
    describe: () => describeColumn(description),
    priority: wide ? 1 : 0,
    value,
  };
}

export function nameColumn<T extends ApiObject>(options: Options = {}): Column<T> {
  return column('Name', 'ObjectMeta.name', (object) => object.metadata.name ?? '', { format: 'name', ...options });
}

export function ageColumn<T extends ApiObject>(): Column<T> {
  return column('Age', 'ObjectMeta.creationTimestamp', (object, now) => ageSince(object.metadata.creationTimestamp, now));
}

/** `a,b,c + 2 more...` */
export function listWithMore(items: readonly string[], maximum: number): string {
  const shown = items.slice(0, maximum).join(',');
  return items.length > maximum ? `${shown} + ${items.length - maximum} more...` : shown;
}
