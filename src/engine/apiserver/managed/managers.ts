import type { Json, ManagedFieldsEntry } from '../../api/meta.ts';
import type { Comparison } from './compare.ts';
import { FieldSet } from './field-set.ts';

/** Who set which fields: one entry of `metadata.managedFields`. */
export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource: string;
  /** Absent for one who applied what was there already. */
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** By identity: name, operation, version (of updates only) and subresource. Never changed in place. */
export type Managers = ReadonlyMap<string, Manager>;

export const NO_MANAGERS: Managers = new Map();

/** More managers of updates than these, and the oldest are put together under one name. */
const MAX_UPDATE_MANAGERS = 10;
const BUCKET = 'ancient-changes';

export function managerId({ manager, operation, apiVersion, subresource }: Omit<Manager, 'time' | 'fields'>): string {
  return JSON.stringify({
    manager,
    operation,
    ...(operation === 'Update' ? { apiVersion } : {}),
    ...(subresource === '' ? {} : { subresource }),
  });
}

// Fields of the server's own: nobody manages them (`stripSet` of apimachinery).
const STRIPPED = FieldSet.fromJson({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:name': {},
    'f:namespace': {},
    'f:creationTimestamp': {},
    'f:selfLink': {},
    'f:uid': {},
    'f:clusterName': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:resourceVersion': {},
  },
});

export function strip(fields: FieldSet): FieldSet {
  return fields.difference(STRIPPED);
}

/** Takes changed and removed fields from whoever had them. */
export function disown(managers: Managers, { added, modified, removed }: Comparison, except?: string): Map<string, Manager> {
  const changed = added.union(modified);
  const out = new Map<string, Manager>();
  for (const [id, manager] of managers) {
    const fields = id === except ? manager.fields : manager.fields.difference(changed).difference(removed);
    if (!fields.empty) out.set(id, fields === manager.fields ? manager : { ...manager, fields });
  }
  return out;
}

/** The managers after an update by `writer` that changed an object so. */
export function updated(managers: Managers, comparison: Comparison, writer: Omit<Manager, 'fields'>): Managers {
  const { added, modified } = comparison;
  const taken = strip(added.union(modified));
  const out = disown(managers, comparison);
  if (!taken.empty) {
    const id = managerId(writer);
    out.set(id, { ...writer, fields: out.get(id)?.fields.union(taken) ?? taken });
  }
  return capped(out);
}

function capped(managers: Map<string, Manager>): Managers {
  const updaters = [...managers].filter(([, { operation }]) => operation === 'Update');
  let surplus = updaters.length - MAX_UPDATE_MANAGERS;
  if (surplus <= 0) return managers;
  const byAge = updaters.sort(([a, left], [b, right]) => compareTexts(left.time ?? '', right.time ?? '') || compareTexts(a, b));
  const first = new Map<string, string>();
  for (const [id, manager] of byAge) {
    if (surplus <= 0) break;
    const { apiVersion } = manager;
    const bucketId = managerId({ manager: BUCKET, operation: 'Update', apiVersion, subresource: '' });
    const known = first.get(apiVersion);
    if (known === undefined) {
      first.set(apiVersion, id);
      continue;
    }
    const bucket = managers.get(bucketId) ?? (managers.get(known) as Manager);
    if (!managers.has(bucketId)) managers.delete(known);
    managers.delete(id);
    managers.set(bucketId, {
      ...bucket,
      manager: BUCKET,
      subresource: '',
      time: manager.time,
      fields: bucket.fields.union(manager.fields),
    });
    surplus--;
  }
  return managers;
}

/** `metadata.managedFields`: appliers first, then by time and name. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] {
  const sorted = [...managers.values()].sort(
    (a, b) =>
      compareTexts(a.operation, b.operation) ||
      compareTexts(a.time ?? '', b.time ?? '') ||
      compareTexts(a.manager, b.manager) ||
      compareTexts(a.apiVersion, b.apiVersion) ||
      compareTexts(a.subresource, b.subresource),
  );
  return sorted.map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
    manager,
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: fields.toJson(),
    ...(subresource === '' ? {} : { subresource }),
  }));
}

/** The same read back. Entries that say nothing are dropped; undefined when one cannot be read. */
export function decodeManagers(entries: readonly ManagedFieldsEntry[]): Managers | undefined {
  const out = new Map<string, Manager>();
  for (const { manager = '', operation = '', apiVersion = '', time, fieldsType, fieldsV1, subresource = '' } of entries) {
    if ((operation !== 'Apply' && operation !== 'Update') || fieldsType !== 'FieldsV1') return undefined;
    const entry = { manager, operation, apiVersion, subresource, time, fields: FieldSet.fromJson(fieldsV1 as Json | undefined) } as const;
    out.set(managerId(entry), entry);
  }
  return out;
}

/** Whether two say the same but for times. */
export function sameManagers(a: Managers, b: Managers): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  for (const [id, manager] of a) {
    const other = b.get(id);
    if (other === undefined || !other.fields.equals(manager.fields)) return false;
  }
  return true;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
