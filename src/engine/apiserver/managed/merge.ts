import type { Json, JsonObject } from '../../api/meta.ts';
import { childOf, index, isBare, isObject, listOf, mapOf } from './compare.ts';
import { FieldSet } from './field-set.ts';
import { deduced, itemStep, type Shape } from './shape.ts';

/** Lays a configuration over a live value: the configuration wins where both speak (`typed.TypedValue.Merge`). */
export function mergeTyped(live: Json | undefined, config: Json | undefined, given: Shape): Json | undefined {
  const shape = deduced(given, config ?? live);
  const keep = config === undefined ? live : config;
  if (shape.kind === 'scalar' || shape.kind === 'any') return keep;
  if (shape.kind === 'list') {
    const [left, right] = [listOf(live), listOf(config)];
    if (shape.list === 'atomic' || (left.length === 0 && right.length === 0)) return keep;
    return mergeItems(left, right, shape);
  }
  const [left, right] = [mapOf(live), mapOf(config)];
  if (shape.atomic || (isBare(left) && isBare(right))) return keep;
  const out: JsonObject = {};
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const merged = mergeTyped(left[key], right[key], childOf(shape, key));
    if (merged !== undefined) out[key] = merged;
  }
  return out;
}

/** Items of the configuration in its order, woven into those that only the live list has. */
function mergeItems(left: readonly Json[], right: readonly Json[], shape: Shape & { kind: 'list' }): Json[] {
  const [mine, theirs] = [index(left, shape), index(right, shape)];
  const [leftSteps, rightSteps] = [left.map((item) => itemStep(shape, item)), right.map((item) => itemStep(shape, item))];
  const shared = rightSteps.filter((step) => mine.has(step));
  let nextShared = shared.shift();
  const done = new Set<string>();
  const out: Json[] = [];
  const take = (step: string): void => {
    done.add(step);
    const old = mine.get(step);
    const merged = mergeTyped(old?.length === 1 ? old[0] : undefined, theirs.get(step)?.[0], shape.element);
    if (merged !== undefined) out.push(merged);
  };
  for (let l = 0, r = 0; l < left.length || r < right.length;) {
    const leftStep = leftSteps[l];
    const rightStep = rightSteps[r];
    if (leftStep !== undefined && rightStep !== undefined) {
      if (leftStep === rightStep) {
        take(leftStep);
        l++;
        r++;
        nextShared = shared.shift();
        continue;
      }
      // A shared item, but not the one whose turn it is.
      if (theirs.has(leftStep) && nextShared !== undefined && nextShared !== leftStep) {
        l++;
        continue;
      }
    }
    if (leftStep !== undefined) {
      if (!theirs.has(leftStep)) {
        out.push(left[l] as Json);
        l++;
        continue;
      }
      if (done.has(leftStep)) l++;
    }
    if (rightStep !== undefined) {
      take(rightStep);
      r++;
      if (nextShared === rightStep) nextShared = shared.shift();
    }
  }
  return out;
}

/** A value without the paths of a set; what loses all its parts becomes null (`typed.TypedValue.RemoveItems`). */
export function removeItems(value: Json, set: FieldSet, given: Shape): Json {
  const shape = deduced(given, value);
  if (shape.kind === 'scalar' || shape.kind === 'any') return value;
  if (shape.kind === 'list') {
    const list = listOf(value);
    if (list.length === 0 || shape.list === 'atomic') return null;
    const kept: Json[] = [];
    for (const item of list) {
      const step = itemStep(shape, item);
      if (set.members.has(step)) continue;
      const below = set.children.get(step);
      kept.push(below === undefined || below.empty ? item : removeItems(item, below, shape.element));
    }
    return kept.length === 0 ? null : kept;
  }
  if (!isObject(value) || isBare(value) || shape.atomic) return null;
  const kept: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    const step = `f:${key}`;
    if (set.members.has(step)) continue;
    const below = set.children.get(step);
    kept[key] = below === undefined || below.empty ? item : removeItems(item, below, childOf(shape, key));
  }
  return isBare(kept) ? null : kept;
}

/** A set in which the declared fields on the way to its paths are members, too (`Set.EnsureNamedFieldsAreMembers`). */
export function withNamedFields(set: FieldSet, shape: Shape): FieldSet {
  const out = new FieldSet();
  for (const member of set.members) out.members.add(member);
  for (const [step, child] of set.children) {
    const field = step.startsWith('f:') && shape.kind === 'struct' ? shape.field(step.slice(2)) : undefined;
    if (field !== undefined) out.members.add(step);
    out.children.set(step, withNamedFields(child, field ?? elementOf(shape)));
  }
  return out;
}

function elementOf(shape: Shape): Shape {
  return shape.kind === 'map' || shape.kind === 'list' ? shape.element : { kind: 'any' };
}
