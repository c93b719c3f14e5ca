/**
 * Lists and maps that a writer gave, but empty. They are kept like those that were not given (`omitempty`), but Go tells nil from
 * empty, and so do the texts of refusals.
 */
const emptied = new WeakMap<object, Record<string, unknown>>();

export function noteEmptied(owner: object, field: string, value: object): void {
  const noted = emptied.get(owner);
  if (noted === undefined) emptied.set(owner, { [field]: value });
  else noted[field] = value;
}

/** A list or map as it was given: empty, where it has been dropped for that; undefined where it was not there. */
export function asGiven<T extends object, F extends keyof T & string>(owner: T, field: F): T[F] {
  return owner[field] ?? (emptied.get(owner)?.[field] as T[F]);
}
