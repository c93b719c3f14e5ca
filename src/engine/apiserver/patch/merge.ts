import type { Json, JsonObject } from '../../api/meta.ts';

/** JSON merge patch (RFC 7386): maps merge, null removes, everything else replaces. Nothing given is changed. */
export function mergePatch(original: Json, patch: Json): Json {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const merged: JsonObject = typeof original === 'object' && original !== null && !Array.isArray(original) ? { ...original } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key] ?? null, value);
  }
  return merged;
}
