import type { Json, JsonObject } from '../../engine/api/meta.ts';

export type { Json, JsonObject };

/** What `kubectl` holds of any object: JSON of which it knows little. Read it with the functions below. */
export type Path = readonly (string | number)[];

export function at(value: Json | undefined, ...path: Path): Json | undefined {
  let here: Json | undefined = value;
  for (const step of path) {
    if (here === null || typeof here !== 'object') return undefined;
    here = Array.isArray(here) ? here[step as number] : here[step];
  }
  return here;
}

/** Text at a path, `''` when there is none (the zero value that Go prints). */
export function text(value: Json | undefined, ...path: Path): string {
  const found = at(value, ...path);
  return found === undefined || found === null ? '' : typeof found === 'object' ? JSON.stringify(found) : String(found);
}

export function number(value: Json | undefined, ...path: Path): number {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : 0;
}

export function list(value: Json | undefined, ...path: Path): readonly Json[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function object(value: Json | undefined, ...path: Path): JsonObject {
  const found = at(value, ...path);
  return isObject(found) ? found : {};
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function has(value: Json | undefined, ...path: Path): boolean {
  const found = at(value, ...path);
  return found !== undefined && found !== null;
}

/** A deep copy that may be written to. */
export function copy<T extends Json>(value: T): T {
  return structuredCloneJson(value) as T;
}

function structuredCloneJson(value: Json): Json {
  if (Array.isArray(value)) return value.map(structuredCloneJson);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, structuredCloneJson(item)]));
  return value;
}

export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && equal(a[key], b[key]));
}

/** Writes at a path of a draft, making the objects on the way. */
export function put(draft: JsonObject, value: Json, ...path: readonly string[]): void {
  let here = draft;
  for (const step of path.slice(0, -1)) {
    const next = here[step];
    here = isObject(next) ? next : ((here[step] = {}) as JsonObject);
  }
  here[path.at(-1) as string] = value;
}

export function sortedKeys(value: JsonObject): string[] {
  return Object.keys(value).sort(byCodePoint);
}

/** Go's order of strings: by byte of UTF-8, which is by code point. */
export function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
