import type { Kind } from '../api/kind.ts';
import type { ApiObject } from '../api/meta.ts';
import { same } from './values.ts';

/** A warning for each field that a write sets and that has no effect in this cluster: nothing is silently ignored. */
export function inertWarnings(kind: Kind, object: ApiObject, old: ApiObject | undefined): string[] {
  const warnings: string[] = [];
  for (const [path, why] of Object.entries(kind.fidelity.inert ?? {})) {
    const fields = path.split('.');
    const now = valuesAt(object, fields);
    if (now.length === 0 || (old !== undefined && same(now, valuesAt(old, fields)))) continue;
    warnings.push(`${path === 'kind' ? kind.kind : path}: stored, but without effect here: ${why}`);
  }
  return warnings;
}

/** What stands at a path without indexes: lists on the way are walked through. */
function valuesAt(value: unknown, fields: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, fields));
  if (value === undefined || value === null || value === '') return [];
  const [field, ...rest] = fields;
  if (field === undefined) return typeof value === 'object' && Object.keys(value).length === 0 ? [] : [value];
  return typeof value === 'object' ? valuesAt((value as Record<string, unknown>)[field], rest) : [];
}
