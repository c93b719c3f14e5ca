import { badRequest, failure } from '../../api/errors.ts';
import type { Json, JsonObject } from '../../api/meta.ts';
import { jsonName } from '../decode/fields.ts';
import { isObject } from '../managed/compare.ts';
import { applyOperations, PatchFault, type PatchOperation } from './operations.ts';
import { rejected } from './rejected.ts';

/** A JSON patch longer than this is refused, as upstream does. */
const MAX_OPERATIONS = 10_000;

/** What a list of JSON patch operations makes of an object. */
export function applyJsonPatch(original: JsonObject, patch: Json): JsonObject {
  if (patch !== null && !Array.isArray(patch))
    throw badRequest(`error decoding patch: json: cannot unmarshal ${jsonName(patch)} into Go value of type []handlers.jsonPatchOp`);
  const operations = patch ?? [];
  if (operations.length > MAX_OPERATIONS) {
    throw failure(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`,
    );
  }
  if (!operations.every(isOperation)) throw rejected();
  try {
    const patched = applyOperations(original, operations);
    if (patched !== undefined) return patched;
  } catch (error) {
    if (!(error instanceof PatchFault)) throw error;
  }
  // The server does not say why.
  throw rejected();
}

function isOperation(given: Json): given is JsonObject & PatchOperation {
  return (
    isObject(given) && typeof given['path'] === 'string' && typeof given['op'] === 'string' && typeof (given['from'] ?? '') === 'string'
  );
}
