import { mergeKey } from './three-way.ts';
import { equal, isObject } from './values.ts';
import type { Json, JsonObject } from './values.ts';

/** The order of a merged list: kustomize puts new items first, the API has a rule of its own. */
type Order = 'first' | 'server';

/** A strategic merge patch: lists of built-in kinds merge by key; null and `$patch: delete` take away. */
export function strategicMerge(target: JsonObject, patch: JsonObject, order: Order, path: readonly string[] = []): JsonObject {
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  const merged: JsonObject = { ...target };
  for (const [key, wanted] of Object.entries(patch)) {
    const has = merged[key];
    // The order that kubectl writes into its own patches is the one that merging gives.
    if (key === '$patch' || key.startsWith('$setElementOrder/')) continue;
    if (wanted === null || (isObject(wanted) && wanted['$patch'] === 'delete')) delete merged[key];
    else if (isObject(wanted)) merged[key] = strategicMerge(isObject(has) ? has : {}, wanted, order, [...path, key]);
    else if (Array.isArray(wanted)) merged[key] = mergeLists(Array.isArray(has) ? has : [], wanted, order, [...path, key]);
    else merged[key] = wanted;
  }
  return merged;
}

function mergeLists(target: readonly Json[], patch: readonly Json[], order: Order, path: readonly string[]): Json[] {
  const key = mergeKey(path);
  const items = patch.filter((item): item is JsonObject => isObject(item) && key !== undefined && item[key] !== undefined);
  if (key === undefined || items.length < patch.length) {
    return patch.some((item) => isObject(item) && item['$patch'] === 'replace')
      ? patch.filter((item) => !(isObject(item) && item['$patch'] === 'replace'))
      : [...patch];
  }
  const same = (a: Json, b: JsonObject): boolean => isObject(a) && equal(a[key], b[key]);
  const kept = target
    .filter((item) => !items.some((each) => each['$patch'] === 'delete' && same(item, each)))
    .map((item) => {
      const wanted = items.find((each) => same(item, each));
      return wanted === undefined ? item : strategicMerge(item as JsonObject, wanted, order, path);
    });
  const fresh = items.filter((each) => each['$patch'] !== 'delete' && !target.some((item) => same(item, each))).map(withoutDirectives);
  return order === 'first' ? [...fresh, ...kept] : inServerOrder(target, items, [...kept, ...fresh], same);
}

/** normalizeElementOrder: items of the patch in its order; the others between them, so that none overtakes one that stood before it. */
function inServerOrder(
  target: readonly Json[],
  patch: readonly JsonObject[],
  merged: readonly Json[],
  same: (a: Json, b: JsonObject) => boolean,
): Json[] {
  const patched = patch.flatMap((each) => merged.filter((item) => same(item, each)));
  const others = merged.filter((item) => !patched.includes(item));
  const place = (item: Json): number => target.findIndex((each) => same(each, item as JsonObject));
  const ordered: Json[] = [];
  for (const item of patched) {
    while (others.length > 0 && place(item) > place(others[0] as Json)) ordered.push(others.shift() as Json);
    ordered.push(item);
  }
  return [...ordered, ...others];
}

function withoutDirectives({ $patch: _directive, ...rest }: JsonObject): JsonObject {
  return rest;
}
