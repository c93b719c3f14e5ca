import { equal, isObject, sortedKeys } from './values.ts';
import type { Json, JsonObject } from './values.ts';

// Lists of built-in kinds that merge by a key instead of being replaced; `ports` depends on what they belong to.
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name', initContainers: 'name', ephemeralContainers: 'name', env: 'name', volumes: 'name', volumeMounts: 'mountPath',
  volumeDevices: 'devicePath', imagePullSecrets: 'name', hostAliases: 'ip', topologySpreadConstraints: 'topologyKey', ownerReferences: 'uid',
  secrets: 'name', conditions: 'type', resourceClaims: 'name', schedulingGates: 'name', addresses: 'type', podIPs: 'ip',
}; // prettier-ignore
const PRIMITIVE_MERGE = new Set(['finalizers']);

type Path = readonly string[];

export function mergeKey(path: Path): string | undefined {
  const field = path.at(-1) ?? '';
  if (field === 'ports') return path.includes('containers') || path.includes('initContainers') ? 'containerPort' : 'port';
  return MERGE_KEYS[field];
}

/** Maps whose keys that are not named go away: a Deployment's strategy, a volume. */
function retainsKeys(path: Path): boolean {
  const field = path.at(-1);
  return field === 'strategy' || field === 'volumes[]' || field === 'resourceClaims[]';
}

/**
 * kubectl apply's patch: what `modified` says differently from `current`, and the removal of what `original` (the last
 * applied) said and `modified` no longer does. `strategic` patches lists by their merge keys, otherwise they are replaced.
 */
export function threeWayPatch(original: JsonObject, modified: JsonObject, current: JsonObject, strategic: boolean): JsonObject {
  return diffMaps(original, modified, current, [], strategic);
}

function diffMaps(original: JsonObject, modified: JsonObject, current: JsonObject, path: Path, strategic: boolean): JsonObject {
  const patch: JsonObject = {};
  for (const key of sortedKeys(modified)) {
    const [was, want, has] = [original[key], modified[key] as Json, current[key]];
    const inner = [...path, key];
    if (isObject(want) && isObject(has)) {
      const sub = diffMaps(isObject(was) ? was : {}, want, has, inner, strategic);
      if (Object.keys(sub).length > 0) patch[key] = sub;
    } else if (strategic && Array.isArray(want) && Array.isArray(has)) {
      diffLists(Array.isArray(was) ? was : [], want, has, inner, patch);
    } else if (!equal(want, has)) patch[key] = want;
  }
  for (const key of sortedKeys(original)) if (!(key in modified)) patch[key] = null;
  if (strategic && retainsKeys(path) && Object.keys(patch).length > 0)
    patch['$retainKeys'] = sortedKeys(modified).filter((key) => modified[key] !== null);
  return patch;
}

function diffLists(original: readonly Json[], modified: readonly Json[], current: readonly Json[], path: Path, patch: JsonObject): void {
  const field = path.at(-1) as string;
  const key = mergeKey(path);
  if (PRIMITIVE_MERGE.has(field)) {
    const added = modified.filter((item) => !current.includes(item));
    const removed = original.filter((item) => !modified.includes(item));
    if (removed.length > 0) patch[`$deleteFromPrimitiveList/${field}`] = removed;
    if (added.length > 0) patch[field] = added;
    if (added.length + removed.length > 0) patch[`$setElementOrder/${field}`] = [...modified];
    return;
  }
  const byKey = key !== undefined && modified.every((item) => isObject(item) && item[key] !== undefined);
  if (key === undefined || !byKey) {
    if (!equal([...modified], [...current])) patch[field] = [...modified];
    return;
  }
  const find = (items: readonly Json[], item: JsonObject): JsonObject | undefined =>
    items.find((each) => isObject(each) && equal(each[key], item[key])) as JsonObject | undefined;
  const changes: Json[] = [];
  for (const want of modified as JsonObject[]) {
    const has = find(current, want);
    if (has === undefined) changes.push(want);
    else {
      const sub = diffMaps(
        find(original, want) ?? {},
        want,
        has,
        [...path.slice(0, -1), path.includes('containers') ? 'containers' : field, `${field}[]`],
        true,
      );
      if (Object.keys(sub).length > 0) changes.push({ ...sub, [key]: want[key] as Json });
    }
  }
  for (const was of original)
    if (isObject(was) && find(modified, was) === undefined) changes.push({ $patch: 'delete', [key]: was[key] as Json });
  const order = (items: readonly Json[]): Json[] =>
    items.filter((item) => isObject(item) && find(modified, item) !== undefined).map((item) => (item as JsonObject)[key] as Json);
  const inOrder = equal(order(modified), order(current).length === modified.length ? order(current) : order(modified));
  if (changes.length === 0 && inOrder) return;
  if (changes.length > 0) patch[field] = changes;
  patch[`$setElementOrder/${field}`] = (modified as JsonObject[]).map((item) => ({ [key]: item[key] as Json }));
}
