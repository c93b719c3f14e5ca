import { apiVersion, type Kind, type View } from '../../api/kind.ts';
import type { ApiObject, Json, JsonObject } from '../../api/meta.ts';
import { applyDefaults, prune } from '../../api/structural/prune.ts';
import { failure } from '../../api/errors.ts';
import { copy, same } from '../values.ts';

const known = new WeakMap<Kind, WeakMap<ApiObject, ApiObject>>();

/** Whether a webhook has yet to say how a stored object looks in a version. */
export function isUnknownIn(kind: Kind, stored: ApiObject): boolean {
  return kind.custom?.conversion !== undefined && stored.apiVersion !== apiVersion(kind) && known.get(kind)?.has(stored) !== true;
}

/** Keeps what a conversion webhook made of a stored object. */
export function rememberVersion(kind: Kind, stored: ApiObject, converted: ApiObject): void {
  const draft = copy(converted) as unknown as JsonObject;
  if (kind.custom !== undefined) {
    prune(draft, kind.custom.schema, true);
    applyDefaults(draft, kind.custom.schema);
  }
  let seen = known.get(kind);
  if (seen === undefined) known.set(kind, (seen = new WeakMap()));
  seen.set(stored, { ...(draft as unknown as ApiObject), metadata: { ...stored.metadata, ...converted.metadata } });
}

/**
 * A stored custom object as one of its versions shows it. With conversion `None`: under that version's name, without what its schema
 * no longer names, with what it has by default. Objects of other kinds are what they are.
 */
export function inVersion(kind: Kind, stored: ApiObject): ApiObject {
  if (kind.custom === undefined) return kind.view === undefined ? stored : seenAs(kind, kind.view, stored);
  let seen = known.get(kind);
  if (seen === undefined) known.set(kind, (seen = new WeakMap()));
  let shown = seen.get(stored);
  if (shown === undefined) {
    if (isUnknownIn(kind, stored))
      throw failure(500, '', `conversion webhook for ${stored.apiVersion}, Kind=${kind.kind} failed: the object has changed meanwhile`);
    const { metadata, ...rest } = stored;
    const draft = copy(rest) as unknown as JsonObject;
    draft['metadata'] = metadata as unknown as Json;
    prune(draft, kind.custom.schema, true);
    applyDefaults(draft, kind.custom.schema);
    shown = { ...(draft as unknown as ApiObject), apiVersion: apiVersion(kind), kind: stored.kind, metadata };
    if (same(shown, stored)) shown = stored;
    seen.set(stored, shown);
  }
  return shown;
}

/** The same for a built-in version whose objects are stored in the form of another. */
function seenAs(kind: Kind, view: View, stored: ApiObject): ApiObject {
  let seen = known.get(kind);
  if (seen === undefined) known.set(kind, (seen = new WeakMap()));
  let shown = seen.get(stored);
  if (shown === undefined) seen.set(stored, (shown = view.fromStored(stored)));
  return shown;
}
