import { apiVersion, type Kind, type View } from '../../api/kind.ts';
import type { ApiObject, Json, JsonObject } from '../../api/meta.ts';
import { applyDefaults, prune } from '../../api/structural/prune.ts';
import { copy, same } from '../values.ts';

const known = new WeakMap<Kind, WeakMap<ApiObject, ApiObject>>();

/**
 * A stored custom object as one of its versions shows it (conversion `None`): under that version's name, without what its schema
 * no longer names, with what it has by default. Objects of other kinds are what they are.
 */
export function inVersion(kind: Kind, stored: ApiObject): ApiObject {
  if (kind.custom === undefined) return kind.view === undefined ? stored : seenAs(kind, kind.view, stored);
  let seen = known.get(kind);
  if (seen === undefined) known.set(kind, (seen = new WeakMap()));
  let shown = seen.get(stored);
  if (shown === undefined) {
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
