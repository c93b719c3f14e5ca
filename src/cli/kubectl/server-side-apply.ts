import type { Task } from '../../engine/os/task.ts';
import { groupResource, pathOf } from './discovery.ts';
import { CommandError, isReason, ServerError, toldBy } from './errors.ts';
import { goJson } from './gotext.ts';
import type { Info } from './info.ts';
import { LAST_APPLIED } from './last-applied-annotation.ts';
import type { Session } from './session.ts';
import { warnIfDeleting } from './warn-if-deleting.ts';
import { ConnectionError } from './transport.ts';
import { has, isObject, list, object, text } from './values.ts';
import type { Json, JsonObject } from './values.ts';

const CONFLICT_ADVICE = `
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`;

/** `apply --server-side`: the whole object is sent, and fields of an earlier `apply` that merged here move to the manager that applies now. */
export function* applyServerSide(session: Session, info: Info, query: Record<string, string>): Task<JsonObject> {
  const manager = session.flags.string('field-manager') || 'kubectl';
  const apply = (body: JsonObject, own: Record<string, string>): Task<JsonObject> =>
    send(session, info, 'apply-patch+yaml', goJson(body), { ...query, ...own });
  const force = String(session.flags.bool('force-conflicts'));
  let applied: JsonObject;
  try {
    applied = yield* apply(info.object, { fieldManager: manager, force });
  } catch (error) {
    throw isReason(error, 'Conflict') ? new CommandError(`${error.message}${CONFLICT_ADVICE}`) : error;
  }
  const steps: readonly [why: string, step: (from: JsonObject) => Task<JsonObject | undefined>][] = [
    [
      'failed to migrate kubectl.kubernetes.io/last-applied-configuration for Server-Side Apply',
      // eslint-disable-next-line require-yield
      function* (from) {
        const kept = manager === 'kubectl' ? lastAppliedAlone(from) : undefined;
        return kept === undefined ? from : yield* apply(kept, { fieldManager: 'kubectl-last-applied' });
      },
    ],
    ['server rejected managed fields migration to Server-Side Apply', (from) => migrate(session, info, from, manager, query)],
    [
      'failed to re-apply configuration after performing Server-Side Apply migration',
      // Only now what the manifest has no more can go.
      () => apply(info.object, { fieldManager: manager, force }),
    ],
  ];
  for (const [why, step] of steps) {
    try {
      const next = yield* step(applied);
      if (next === undefined) break;
      applied = next;
    } catch (error) {
      if (!(error instanceof ServerError || error instanceof ConnectionError)) throw error;
      yield* session.err(`Warning: ${why}. This is non-fatal and will be retried next time you apply. Error: ${toldBy(error)}\n`);
      break;
    }
  }
  yield* warnIfDeleting(session, info.name, applied);
  return applied;
}

function send(
  session: Session,
  { mapping, namespace, name }: Info,
  type: string,
  body: string,
  query: Record<string, string>,
): Task<JsonObject> {
  return session.json('PATCH', pathOf(mapping, namespace, name, session.flags.string('subresource')), {
    body,
    query,
    headers: { 'content-type': `application/${type}` },
    what: `patch ${groupResource(mapping)} ${name}`,
  });
}

/** The annotation of an `apply` that merged here, to be applied by a manager of its own: else it would go with the fields of its writer. */
function lastAppliedAlone(from: JsonObject): JsonObject | undefined {
  const annotation = text(from, 'metadata', 'annotations', LAST_APPLIED);
  if (annotation === '' || ownersOfLastApplied(from, 'Apply').length > 0) return undefined;
  const { name, namespace } = object(from, 'metadata');
  return {
    apiVersion: text(from, 'apiVersion'),
    kind: text(from, 'kind'),
    metadata: { name: name ?? '', ...(namespace === undefined ? {} : { namespace }), annotations: { [LAST_APPLIED]: annotation } },
  };
}

function ownersOfLastApplied(from: JsonObject, operation: 'Apply' | 'Update'): string[] {
  const owners = entriesOf(from).filter(
    (entry) => text(entry, 'operation') === operation && has(entry, 'fieldsV1', 'f:metadata', 'f:annotations', `f:${LAST_APPLIED}`),
  );
  return [...new Set(owners.map((entry) => text(entry, 'manager')))];
}

function entriesOf(from: JsonObject): JsonObject[] {
  return list(from, 'metadata', 'managedFields').map((entry) => object(entry));
}

const ATTEMPTS = 5;

/** Gives the applying manager the fields of those who wrote the annotation by an update; `undefined` where there is nothing to give. */
function* migrate(
  session: Session,
  info: Info,
  from: JsonObject,
  manager: string,
  query: Record<string, string>,
): Task<JsonObject | undefined> {
  let current = from;
  const writers = ownersOfLastApplied(from, 'Update');
  for (let attempt = 1; ; attempt++) {
    const before = entriesOf(current);
    const after = writers.reduce((entries, writer) => upgraded(entries, writer, manager), before);
    if (after === before) return undefined;
    const patch = [
      { op: 'replace', path: '/metadata/managedFields', value: after },
      // Replaced by what it is, so that a write in between is a conflict.
      { op: 'replace', path: '/metadata/resourceVersion', value: text(current, 'metadata', 'resourceVersion') },
    ];
    try {
      return yield* send(session, info, 'json-patch+json', JSON.stringify(patch), { ...query, fieldManager: manager });
    } catch (error) {
      if (!isReason(error, 'Conflict') || attempt === ATTEMPTS) throw error;
      current = yield* session.json('GET', pathOf(info.mapping, info.namespace, info.name));
    }
  }
}

/** client-go's csaupgrade: the entries without `writer`'s, whose fields `manager` has as well. The same list where `writer` has none. */
function upgraded(entries: JsonObject[], writer: string, manager: string): JsonObject[] {
  const is = (entry: JsonObject, name: string, operation: string): boolean =>
    text(entry, 'manager') === name && text(entry, 'operation') === operation && text(entry, 'subresource') === '';
  const old = entries.filter((entry) => is(entry, writer, 'Update'));
  const newest = old[0];
  if (newest === undefined) return entries;
  const target = entries.find((entry) => is(entry, manager, 'Apply')) ?? newest;
  const same = old.find((entry) => text(entry, 'apiVersion') === text(target, 'apiVersion'));
  const fieldsV1 = union(object(target, 'fieldsV1'), object(same ?? target, 'fieldsV1'));
  const moved = { ...target, manager, operation: 'Apply', fieldsV1 };
  return entries.filter((entry) => entry === target || !old.includes(entry)).map((entry) => (entry === target ? moved : entry));
}

/** Of two sets of fields. A field that is one of a set itself stands there empty, or with a point before what is in it. */
function union(a: JsonObject, b: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const own = merged[key];
    merged[key] = isObject(own) && isObject(value) ? inner(own, value) : value;
  }
  return merged;
}

function inner(a: JsonObject, b: JsonObject): JsonObject {
  const leaf = (each: JsonObject): boolean => Object.keys(each).length === 0;
  if (leaf(a) && leaf(b)) return {};
  return leaf(a) || leaf(b) ? { '.': {}, ...a, ...b } : union(a, b);
}
