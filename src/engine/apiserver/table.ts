import type { Column, Kind } from '../api/kind.ts';
import type { ApiObject, Json, ObjectMeta } from '../api/meta.ts';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface ListMeta {
  readonly resourceVersion?: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

export interface TableColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

export interface TableRow {
  readonly cells: readonly (string | number | boolean | null)[];
  readonly conditions?: readonly { type: string; status: string; reason: string; message: string }[];
  readonly object: object | null;
}

export interface Table {
  readonly kind: 'Table';
  readonly apiVersion: string;
  readonly metadata: ListMeta;
  readonly columnDefinitions: readonly TableColumnDefinition[] | null;
  readonly rows: readonly TableRow[];
}

/** What a kind without columns of its own shows. */
const DEFAULT_COLUMNS: readonly Column<ApiObject>[] = [
  { name: 'Name', type: 'string', format: 'name', priority: 0, value: ({ metadata }) => metadata.name ?? '' },
  { name: 'Created At', type: 'date', priority: 0, value: ({ metadata }) => metadata.creationTimestamp ?? null },
];

/** `meta.k8s.io` Table of objects of one kind. `now` in virtual ms, for ages. */
export function toTable(
  kind: Kind,
  objects: readonly ApiObject[],
  listMeta: ListMeta,
  now: number,
  includeObject: IncludeObject,
  version: 'v1' | 'v1beta1' = 'v1',
): Table {
  const columns = kind.columns.length === 0 ? DEFAULT_COLUMNS : kind.columns;
  const apiVersion = `meta.k8s.io/${version}`;
  return {
    kind: 'Table',
    apiVersion,
    metadata: listMeta,
    columnDefinitions: columns
      .filter((column) => column.undefined !== true)
      .map(({ name, type, format = '', description = '', describe, priority }) => ({
        name,
        type,
        format,
        description: describe?.() ?? description,
        priority,
      })),
    rows: objects.map((object) => {
      const conditions = kind.rowConditions?.(object) ?? [];
      return {
        cells: columns.map(({ value }) => value(object, now)),
        ...(conditions.length === 0 ? {} : { conditions }),
        object: includeObject === 'None' ? null : includeObject === 'Object' ? object : partialMetadata(kind, object, version),
      };
    }),
  };
}

/** `PartialObjectMetadata` of an object. */
export function partialMetadata(kind: Kind, { metadata }: { metadata: ObjectMeta }, version: 'v1' | 'v1beta1' = 'v1'): ApiObject {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: withoutCarriers(kind, metadata) };
}

function withoutCarriers({ carriers = [] }: Kind, metadata: ObjectMeta): ObjectMeta {
  if (!carriers.some((name) => metadata.annotations?.[name] !== undefined)) return metadata;
  const { annotations, ...rest } = metadata;
  const kept = Object.entries(annotations ?? {}).filter(([name]) => !carriers.includes(name));
  return kept.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(kept) };
}

export function partialMetadataList(
  kind: Kind,
  objects: readonly ApiObject[],
  listMeta: ListMeta,
  version: 'v1' | 'v1beta1' = 'v1',
): Json | object {
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: listMeta,
    items: objects.map((object) => partialMetadata(kind, object, version)),
  };
}

/** A watch of tables tells the columns with its first event only. */
export function withoutColumns(table: Table): Table {
  return { ...table, columnDefinitions: null };
}
