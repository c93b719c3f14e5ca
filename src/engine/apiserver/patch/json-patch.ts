import { applyPatch as applyOperations, type Operation } from 'rfc6902';
import { badRequest, failure } from '../../api/errors.ts';
import type { Json, JsonObject } from '../../api/meta.ts';
import { jsonName } from '../decode/fields.ts';
import { copy } from '../values.ts';
import { rejected } from './rejected.ts';

/** A JSON patch longer than this is refused, as upstream does. */
const MAX_OPERATIONS = 10_000;

/** What a list of JSON patch operations makes of an object. */
export function applyJsonPatch(original: JsonObject, patch: Json): JsonObject {
  if (patch !== null && !Array.isArray(patch))
    throw badRequest(`error decoding patch: json: cannot unmarshal ${jsonName(patch)} into Go value of type []handlers.jsonPatchOp`);
  const operations = (patch ?? []) as unknown as Partial<Operation & { value: unknown; from: string }>[];
  if (operations.length > MAX_OPERATIONS) {
    throw failure(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`,
    );
  }
  const target = copy(original);
  for (const given of operations) {
    if (typeof given !== 'object' || given === null || typeof given.path !== 'string' || typeof given.op !== 'string') throw rejected();
    const operation = { ...given, path: pointer(given.path), ...(typeof given.from === 'string' ? { from: pointer(given.from) } : {}) };
    const [error] = applyOperations(target, [operation as Operation]);
    if (error === null || error === undefined) continue;
    // The server's library replaces a member of a map that is not there, and copies one as null.
    if (operation.op === 'replace' && error.name === 'MissingError' && !/\/(\d+|-)$/.test(operation.path)) {
      const [second] = applyOperations(target, [{ op: 'add', path: operation.path, value: operation.value }]);
      if (second === null) continue;
    }
    if (operation.op === 'copy' && error.name === 'MissingError') {
      const [second] = applyOperations(target, [{ op: 'add', path: operation.path, value: null }]);
      if (second === null) continue;
    }
    throw rejected();
  }
  return target;
}

// What stands before the first slash counts for nothing in the server's library, and without a slash there is no place.
function pointer(path: string): string {
  const slash = path.indexOf('/');
  if (slash < 0 && path !== '') throw rejected();
  return slash <= 0 ? path : path.slice(slash);
}
