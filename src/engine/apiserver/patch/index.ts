import { badRequest, failure, type StatusError } from '../../api/errors.ts';
import { fieldOf, valueAsGoWrites } from '../../api/go-text.ts';
import { apiVersion, type Kind } from '../../api/kind.ts';
import type { Json, JsonObject } from '../../api/meta.ts';
import type { FieldSchema } from '../../api/schema.ts';
import { goPackage, internalPackage, mediaType, otherKind, readCustom, type Decoded, type FieldValidation } from '../decode.ts';
import { jsonName, readFields, readUnstructured, TypeFault, type Reading } from '../decode/fields.ts';
import { isRegistered } from '../decode/registered.ts';
import { parseJson, SyntaxFault } from '../../api/json.ts';
import { isCustomSchema } from '../managed/custom-shape.ts';
import { copy } from '../values.ts';
import { goPrint } from './go-print.ts';
import { applyJsonPatch } from './json-patch.ts';
import { mergePatch } from './merge.ts';
import { strategicMerge } from './strategic.ts';

export const JSON_PATCH = 'application/json-patch+json';
export const MERGE_PATCH = 'application/merge-patch+json';
export const STRATEGIC_MERGE_PATCH = 'application/strategic-merge-patch+json';
export const APPLY_PATCH = 'application/apply-patch+yaml';

const NOT_STRATEGIC =
  'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml';

/**
 * The object that a patch makes of another, before it is read into its type: unknown fields and wrong types are still
 * there. `patchObject` also reads it. `original` is not changed, and nothing in the answer is shared with it.
 */
export function applyPatch(original: JsonObject, patch: string | object, contentType: string, kind: Pick<Kind, 'schema'>): JsonObject {
  switch (mediaType(contentType)) {
    case JSON_PATCH:
      return applyJsonPatch(original, parsePatch(patch, 'error decoding patch: '));
    case MERGE_PATCH: {
      const given = parsePatch(patch, 'error decoding patch: ');
      if (given === null) throw badRequest('Invalid JSON Patch');
      return copy(mergePatch(original, needMap(given, 'error decoding patch: ')) as JsonObject);
    }
    case STRATEGIC_MERGE_PATCH: {
      if (isCustomSchema(kind.schema)) throw failure(415, 'UnsupportedMediaType', NOT_STRATEGIC);
      const given = parsePatch(patch, '');
      return copy(strategicMerge(original, given === null ? {} : needMap(given, ''), kind.schema));
    }
    case APPLY_PATCH:
      throw failure(
        415,
        'UnsupportedMediaType',
        'server-side apply (application/apply-patch+yaml) of this subresource is not modelled here: use another kind of patch',
      );
    default:
      throw unsupportedPatch();
  }
}

/** Patches and reads the result into its type, with the refusals and warnings of a real PATCH. */
export function patchObject(
  original: JsonObject,
  patch: string | object,
  contentType: string,
  kind: Kind,
  fieldValidation: FieldValidation,
): Decoded {
  const applied = applyPatch(original, patch, contentType, kind);
  const touched = touchedBy(patch, contentType);
  const patched = sortedWhere(applied, touched) as JsonObject;
  const url = nameOf(original);
  if (url !== '' && nameOf(patched) === '')
    throw badRequest(`the name of the object (${url} based on URL) was undeterminable: name must be provided`);
  if (kind.custom !== undefined) return patchedCustom(patched, kind, fieldValidation);
  const strategic = mediaType(contentType) === STRATEGIC_MERGE_PATCH;
  if (!strategic) checkKind(patched, kind, touched);
  let reading: Reading;
  try {
    // A strategic merge works on maps that are then turned into the struct; the others write JSON and read it again.
    reading = strategic ? readUnstructured(patched, kind.schema) : readFields(patched, kind.schema);
  } catch (error) {
    if (!(error instanceof TypeFault)) throw error;
    throw invalidPatch(
      strategic ? goPrint(typeof patch === 'string' ? (JSON.parse(patch) as Json) : (patch as Json)) : written(patched, touched, kind),
      error.message,
    );
  }
  if (reading.strict.length > 0 && fieldValidation === 'Strict') {
    throw invalidPatch(
      strategic ? goPrint(patched) : written(patched, touched, kind),
      `strict decoding error: ${reading.strict.join(', ')}`,
    );
  }
  return { object: reading.object, warnings: fieldValidation === 'Warn' ? [...reading.strict] : [] };
}

function patchedCustom(patched: JsonObject, kind: Kind, fieldValidation: FieldValidation): Decoded {
  const { kind: name, apiVersion: version } = patched;
  if (typeof name === 'string' && name !== kind.kind) throw otherKind(patched, name, kind);
  if (typeof version === 'string' && version !== apiVersion(kind))
    throw badRequest(`the API version in the data (${version}) does not match the expected API version (${apiVersion(kind)})`);
  const strict = readCustom(patched, kind, (why) => invalidPatch(JSON.stringify(patched), why));
  if (strict.length > 0 && fieldValidation === 'Strict')
    throw invalidPatch(JSON.stringify(patched), `strict decoding error: ${strict.join(', ')}`);
  return { object: patched, warnings: fieldValidation === 'Warn' ? strict : [] };
}

