import { StatusError, isNotFound } from '../api/errors.ts';
import { controllerOf, type ApiObject, type LabelSelector, type OwnerReference } from '../api/meta.ts';
import { matchesSelector } from '../api/selector.ts';
import type { Client, Resource } from '../client/client.ts';
import type { Task } from '../os/task.ts';
import { SyncError } from './reconciler.ts';

/** `metav1.NewControllerRef`: the reference by which `owner` controls a dependent. */
export function newControllerRef(owner: ApiObject): OwnerReference {
  const { name = '', uid = '' } = owner.metadata;
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, controller: true, blockOwnerDeletion: true };
}

export interface Claim<T extends ApiObject> {
  client: Client;
  /** The kind of what is claimed. */
  resource: Resource<T>;
  owner: ApiObject;
  ownerResource: Resource<ApiObject>;
  selector: LabelSelector;
  /** What the owner controls, and what nobody in its namespace does. */
  candidates: Iterable<T>;
  /** What an adopted object is held by from then on. */
  finalizers?: readonly string[];
  /** Says in the log what was adopted or released. */
  tell: (text: string, object: T) => void;
}

/**
 * Sorts out what belongs to `owner` by its selector (ControllerRefManager): adopts matching orphans, releases what it
 * controls but no longer selects. Returns what it owns now.
 */
export function* claim<T extends ApiObject>(options: Claim<T>): Task<T[]> {
  const { client, resource, owner, ownerResource, selector, candidates, finalizers, tell } = options;
  const claimed: T[] = [];
  let mayAdopt = false;
  for (const object of candidates) {
    const matches = matchesSelector(selector, object.metadata.labels);
    const controller = controllerOf(object);
    if (controller !== undefined) {
      if (controller.uid !== owner.metadata.uid) continue;
      if (matches) claimed.push(object);
      else if (owner.metadata.deletionTimestamp === undefined) {
        yield* release(client, resource, object, owner);
        tell(`Released ${object.metadata.name ?? ''}: its labels no longer match the selector.`, object);
      }
      continue;
    }
    if (!matches || owner.metadata.deletionTimestamp !== undefined || object.metadata.deletionTimestamp !== undefined) continue;
    if (!mayAdopt) {
      yield* refuseDeletedOwner(client, ownerResource, owner);
      mayAdopt = true;
    }
    const adopted = yield* adopt(client, resource, object, owner, finalizers);
    if (adopted === undefined) continue;
    tell(`Adopted ${object.metadata.name ?? ''}: its labels match the selector and nobody controls it.`, object);
    claimed.push(adopted);
  }
  return claimed;
}

/** Adoption by an owner that a stale cache believes alive would race with the garbage collector: the server is asked. */
function* refuseDeletedOwner(client: Client, resource: Resource<ApiObject>, owner: ApiObject): Task<void> {
  const { namespace, name = '', uid } = owner.metadata;
  const fresh = yield* client.get(resource, namespace, name);
  if (fresh.metadata.uid !== uid) {
    throw new SyncError(
      `original ${owner.kind} ${namespace ?? ''}/${name} is gone: got uid ${fresh.metadata.uid ?? ''}, wanted ${uid ?? ''}`,
    );
  }
  if (fresh.metadata.deletionTimestamp !== undefined) {
    throw new SyncError(`${namespace ?? ''}/${name} has just been deleted at ${fresh.metadata.deletionTimestamp}`);
  }
}

function* adopt<T extends ApiObject>(
  client: Client,
  resource: Resource<T>,
  object: T,
  owner: ApiObject,
  finalizers: readonly string[] | undefined,
): Task<T | undefined> {
  const { namespace, name = '', uid } = object.metadata;
  const metadata = { ownerReferences: [newControllerRef(owner)], uid, ...(finalizers === undefined ? {} : { finalizers }) };
  try {
    return yield* client.patch(resource, namespace, name, { metadata });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function* release<T extends ApiObject>(client: Client, resource: Resource<T>, object: T, owner: ApiObject): Task<void> {
  const { namespace, name = '', uid } = object.metadata;
  try {
    yield* client.patch(resource, namespace, name, { metadata: { uid, ownerReferences: [{ $patch: 'delete', uid: owner.metadata.uid }] } });
  } catch (error) {
    // Gone, or another object of that name, or no owner any more: nothing left to release.
    if (isNotFound(error) || (error instanceof StatusError && error.reason === 'Invalid')) return;
    throw error;
  }
}
