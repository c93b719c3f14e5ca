import { badRequest, failure, type StatusError } from '../../api/errors.ts';
import type { Json, JsonObject } from '../../api/meta.ts';
import type { FieldSchema } from '../../api/schema.ts';
import { SCHEMA } from '../../api/known-types.ts';
import { goPrint } from './go-print.ts';
import { rejected } from './rejected.ts';
import { mergeKeyOf, patchStrategyOf } from './merge-keys.ts';

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_FROM = '$deleteFromPrimitiveList/';
const SET_ORDER = '$setElementOrder/';

/**
 * Strategic merge patch, by the rules of apimachinery's `strategicpatch`: maps merge, lists merge by their merge key or are
 * replaced, directives (`$patch`, `$retainKeys`, `$deleteFromPrimitiveList`, `$setElementOrder`) do what neither can say.
 * `schemaType` is the type of `original`. Nothing given is changed.
 */
export function strategicMerge(original: JsonObject, patch: JsonObject, schemaType: string): JsonObject {
  return mergeMap(original, patch, schemaType);
}

function mergeMap(original: JsonObject, patch: JsonObject, type: string | undefined): JsonObject {
  const directive = patch[DIRECTIVE];
  if (directive !== undefined) {
    if (directive === 'replace') return without(patch, DIRECTIVE);
    if (directive === 'delete') return {};
    throw internal(`unknown patch type: ${goPrint(directive)} in map: ${goPrint(patch)}`);
  }
  const rest = { ...patch };
  const merged = retainKeys({ ...original }, rest);
  applyElementOrders(merged, rest, type);
  for (const [key, value] of Object.entries(rest)) {
    const deletes = key.startsWith(DELETE_FROM);
    const field = deletes ? key.slice(DELETE_FROM.length) : key;
    if (value === null) {
      delete merged[field];
      continue;
    }
    const old = merged[field];
    if (old === undefined || kindOf(old) !== kindOf(value)) {
      if (!deletes) merged[field] = old === undefined ? withoutNulls(value) : value;
      continue;
    }
    if (isMap(old) && isMap(value) && type !== undefined && patchStrategyOf(type, field) === 'replace') merged[field] = withoutNulls(value);
    else if (isMap(old) && isMap(value)) merged[field] = mergeMap(old, value, typeOfField(type, field));
    else if (Array.isArray(old) && Array.isArray(value)) merged[field] = mergeField(old, value, type, field, deletes);
    else merged[field] = value;
  }
  return merged;
}

function mergeField(original: Json[], patch: Json[], type: string | undefined, field: string, deletes = false): Json[] {
  const mergeKey = type === undefined ? undefined : mergeKeyOf(type, field);
  if (mergeKey === undefined) return patch;
  return mergeSlice(original, patch, mergeKey, typeOfField(type, field), deletes);
}

function mergeSlice(original: Json[], patch: Json[], mergeKey: string, elementType: string | undefined, deletes: boolean): Json[] {
  if (original.length === 0 && patch.length === 0) return original;
  if (!isMap(original[0] ?? patch[0] ?? null)) {
    if (deletes) return original.filter((item) => !patch.includes(item));
    const merged = [...new Set([...original, ...patch])];
    return order(merged, patch, patch, original, '');
  }
  const plain: Json[] = [];
  let kept = original;
  let replace = false;
  for (const item of patch) {
    if (!isMap(item)) throw internal(`invalid patch format of a list of maps: ${goPrint(item)}`);
    const directive = item[DIRECTIVE];
    if (directive === undefined) plain.push(item);
    else if (directive === 'delete') kept = kept.filter((old) => !sameKey(old, keyIn(item, mergeKey), mergeKey));
    else if (directive === 'replace') replace = true;
    else if (directive === 'merge') throw internal('merging lists cannot yet be specified in the patch');
    else throw internal(`unknown patch type: ${goPrint(directive)} in map: ${goPrint(item)}`);
  }
  if (replace) return plain;
  const merged = [...kept];
  for (const item of plain as JsonObject[]) {
    const key = keyIn(item, mergeKey);
    const at = merged.findIndex((old) => sameKey(old, key, mergeKey));
    if (at < 0) merged.push(withoutNulls(item));
    else merged[at] = mergeMap(merged[at] as JsonObject, item, elementType);
  }
  return order(merged, plain, patch, kept, mergeKey);
}