/** What says of itself that it is of another kind is read as that kind, which cannot end well. */
function checkKind(patched: JsonObject, kind: Kind, touched: Json | undefined): void {
  const { kind: name, apiVersion: version } = patched;
  if (typeof name !== 'string' || typeof version !== 'string' || (name === kind.kind && version === apiVersion(kind))) return;
  const refuse = (why: string): StatusError => invalidPatch(written(patched, touched, kind), why);
  if (!isRegistered(version, name))
    throw refuse(
      `no kind ${JSON.stringify(name)} is registered for version ${JSON.stringify(version)} in scheme "pkg/runtime/scheme.go:111"`,
    );
  if (name === kind.kind) return;
  try {
    readFields(patched, name);
  } catch (error) {
    throw error instanceof TypeFault ? refuse(error.message) : error;
  }
  throw refuse(`converting (${goPackage(version)}.${name}) to (${internalPackage(kind.group)}.${kind.kind}): unknown conversion`);
}

/** The maps that a JSON or merge patch has touched, as the skeleton of an object: they are Go maps afterwards, and print sorted. */
function touchedBy(patch: string | object, contentType: string): Json | undefined {
  const type = mediaType(contentType);
  if (type === STRATEGIC_MERGE_PATCH) return undefined;
  const given = typeof patch === 'string' ? (JSON.parse(patch) as Json) : (patch as Json);
  if (type === MERGE_PATCH) return given;
  // Steps are names of the client's choosing: no prototype may answer to them.
  const fresh = (): JsonObject => Object.create(null) as JsonObject;
  const touched = fresh();
  for (const { path, from } of (given ?? []) as { path: string; from?: string }[]) {
    for (const text of [path, ...(typeof from === 'string' ? [from] : [])]) {
      let at = touched;
      for (const step of text.split('/').slice(1, -1)) at = (at[step] ??= fresh()) as JsonObject;
    }
  }
  return touched;
}

/** What a patch has made, as refusals show it: what it did not touch stands in the order of the structs. */
function written(patched: JsonObject, touched: Json | undefined, kind: Kind): string {
  return JSON.stringify(writtenValue(patched, touched, { type: 'ref', ref: kind.schema }));
}

function writtenValue(value: Json, touched: Json | undefined, schema: FieldSchema | undefined): Json {
  if (typeof touched !== 'object' || touched === null) return valueAsGoWrites(value, schema);
  if (typeof value !== 'object' || value === null || Array.isArray(touched)) return value;
  if (Array.isArray(value))
    return value.map((item, at) => writtenValue(item, touched[at], schema?.type === 'array' ? schema.items : undefined));
  const entries = Object.entries(value).map(([key, item]) => [key, writtenValue(item, touched[key], fieldOf(schema, key))] as const);
  return Object.fromEntries(entries);
}

/** Maps that were touched, sorted; all else keeps its order. */
function sortedWhere(value: Json, touched: Json | undefined): Json {
  if (typeof touched !== 'object' || touched === null || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    // A list that a merge patch sets is all the patch's own.
    return value.map((item, at) => sortedWhere(item, Array.isArray(touched) ? item : touched[at]));
  if (Array.isArray(touched)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sortedWhere(value[key] as Json, touched[key])]),
  );
}

function nameOf(object: JsonObject): string {
  const metadata = object['metadata'];
  const name = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata) ? metadata['name'] : undefined;
  return typeof name === 'string' ? name : '';
}

/** Whether it is a kind of patch at all: asked before anything is looked up. */
export function isPatch(contentType: string): boolean {
  return [JSON_PATCH, MERGE_PATCH, STRATEGIC_MERGE_PATCH, APPLY_PATCH].includes(mediaType(contentType));
}

export function unsupportedPatch(): StatusError {
  return failure(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}

function invalidPatch(shown: string, why: string): StatusError {
  const message = `Invalid value: ${JSON.stringify(shown)}: ${why}`;
  return failure(422, 'Invalid', ` "" is invalid: patch: ${message}`, {
    causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }],
  });
}

function parsePatch(patch: string | object, prefix: string): Json {
  if (typeof patch !== 'string') return patch as Json;
  try {
    return parseJson(patch).value;
  } catch (error) {
    if (error instanceof SyntaxFault) throw badRequest(`${prefix}${error.message}`);
    throw error;
  }
}

function needMap(patch: Json, prefix: string): JsonObject {
  if (typeof patch === 'object' && patch !== null && !Array.isArray(patch)) return patch;
  throw badRequest(`${prefix}json: cannot unmarshal ${jsonName(patch)} into Go value of type map[string]interface {}`);
}
