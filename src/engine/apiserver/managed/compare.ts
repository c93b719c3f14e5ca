import type { Json, JsonObject } from '../../api/meta.ts';
import { same } from '../values.ts';
import { FieldSet } from './field-set.ts';
import { deduced, itemStep, type Shape } from './shape.ts';

export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** Which paths one value has more, less, or otherwise than another (`typed.TypedValue.Compare`). */
export function compare(before: Json | undefined, after: Json | undefined, shape: Shape): Comparison {
  const comparison = { added: new FieldSet(), modified: new FieldSet(), removed: new FieldSet() };
  walk(before, after, shape, [], comparison);
  return comparison;
}

/** All paths of a value that can be owned (`typed.TypedValue.ToFieldSet`). */
export function fieldSetOf(value: Json, shape: Shape): FieldSet {
  const out = new FieldSet();
  collect(value, shape, [], out);
  return out;
}

function walk(before: Json | undefined, after: Json | undefined, given: Shape, path: string[], out: Comparison): void {
  if (before === after) return;
  const shape = deduced(given, after ?? before);
  if (shape.kind === 'scalar') return leaf(before, after, path, out);
  if (shape.kind === 'list') {
    const [left, right] = [listOf(before), listOf(after)];
    if (shape.list === 'atomic' || (left.length === 0 && right.length === 0)) return leaf(before, after, path, out);
    walkItems(left, right, shape, path, out);
  } else {
    const [left, right] = [mapOf(before), mapOf(after)];
    const bare = shape.kind === 'struct' || shape.kind === 'map' ? shape.atomic : false;
    if (bare || (isBare(left) && isBare(right))) return leaf(before, after, path, out);
    for (const key of Object.keys(left)) step(key, left[key], right[key]);
    for (const key of Object.keys(right)) if (left[key] === undefined) step(key, undefined, right[key]);
  }
  // What came or went as a whole is named itself, too: the `.` of a map or an item.
  if (before === undefined) out.added.insert(path);
  else if (after === undefined) out.removed.insert(path);

  function step(key: string, left: Json | undefined, right: Json | undefined): void {
    if (left === right) return;
    path.push(`f:${key}`);
    walk(left, right, childOf(shape, key), path, out);
    path.pop();
  }
}

function walkItems(left: readonly Json[], right: readonly Json[], shape: Shape & { kind: 'list' }, path: string[], out: Comparison): void {
  const [mine, theirs] = [index(left, shape), index(right, shape)];
  for (const at of new Set([...mine.keys(), ...theirs.keys()])) {
    const [old = [], now = []] = [mine.get(at), theirs.get(at)];
    path.push(at);
    if (old.length > 1 || now.length > 1) {
      // Items that cannot be told apart are one leaf.
      if (!same(old, now)) leaf(old.length === 0 ? undefined : old, now.length === 0 ? undefined : now, path, out);
    } else walk(old[0], now[0], shape.element, path, out);
    path.pop();
  }
}

function leaf(before: Json | undefined, after: Json | undefined, path: string[], out: Comparison): void {
  if (before === undefined) out.added.insert(path);
  else if (after === undefined) out.removed.insert(path);
  else if (!same(before, after)) out.modified.insert(path);
}

function collect(value: Json, given: Shape, path: string[], out: FieldSet): void {
  const shape = deduced(given, value);
  if (shape.kind === 'scalar' || shape.kind === 'any') return out.insert(path);
  if (shape.kind === 'list') {
    if (shape.list === 'atomic') return out.insert(path);
    for (const item of listOf(value)) {
      path.push(itemStep(shape, item));
      collect(item, shape.element, path, out);
      out.insert(path);
      path.pop();
    }
    return;
  }
  if (shape.atomic) return out.insert(path);
  const map = mapOf(value);
  for (const key of Object.keys(map)) {
    const item = map[key];
    if (item === undefined) continue;
    path.push(`f:${key}`);
    collect(item, childOf(shape, key), path, out);
    if (item === null || shape.kind === 'map' || (isObject(item) && isBare(item))) out.insert(path);
    path.pop();
  }
}

/** The shape of a field of a struct, or of a map's values. */
export function childOf(shape: Shape, key: string): Shape {
  if (shape.kind === 'struct') return shape.field(key) ?? { kind: 'any' };
  return shape.kind === 'map' ? shape.element : { kind: 'any' };
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

export function mapOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isBare(map: JsonObject): boolean {
  for (const _key in map) return false;
  return true;
}

export function index(list: readonly Json[], shape: Shape & { kind: 'list' }): Map<string, Json[]> {
  const out = new Map<string, Json[]>();
  for (const item of list) {
    const at = itemStep(shape, item);
    const known = out.get(at);
    if (known === undefined) out.set(at, [item]);
    else known.push(item);
  }
  return out;
}