/** `$setElementOrder/x`: merges list `x` and puts it into that order; what only the server has keeps its place among the rest. */
function applyElementOrders(merged: JsonObject, patch: JsonObject, type: string | undefined): void {
  for (const directive of Object.keys(patch)) {
    if (!directive.startsWith(SET_ORDER)) continue;
    const wanted = patch[directive];
    delete patch[directive];
    const field = directive.slice(SET_ORDER.length);
    const mergeKey = type === undefined ? undefined : mergeKeyOf(type, field);
    const old = merged[field];
    const given = patch[field];
    if (!Array.isArray(wanted) || mergeKey === undefined) continue;
    if (!Array.isArray(old) && !Array.isArray(given)) continue;
    if (Array.isArray(given)) checkOrder(given, wanted, mergeKey);
    const before = Array.isArray(old) ? old : [];
    const all = Array.isArray(given)
      ? Array.isArray(old)
        ? mergeField(old, given, type, field)
        : (withoutNulls(given) as Json[])
      : before;
    const removed = patch[`${DELETE_FROM}${field}`];
    const rest = Array.isArray(removed) ? all.filter((item) => !removed.includes(item)) : all;
    merged[field] = order(rest, wanted, wanted, before, mergeKey);
    delete patch[field];
    delete patch[`${DELETE_FROM}${field}`];
  }
}

function checkOrder(given: Json[], wanted: Json[], mergeKey: string): void {
  let at = 0;
  for (const item of given) {
    if (isMap(item) && item[DIRECTIVE] !== undefined) continue;
    while (at < wanted.length && !sameItem(wanted[at] as Json, item, mergeKey)) at++;
    if (at === wanted.length) {
      throw internal(`The order in patch list:\n${goPrint(given)}\n doesn't match $setElementOrder list:\n${goPrint(wanted)}\n`);
    }
  }
}

/** Elements of the patch in the patch's order, woven into those that only the server has, in the server's order. */
function order(merged: Json[], present: Json[], patchOrder: Json[], serverOrder: Json[], mergeKey: string): Json[] {
  const place = (list: Json[], item: Json): number => list.findIndex((other) => sameItem(other, item, mergeKey));
  const right = merged.filter((item) => place(present, item) >= 0).sort((a, b) => place(patchOrder, a) - place(patchOrder, b));
  const left = merged.filter((item) => place(present, item) < 0).sort((a, b) => place(serverOrder, a) - place(serverOrder, b));
  const out: Json[] = [];
  while (left.length > 0 && right.length > 0) {
    const l = place(serverOrder, left[0] as Json);
    const r = place(serverOrder, right[0] as Json);
    out.push((l >= 0 && r >= 0 && l < r ? left : right).shift() as Json);
  }
  return [...out, ...left, ...right];
}

function retainKeys(original: JsonObject, patch: JsonObject): JsonObject {
  const keep = patch[RETAIN_KEYS];
  if (keep === undefined) return original;
  delete patch[RETAIN_KEYS];
  if (!Array.isArray(keep)) throw badRequest('invalid patch format of retainKeys');
  for (const key of Object.keys(patch)) {
    // What is set has to be among what is kept (ErrPatchContentNotMatchRetainKeys).
    const directive = key.startsWith(DELETE_FROM) || key.startsWith(SET_ORDER);
    if (patch[key] !== null && !directive && !keep.includes(key)) throw rejected();
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => keep.includes(key)));
}

function keyIn(item: JsonObject, mergeKey: string): Json {
  const key = item[mergeKey];
  if (key === undefined) throw internal(`map: ${goPrint(item)} does not contain declared merge key: ${mergeKey}`);
  return key;
}

function sameKey(item: Json, key: Json, mergeKey: string): boolean {
  return isMap(item) && item[mergeKey] !== undefined && goPrint(item[mergeKey] as Json) === goPrint(key);
}

function sameItem(a: Json, b: Json, mergeKey: string): boolean {
  return mergeKey === '' || !isMap(b) ? a === b : b[mergeKey] !== undefined && sameKey(a, b[mergeKey] as Json, mergeKey);
}

/** The type below a field: of the struct, of a list's elements, of a map's values. */
function typeOfField(type: string | undefined, field: string): string | undefined {
  let schema: FieldSchema | undefined = type === undefined ? undefined : SCHEMA[type]?.fields[field];
  while (schema?.type === 'array' || schema?.type === 'map') schema = schema.items;
  return schema?.type === 'ref' ? schema.ref : undefined;
}

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([key, item]) => (item === null ? [] : [[key, withoutNulls(item)]])));
}

function without(object: JsonObject, key: string): JsonObject {
  const { [key]: _dropped, ...rest } = object;
  return rest;
}

const isMap = (value: Json): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
const kindOf = (value: Json): string => (Array.isArray(value) ? 'list' : typeof value);

function internal(message: string): StatusError {
  return failure(500, '', message);
}
