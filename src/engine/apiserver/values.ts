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
 * Puts parts of `before`, or else of `sibling`, in place of the equal parts of `now`, a value of the caller's own but for what
 * it has of `before` already: objects share what does not differ, so that history stays small and whoever compares finds the
 * same reference. Returns `before` or `sibling` where all is equal.
 */
export function share<T>(now: T, before: unknown, sibling?: unknown): T {
  if (now === before || typeof now !== 'object' || now === null) return now;
  if (Object.isFrozen(now))
    return (isLike(now, before) && same(now, before) ? before : isLike(now, sibling) && same(now, sibling) ? sibling : now) as T;
  const from = isLike(now, before) ? (before as Fields) : undefined;
  const like = isLike(now, sibling) ? (sibling as Fields) : undefined;
  if (from === undefined && like === undefined) return now;
  let isBefore = from !== undefined && !lacks(now, from);
  let isSibling = like !== undefined && !lacks(now, like);
  const to = now as Fields;
  for (const key in to) {
    let value = to[key];
    const old = from?.[key];
    const other = like?.[key];
    if (value !== old && typeof value === 'object') {
      const shared = share(value, old, other);
      if (shared !== value) to[key] = value = shared;
    }
    isBefore &&= value === old;
    isSibling &&= value === other;
  }
  return (isBefore ? from : isSibling ? like : now) as T;
}

/** Fields by name, or items by place. */
type Fields = Record<string, unknown>;

function isLike(a: object, b: unknown): boolean {
  return typeof b === 'object' && b !== null && Array.isArray(a) === Array.isArray(b);
}

/** Whether `from` has something that is not in `now`. */
function lacks(now: object, from: Fields): boolean {
  if (Array.isArray(now)) return now.length !== (from as unknown as unknown[]).length;
  for (const key in from) if (from[key] !== undefined && (now as Fields)[key] === undefined) return true;
  return false;
}

/** Freezes a value and all below it. What is frozen already is taken to be frozen to the bottom. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const key in value) freeze((value as Record<string, unknown>)[key]);
  return value;
}
