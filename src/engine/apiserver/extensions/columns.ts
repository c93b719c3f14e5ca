import type { CustomResourceColumnDefinition } from '../../api/generated/types.ts';
import type { Column } from '../../api/kind.ts';
import type { ApiObject, Json } from '../../api/meta.ts';
import { column, nameColumn } from '../../api/printing/column.ts';
import { ageSince } from '../../api/printing/duration.ts';
import { JsonPath } from '../../api/structural/json-path.ts';

/** The columns of a custom resource: its name, then those of the definition, or its age where there are none. */
export function columnsOf(definitions: readonly CustomResourceColumnDefinition[] | undefined): readonly Column<ApiObject>[] {
  if (definitions === undefined || definitions.length === 0) return [nameColumn(), age()];
  return [nameColumn(), ...definitions.map(defined)];
}

function age(): Column<ApiObject> {
  const value = ({ metadata }: ApiObject, now: number): string => ageSince(metadata.creationTimestamp, now);
  return column('Age', 'ObjectMeta.creationTimestamp', value, { type: 'date' });
}

function defined({ name, type, format, description, priority, jsonPath }: CustomResourceColumnDefinition): Column<ApiObject> {
  const path = new JsonPath(jsonPath);
  return {
    name,
    type: type as Column<ApiObject>['type'],
    ...(format === undefined ? {} : { format }),
    description:
      description === undefined || description === '' ? `Custom resource definition column (in JSONPath format): ${jsonPath}` : description,
    priority: (priority ?? 0) === 0 ? 0 : 1,
    value: (object, now) => {
      const found = path.first(object as unknown as Json);
      return found === undefined || found === null ? null : cell(found, type, now);
    },
  };
}

/** What does not fit the column's type is left empty; texts show anything. */
function cell(value: Json, type: string, now: number): string | number | boolean | null {
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date': {
      if (typeof value !== 'string') return '<invalid>';
      return Number.isNaN(new Date(value).getTime()) ? '<invalid>' : ageSince(value, now);
    }
    default:
      return typeof value === 'string' ? value : JSON.stringify(value);
  }
}
