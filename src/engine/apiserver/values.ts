/** Copies, compares and freezes JSON values. */

/** A deep copy. `undefined` fields are left out, as JSON would. */
export function copy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => copy(item)) as T;
  // A spread copies a literal as one block, in its own size: field after field, an object outgrows itself again and again.
  const out: Record<string, unknown> = { ...(value as Record<string, unknown>) };
  for (const key in out) {
    const field = out[key];
    if (field === undefined) return copyDefined(value);
    if (typeof field === 'object') out[key] = copy(field);
  }
  return out as T;
}

function copyDefined<T extends object>(value: T): T {
  const out: Record<string, unknown> = {};
  for (const key in value) if (value[key] !== undefined) out[key] = copy(value[key]);
  return out as T;
}

/** Same JSON, whatever the order of keys; a field that is `undefined` is a field that is absent. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => same(item, (b as unknown[])[index]));
  }
  if (Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key in left) if (!same(left[key], right[key])) return false;
  for (const key in right) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
}

/**
 * Puts parts of `before` in place of the equal parts of `now`, a value of the caller's own: versions of an object share what
 * does not differ, so that history stays small and whoever compares finds the same reference. Returns `before` where all is equal.
 */
export function share<T>(now: T, before: T): T {
  if (now === before || typeof now !== 'object' || typeof before !== 'object' || now === null || before === null) return now;
  const isList = Array.isArray(now);
  if (isList !== Array.isArray(before) || Object.isFrozen(now)) return same(now, before) ? before : now;
  return (isList ? shareItems(now, before as unknown[]) : shareFields(now as Fields, before as Fields)) ? before : now;
}

type Fields = Record<string, unknown>;

/** Whether all is equal. */
function shareItems(to: unknown[], from: readonly unknown[]): boolean {
  let equal = to.length === from.length;
  for (let i = 0; i < to.length; i++) {
    const value = to[i];
    const old = from[i];
    if (value === old) continue;
    const shared = share(value, old);
    if (shared !== value) to[i] = shared;
    if (shared !== old) equal = false;
  }
  return equal;
}

function shareFields(to: Fields, from: Fields): boolean {
  let equal = true;
  for (const key in to) {
    const value = to[key];
    const old = from[key];
    if (value === old) continue;
    const shared = share(value, old);
    if (shared !== value) to[key] = shared;
    if (shared !== old) equal = false;
  }
  if (!equal) return false;
  for (const key in from) if (from[key] !== undefined && to[key] === undefined) return false;
  return true;
}

/** Freezes a value and all below it. What is frozen already is taken to be frozen to the bottom. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const key in value) freeze((value as Record<string, unknown>)[key]);
  return value;
}
