import { mergeKey } from '../three-way.ts';
import { equal, isObject } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';

/** A strategic merge patch: lists of built-in kinds merge by key, new items first; null and `$patch: delete` take away. */
export function strategicMerge(target: JsonObject, patch: JsonObject, path: readonly string[] = []): JsonObject {
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  const merged: JsonObject = { ...target };
  for (const [key, wanted] of Object.entries(patch)) {
    const has = merged[key];
    if (key === '$patch') continue;
    if (wanted === null || (isObject(wanted) && wanted['$patch'] === 'delete')) delete merged[key];
    else if (isObject(wanted)) merged[key] = strategicMerge(isObject(has) ? has : {}, wanted, [...path, key]);
    else if (Array.isArray(wanted)) merged[key] = mergeLists(Array.isArray(has) ? has : [], wanted, [...path, key]);
    else merged[key] = wanted;
  }
  return merged;
}

function mergeLists(target: readonly Json[], patch: readonly Json[], path: readonly string[]): Json[] {
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
      return wanted === undefined ? item : strategicMerge(item as JsonObject, wanted, path);
    });
  const added = items.filter((each) => each['$patch'] !== 'delete' && !target.some((item) => same(item, each)));
  return [...added.map(withoutDirectives), ...kept];
}

function withoutDirectives({ $patch: _directive, ...rest }: JsonObject): JsonObject {
  return rest;
}
