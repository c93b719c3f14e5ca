import { kindName } from './discovery.ts';
import type { Mapping } from './discovery.ts';
import { at, list, number, object, sortedKeys, text } from './values.ts';
import type { Json, JsonObject } from './values.ts';

/** Asks the server for its table; `Table` of v1 is what every server since 1.15 prints. */
export const TABLE_ACCEPT =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

export interface TableStyle {
  readonly wide: boolean;
  readonly showLabels: boolean;
  readonly labelColumns: readonly string[];
  readonly withNamespace: boolean;
}

export function tableHeader(table: JsonObject, style: TableStyle): string[] {
  return [
    ...(style.withNamespace ? ['NAMESPACE'] : []),
    ...shown(table, style).map((i) => text(table, 'columnDefinitions', i, 'name').toUpperCase()),
    ...style.labelColumns.map((label) => label.replace(/^.*\//, '').toUpperCase()),
    ...(style.showLabels ? ['LABELS'] : []),
  ];
}

export function rowsOf(
  table: JsonObject,
  rows: readonly JsonObject[],
  style: TableStyle & { withKind: boolean; mapping: Mapping },
): string[][] {
  const indexes = shown(table, style);
  const nameColumn = list(table, 'columnDefinitions').findIndex(
    (column) => text(column, 'format') === 'name' && text(column, 'type') === 'string',
  );
  return rows.map((row) => {
    const metadata = object(row, 'object', 'metadata');
    const labels = object(metadata, 'labels');
    return [
      ...(style.withNamespace ? [text(metadata, 'namespace')] : []),
      ...indexes.map((i) => {
        const cell = cellText(at(row, 'cells', i));
        return style.withKind && i === Math.max(0, nameColumn) ? `${kindName(style.mapping)}/${cell}` : cell;
      }),
      ...style.labelColumns.map((label) => text(labels, label)),
      ...(style.showLabels ? [labelsText(labels)] : []),
    ];
  });
}

function shown(table: JsonObject, style: TableStyle): number[] {
  return list(table, 'columnDefinitions').flatMap((column, i) => (style.wide || number(column, 'priority') === 0 ? [i] : []));
}

/** `a=b,c=d`, or `<none>`. */
export function labelsText(labels: JsonObject): string {
  const keys = sortedKeys(labels);
  return keys.length === 0 ? '<none>' : keys.map((key) => `${key}=${text(labels[key])}`).join(',');
}

/** A cell on one line: cut at the first line break, with dots. */
function cellText(cell: Json | undefined): string {
  if (cell === null || cell === undefined) return '';
  const whole = text(cell);
  const end = whole.search(/[\f\n\r]/);
  return end < 0 ? whole : `${whole.slice(0, end)}...`;
}
