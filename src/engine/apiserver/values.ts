/** Copies, compares and freezes JSON values. */

/** A deep copy. `undefined` fields are left out, as JSON would. */
export function copy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => copy(item)) as T;
  const out: Record<string, unknown> = {};
  for (const key in value) {
    const field = (value as Record<string, unknown>)[key];
    if (field !== undefined) out[key] = typeof field === 'object' ? copy(field) : field;
  }
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
  if (Array.isArray(now) !== Array.isArray(before) || Object.isFrozen(now)) return same(now, before) ? before : now;
  const to = now as Record<string, unknown>;
  const from = before as Record<string, unknown>;
  let equal = !Array.isArray(now) || now.length === (before as unknown[]).length;
  for (const key in to) {
    const value = to[key];
    const old = from[key];
    const shared = share(value, old);
    if (shared !== value) to[key] = shared;
    if (shared !== old) equal = false;
  }
  if (!equal) return now;
  for (const key in from) if (from[key] !== undefined && to[key] === undefined) return now;
  return before;
}

/** Freezes a value and all below it. What is frozen already is taken to be frozen to the bottom. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const key in value) freeze((value as Record<string, unknown>)[key]);
  return value;
}
