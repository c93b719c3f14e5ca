import type { Kind } from '../api/kind.ts';
import type { ApiObject } from '../api/meta.ts';
import type { FieldSchema } from '../api/schema.ts';
import { SCHEMA } from './decode/fields.ts';
import { INERT_FIELDS } from './inert-fields.ts';
import { same } from './values.ts';

/** A warning for each field that a write sets and that has no effect in this cluster: nothing is silently ignored. */
export function inertWarnings(kind: Kind, object: ApiObject, old: ApiObject | undefined): string[] {
  const warnings: string[] = [];
  for (const [path, why] of inertPaths(kind)) {
    const fields = path.split('.');
    const now = valuesAt(object, fields);
    if (now.length === 0 || (old !== undefined && same(now, valuesAt(old, fields)))) continue;
    warnings.push(`${path === 'kind' ? kind.kind : path}: stored, but without effect here: ${why}`);
  }
  return warnings;
}

const known = new WeakMap<Kind, ReadonlyMap<string, string>>();

/**
 * What is kept of a kind's objects, and has no effect: paths without indexes, with the sentence that says why. Of a kind on which
 * nothing acts there is one path, `kind`, and it says all there is to say.
 */
export function inertPaths(kind: Kind): ReadonlyMap<string, string> {
  let paths = known.get(kind);
  if (paths === undefined) {
    const found = new Map(Object.entries(kind.fidelity.inert ?? {}));
    if (kind.fidelity.level !== 'stored') collect(kind.schema, '', [], found);
    known.set(kind, (paths = found));
  }
  return paths;
}

function collect(type: string, at: string, outer: readonly string[], found: Map<string, string>): void {
  if (outer.includes(type)) return;
  for (const [field, schema] of Object.entries(SCHEMA[type]?.fields ?? {})) {
    if (at === '' && (field === 'metadata' || field === 'status')) continue;
    const path = at === '' ? field : `${at}.${field}`;
    const why = INERT_FIELDS[`${type}.${field}`];
    if (why !== undefined && !found.has(path)) found.set(path, why);
    const inner = typeOf(schema);
    if (why === undefined && inner !== undefined) collect(inner, path, [...outer, type], found);
  }
}

/** The type that a field holds, alone or in a list. (Nothing is declared of maps.) */
function typeOf(schema: FieldSchema): string | undefined {
  if (schema.type === 'array') return typeOf(schema.items);
  return schema.type === 'ref' ? schema.ref : undefined;
}

/** What stands at a path without indexes: lists on the way are walked through. */
function valuesAt(value: unknown, fields: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, fields));
  if (value === undefined || value === null || value === '') return [];
  const [field, ...rest] = fields;
  if (field === undefined) return typeof value === 'object' && Object.keys(value).length === 0 ? [] : [value];
  return typeof value === 'object' ? valuesAt((value as Record<string, unknown>)[field], rest) : [];
}
