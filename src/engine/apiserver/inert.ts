import type { Kind } from '../api/kind.ts';
import type { ApiObject } from '../api/meta.ts';
import type { FieldSchema } from '../api/schema.ts';
import { SCHEMA } from '../api/known-types.ts';
import { INERT_FIELDS } from './inert-fields.ts';
import { same } from './values.ts';

/** A warning for each field that a write sets and that has no effect in this cluster: nothing is silently ignored. */
export function inertWarnings(kind: Kind, object: ApiObject, old: ApiObject | undefined): string[] {
  const paths = inertPaths(kind);
  if (paths.size === 0) return [];
  const now = new Map<string, unknown[]>();
  valuesBelow(treeOf(kind), object, now);
  if (now.size === 0) return [];
  const before = new Map<string, unknown[]>();
  if (old !== undefined) valuesBelow(treeOf(kind), old, before);
  const warnings: string[] = [];
  for (const [path, why] of paths) {
    const values = now.get(path);
    if (values === undefined || (old !== undefined && same(values, before.get(path)))) continue;
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

/** The paths of a kind, field by field: an object is walked once for all of them, and no further than they go. */
interface Tree {
  /** Unset where only something below has no effect. */
  path?: string;
  readonly fields: Map<string, Tree>;
}

const trees = new WeakMap<Kind, Tree>();

function treeOf(kind: Kind): Tree {
  let tree = trees.get(kind);
  if (tree === undefined) {
    trees.set(kind, (tree = { fields: new Map() }));
    for (const path of inertPaths(kind).keys()) {
      let at = tree;
      for (const field of path.split('.')) {
        let next = at.fields.get(field);
        if (next === undefined) at.fields.set(field, (next = { fields: new Map() }));
        at = next;
      }
      at.path = path;
    }
  }
  return tree;
}

/** What stands at the paths; lists on the way are walked through. */
function valuesBelow(tree: Tree, value: unknown, found: Map<string, unknown[]>): void {
  if (Array.isArray(value)) {
    for (const item of value) valuesBelow(tree, item, found);
    return;
  }
  if (value === undefined || value === null || value === '') return;
  const { path, fields } = tree;
  if (path !== undefined && !(typeof value === 'object' && Object.keys(value).length === 0)) {
    const known = found.get(path);
    if (known === undefined) found.set(path, [value]);
    else known.push(value);
  }
  if (typeof value !== 'object' || fields.size === 0) return;
  for (const [field, below] of fields) {
    const inner = (value as Record<string, unknown>)[field];
    if (inner !== undefined) valuesBelow(below, inner, found);
  }
}
