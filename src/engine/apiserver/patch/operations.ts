import type { Json, JsonObject } from '../../api/meta.ts';
import { isObject } from '../managed/compare.ts';
import { copy, same } from '../values.ts';

export interface PatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: Json;
}

/** A patch that does not apply; the text is that of the server's library. */
export class PatchFault extends Error {}

const MISSING = 'missing value';
const INVALID_INDEX = 'invalid index referenced';

/**
 * Applies a JSON patch as evanphx/json-patch v4 does, the server's library. Undefined when one of its tests fails: then nothing is to
 * be changed.
 */
export function applyOperations(original: JsonObject, operations: readonly PatchOperation[]): JsonObject | undefined {
  let document = copy(original);
  for (const operation of operations) {
    const { op, path, value = null } = operation;
    // The path of the whole document, of which the library knows these two.
    if (path === '' && op === 'replace') {
      if (!isObject(value)) throw new PatchFault('the document is to be replaced by what is no object');
      document = copy(value);
    } else if (path === '' && op === 'test') {
      if (!same(document, value)) return undefined;
    } else if (!apply(document, operation)) return undefined;
  }
  return document;
}

function apply(document: JsonObject, { op, path, from = '', value }: PatchOperation): boolean {
  const given = value === undefined ? null : copy(value);
  switch (op) {
    case 'add': {
      const at = find(document, path) ?? missing(`add operation does not apply: doc is missing path: "${path}"`);
      inside(`error in add for path: '${path}'`, () => at.add(given));
      return true;
    }
    case 'remove': {
      const at = find(document, path) ?? missing(`remove operation does not apply: doc is missing path: "${path}"`);
      inside(`error in remove for path: '${path}'`, () => at.remove());
      return true;
    }
    case 'replace': {
      const at = find(document, path) ?? missing(`replace operation does not apply: doc is missing path: ${path}`);
      if (!at.reachable) missing(`replace operation does not apply: doc is missing key: ${path}`);
      at.set(given);
      return true;
    }
    case 'move': {
      const source = find(document, from) ?? missing(`move operation does not apply: doc is missing from path: ${from}`);
      const moved = inside(`error in move for path: '${source.key}'`, () => {
        const taken = source.get();
        source.remove();
        return taken;
      });
      const at = find(document, path) ?? missing(`move operation does not apply: doc is missing destination path: ${path}`);
      inside(`error in move for path: '${path}'`, () => at.add(moved ?? null));
      return true;
    }
    case 'copy': {
      const source = find(document, from) ?? missing(`copy operation does not apply: doc is missing from path: ${from}`);
      const copied = inside(`error in copy for from: '${from}'`, () => source.get());
      const at = find(document, path) ?? missing(`copy operation does not apply: doc is missing destination path: ${path}`);
      inside('error while adding value during copy', () => at.add(copied === undefined ? null : copy(copied)));
      return true;
    }
    case 'test': {
      const at = find(document, path) ?? missing(`test operation does not apply: is missing path: ${path}`);
      const found = inside(`error in test for path: '${path}'`, () => at.get());
      return (found ?? null) === null ? given === null : same(found, given);
    }
    default:
      throw new PatchFault(`Unexpected kind: ${op}`);
  }
}

function missing(why: string): never {
  throw new PatchFault(`${why}: ${MISSING}`);
}

function inside<T>(where: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof PatchFault ? new PatchFault(`${where}: ${error.message}`) : error;
  }
}

/** A place in a map or a list. */
interface Place {
  readonly key: string;
  readonly reachable: boolean;
  get(): Json | undefined;
  add(value: Json): void;
  set(value: Json): void;
  remove(): void;
}

function find(document: JsonObject, path: string): Place | undefined {
  const steps = path.split('/');
  if (steps.length < 2) return undefined;
  const keys = steps.slice(1).map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  let at: Json = document;
  for (const key of keys.slice(0, -1)) {
    const next: Json | undefined = Array.isArray(at) ? at[indexOf(key) ?? -1] : own(at, key);
    if (typeof next !== 'object' || next === null) return undefined;
    at = next;
  }
  const key = keys.at(-1) as string;
  return Array.isArray(at) ? inList(at, key) : inMap(at as JsonObject, key);
}

const own = (map: Json, key: string): Json | undefined => (Object.hasOwn(map as JsonObject, key) ? (map as JsonObject)[key] : undefined);

function inMap(map: JsonObject, key: string): Place {
  const set = (value: Json): void => {
    // A name of the patch's choosing may be one that objects have of their own.
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  };
  return {
    key,
    reachable: true,
    get: () => own(map, key),
    add: set,
    set,
    remove: () => {
      if (!Object.hasOwn(map, key)) missing(`Unable to remove nonexistent key: ${key}`);
      delete map[key];
    },
  };
}

function indexOf(key: string): number | undefined {
  return /^-?\d+$/.test(key) ? Number(key) : undefined;
}

function inList(list: Json[], key: string): Place {
  const index = indexOf(key);
  const number = (): number => {
    if (index === undefined) throw new PatchFault(`strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`);
    return index;
  };
  const within = (length: number): number => {
    const at = number();
    if (at >= length || at < -length) throw new PatchFault(`Unable to access invalid index: ${at}: ${INVALID_INDEX}`);
    return at < 0 ? at + length : at;
  };
  return {
    key,
    reachable: index !== undefined && index < list.length && index >= -list.length,
    get: () => list[within(list.length)],
    add: (value) => {
      if (key === '-') list.push(value);
      else if (index === undefined)
        throw new PatchFault(`value was not a proper array index: '${key}': strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`);
      else list.splice(within(list.length + 1), 0, value);
    },
    set: (value) => {
      list[within(list.length)] = value;
    },
    remove: () => {
      list.splice(within(list.length), 1);
    },
  };
}
