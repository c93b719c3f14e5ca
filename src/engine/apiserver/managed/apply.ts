import { failure, type StatusError } from '../../api/errors.ts';
import type { ApiObject, Json } from '../../api/meta.ts';
import { same } from '../values.ts';
import { compare, fieldSetOf, type Comparison } from './compare.ts';
import { FieldSet, pathText } from './field-set.ts';
import { disown, managerId, NO_MANAGERS, strip, updated, type Manager, type Managers } from './managers.ts';
import { mergeTyped, removeItems, withNamedFields } from './merge.ts';
import type { Writer } from './ownership.ts';
import { shapeOf, type Shape } from './shape.ts';
import { zeroObject } from './zero.ts';

export interface Applied {
  readonly object: ApiObject;
  readonly managers: Managers;
}

/** Whom the fields of an object belong to that existed before anybody applied it. */
const BEFORE_FIRST_APPLY = 'before-first-apply';

/**
 * Server-side apply (`merge.Updater.Apply`): lays a configuration over the live object, takes away what its manager applied
 * before and no longer does and nobody else has, and refuses to change what others manage, unless forced.
 * `reset` are the fields at the top that the endpoint does not write.
 */
export function applyConfiguration(
  live: ApiObject | undefined,
  liveManagers: Managers,
  config: ApiObject,
  schema: string,
  writer: Writer,
  options: { readonly force: boolean; readonly reset: readonly string[] },
): Applied {
  const shape = shapeOf(schema);
  const zero = zeroObject(schema);
  const current = (live ?? zero) as unknown as Json;
  const wanted = config as unknown as Json;
  const ignore = (set: FieldSet): FieldSet => options.reset.reduce((rest, field) => rest.withoutField(field), set);
  let managers = liveManagers;
  if (live !== undefined && managers.size === 0) {
    managers = updated(NO_MANAGERS, filtered(compare(zero, current, shape), ignore), {
      ...writer,
      manager: BEFORE_FIRST_APPLY,
      operation: 'Update',
    });
  }
  const id = managerId(writer);
  const last = managers.get(id);
  const set = ignore(fieldSetOf(wanted, shape));
  const merged = mergeTyped(current, wanted, shape) as Json;
  const next = new Map(managers);
  next.set(id, { ...writer, time: last?.time, fields: set });
  const pruned = last === undefined || last.fields.empty ? merged : prune(merged, next, last.fields, shape);
  const comparison = filtered(compare(current, pruned, shape), ignore);
  if (!options.force) {
    const conflicts = conflictsOf(next, comparison, id);
    if (conflicts.length > 0) throw applyConflict(conflicts);
  }
  const after = disown(next, comparison, id);
  const own = strip(set);
  // Who applies what is there already gets no time.
  const changed = live === undefined || !same(current, pruned);
  if (own.empty) after.delete(id);
  else after.set(id, { ...writer, time: changed ? writer.time : last?.time, fields: own });
  return { object: (changed ? pruned : current) as unknown as ApiObject, managers: after };
}

/** Removes what the manager applied last time, but not now, and nobody else has. */
function prune(merged: Json, managers: Managers, last: FieldSet, shape: Shape): Json {
  const lastNamed = withNamedFields(last, shape);
  let pruned = removeItems(merged, lastNamed, shape);
  const mergedNamed = withNamedFields(fieldSetOf(merged, shape), shape);
  let managed = new FieldSet();
  for (const { fields } of managers.values()) managed = managed.union(fields);
  // Back with what anybody has …
  const owned = withNamedFields(fieldSetOf(pruned ?? {}, shape), shape).union(withNamedFields(managed, shape));
  pruned = removeItems(merged, mergedNamed.difference(owned), shape);
  // … and with what nobody has and was not applied last time either.
  const left = withNamedFields(fieldSetOf(pruned ?? {}, shape), shape);
  return removeItems(merged, mergedNamed.difference(left).intersection(lastNamed), shape) ?? {};
}

function filtered(comparison: Comparison, ignore: (set: FieldSet) => FieldSet): Comparison {
  return { added: ignore(comparison.added), modified: ignore(comparison.modified), removed: ignore(comparison.removed) };
}

interface Conflict {
  readonly manager: Manager;
  readonly path: string;
}

function conflictsOf(managers: Managers, { added, modified }: Comparison, except: string): Conflict[] {
  const changed = added.union(modified);
  const out: Conflict[] = [];
  for (const id of [...managers.keys()].sort()) {
    if (id === except) continue;
    const manager = managers.get(id) as Manager;
    for (const path of manager.fields.intersection(changed).paths()) out.push({ manager, path: pathText(path) });
  }
  return out;
}

function applyConflict(conflicts: readonly Conflict[]): StatusError {
  const causes = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${shownManager(manager)}`,
    field: path,
  }));
  const [only] = conflicts;
  if (only !== undefined && conflicts.length === 1) {
    const message = `Apply failed with 1 conflict: conflict with ${shownManager(only.manager)}: ${only.path}`;
    return failure(409, 'Conflict', message, { causes });
  }
  const lines: string[] = [];
  let last: Manager | undefined;
  for (const { manager, path } of conflicts) {
    if (manager !== last) lines.push(`conflicts with ${shownManager(manager)}:`);
    last = manager;
    lines.push(`- ${path}`);
  }
  return failure(409, 'Conflict', `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`, { causes });
}

function shownManager({ manager, operation, apiVersion, subresource }: Manager): string {
  const named = JSON.stringify(manager) + (subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`);
  return operation === 'Update' ? `${named} using ${apiVersion}` : named;
}
