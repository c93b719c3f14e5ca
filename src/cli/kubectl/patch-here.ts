import { applyPatch } from 'rfc6902';
import type { Operation } from 'rfc6902';
import { isBuiltIn } from './built-in.ts';
import type { PatchType } from './changes.ts';
import { groupVersionOf } from './discovery.ts';
import { CommandError } from './errors.ts';
import type { Info } from './info.ts';
import { mergePatch } from './merge-patch.ts';
import { strategicMerge } from './strategic-merge.ts';
import { copy, isObject, text } from './values.ts';
import type { Json, JsonObject } from './values.ts';

/** What a patch makes of an object, worked out here: `patch --local` and its dry run. */
export function patchHere({ mapping, object: value }: Info, patch: Json, type: PatchType): JsonObject {
  if (type === 'json-patch') return operated(value, patch);
  if (!isObject(patch)) throw new CommandError(type === 'merge-patch' ? 'Invalid JSON Patch' : 'Invalid JSON document');
  if (type === 'merge-patch') return mergePatch(value, patch) as JsonObject;
  if (!isBuiltIn(mapping.group))
    throw new CommandError(
      `strategic merge patch is not supported for ${groupVersionOf(mapping.group, mapping.version)}, Kind=${mapping.kind} locally, try --type merge`,
    );
  return strategicMerge(value, patch, 'server');
}

function operated(value: JsonObject, patch: Json): JsonObject {
  if (!Array.isArray(patch)) throw new CommandError('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  const draft = copy(value);
  for (const operation of patch as readonly JsonObject[]) {
    const [op, path] = [text(operation, 'op'), text(operation, 'path')];
    const apply = (one: JsonObject): boolean => applyPatch(draft, [one as unknown as Operation]).every((failed) => failed === null);
    // The library that kubectl uses replaces what an object does not have, too.
    if (apply(operation) || (op === 'replace' && apply({ ...operation, op: 'add' }))) continue;
    if (op === 'test') throw new CommandError(`testing value ${path} failed: test failed`);
    if (op === 'remove')
      throw new CommandError(
        `error in remove for path: '${path}': Unable to remove nonexistent key: ${path.replace(/^.*\//, '')}: missing value`,
      );
    throw new CommandError(`${op} operation does not apply: doc is missing path: ${JSON.stringify(path)}: missing value`);
  }
  return draft;
}
