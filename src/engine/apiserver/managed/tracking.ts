import type { Kind } from '../../api/kind.ts';
import type { ApiObject, ManagedFieldsEntry } from '../../api/meta.ts';
import { isTrusted } from '../body.ts';
import type { RequestContext } from '../context.ts';
import { copy, same, share } from '../values.ts';
import { decodeManagers, NO_MANAGERS, sameManagers, type Managers } from './managers.ts';
import { Ownership } from './ownership.ts';
import { writerOf } from './writer.ts';

/** Who manages an object after a write, as soon as there is the object that the write made. */
export type Owner = (object: ApiObject) => Ownership;

interface Update {
  /** Known already: the write is an apply. */
  readonly managers?: () => Managers;
  readonly subresource?: string;
  /** Whether the object itself changes. */
  readonly changed: boolean;
  /** What was asked for, where that is not what comes to be. */
  readonly wanted: ApiObject | undefined;
}

/** The managers of a new object: who made it has all that was in it before admission. `given` are managers in the body. */
export function ownerOfNew(context: RequestContext, kind: Kind, draft: ApiObject, given: ManagedFieldsEntry[] | undefined): Ownership {
  const { request } = context;
  const before = Ownership.known((given === undefined || given === null ? undefined : decodeManagers(given)) ?? NO_MANAGERS);
  const withoutStatus = (object: ApiObject): ApiObject =>
    kind.subresources.status === undefined ? object : ({ ...object, status: undefined } as ApiObject);
  const write = { before, old: undefined, writer: writerOf(context, kind, ''), schema: kind.schema };
  if (isTrusted(request) && context.info.verb === 'create') {
    const { body } = request;
    const asDefaulted = (): ApiObject => {
      const object = copy(body) as ApiObject;
      object.metadata ??= {};
      kind.defaults?.(object);
      return withoutStatus(object);
    };
    return Ownership.pending({ ...write, now: asDefaulted });
  }
  const ownership = Ownership.pending({ ...write, now: withoutStatus(draft) });
  // The draft goes on changing: it is looked at now.
  void ownership.managers;
  return ownership;
}

/** `regardless`: the managers change even where the object does not. */
export function ownerAfter(
  context: RequestContext,
  kind: Kind,
  stored: ApiObject,
  given: ManagedFieldsEntry[] | undefined,
  { managers, subresource = '', changed, wanted }: Update,
): { owner: Owner | undefined; regardless: boolean } {
  const known = Ownership.of(stored);
  let before = known ?? Ownership.known(NO_MANAGERS);
  let regardless = false;
  if (managers !== undefined) {
    const after = managers();
    const ownership = Ownership.known(after);
    return { owner: () => ownership, regardless: !sameManagers(after, before.managers) };
  }
  if (given !== undefined && given !== null && subresource === '') {
    if (given.length === 0 || (given.length === 1 && Object.keys(given[0] as object).length === 0)) {
      const nobody = Ownership.known(NO_MANAGERS);
      return { owner: () => nobody, regardless: before.managers.size > 0 };
    }
    if (!same(given, before.entries)) {
      const edited = decodeManagers(given);
      if (edited !== undefined && edited.size > 0) {
        before = Ownership.known(edited);
        regardless = true;
      }
    }
  }
  const write = { before, old: stored, writer: writerOf(context, kind, subresource), schema: kind.schema };
  if (wanted === undefined) return { owner: (now) => Ownership.pending({ ...write, now }), regardless };
  // It may wait long to be looked at: what it has in common with the stored state is not kept twice, nor walked.
  const asked = Ownership.pending({ ...write, now: share(wanted, stored) });
  return {
    owner: () => asked,
    regardless: regardless || (!changed && !same(wanted, stored) && !sameManagers(asked.managers, before.managers)),
  };
}

/** What an endpoint does not write counts as unchanged (`GetResetFields`). */
export function resetFields(wanted: ApiObject, draft: ApiObject, stored: ApiObject, kind: Kind, subresource: string | undefined): void {
  const parts = wanted as ApiObject & { spec?: unknown; status?: unknown };
  const before = stored as typeof parts;
  if (subresource === 'status') {
    if (before.spec === undefined) delete parts.spec;
    else parts.spec = before.spec;
    wanted.metadata = draft.metadata;
  } else if (kind.subresources.status !== undefined) {
    if (before.status === undefined) delete parts.status;
    else parts.status = before.status;
  }
}
