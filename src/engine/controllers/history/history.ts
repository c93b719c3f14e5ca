import { isAlreadyExists } from '../../api/errors.ts';
import type { ControllerRevision } from '../../api/generated/types.ts';
import type { ApiObject, LabelSelector } from '../../api/meta.ts';
import type { Client, Resource } from '../../client/client.ts';
import type { Informer } from '../../client/informer.ts';
import { CONTROLLER_REVISIONS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { claim, newControllerRef } from '../controller-ref.ts';
import { sameMeaning } from '../semantic.ts';

export const REVISION_HASH = 'controller-revision-hash';

/** The revisions that an owner controls, with adoptions and releases done; the oldest first. */
export function* revisionsOf(
  client: Client,
  revisions: Informer<ControllerRevision>,
  owner: ApiObject,
  ownerResource: Resource<ApiObject>,
  selector: LabelSelector,
  tell: (text: string, object: ControllerRevision) => void,
): Task<ControllerRevision[]> {
  const { uid = '', namespace = '' } = owner.metadata;
  const claimed = yield* claim({
    client,
    resource: CONTROLLER_REVISIONS,
    owner,
    ownerResource,
    selector,
    candidates: [...revisions.by('controller', uid), ...revisions.by('orphan', namespace)],
    tell,
  });
  return claimed.sort(byRevision);
}

/** history.byRevision: ties go to the older, then to the name. */
export function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  const [bornA, bornB] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (a.revision !== b.revision) return a.revision - b.revision;
  if (bornA !== bornB) return bornA < bornB ? -1 : 1;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}

/** What is kept of a template: as a patch that puts it back whole. */
export function templatePatch(template: object): object {
  return { spec: { template: { ...template, $patch: 'replace' } } };
}

export const sameData = (a: ControllerRevision, data: object): boolean => sameMeaning(a.data, data);

/** A revision of `owner` that is yet to be stored. */
export function newRevision(
  owner: ApiObject,
  labels: Readonly<Record<string, string>> | undefined,
  data: object,
  revision: number,
  hash: string,
): ControllerRevision {
  const { name = '', namespace = '', annotations } = owner.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: { ...labels, [REVISION_HASH]: hash },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [newControllerRef(owner)],
    },
    data: data as NonNullable<ControllerRevision['data']>,
    revision,
  };
}

/**
 * Stores a revision. `collided`: its name is taken by one with other data, so that the hash has to be made with another
 * collision count.
 */
export function* storeRevision(client: Client, revision: ControllerRevision): Task<ControllerRevision | 'collided'> {
  const { namespace, name = '' } = revision.metadata;
  try {
    return yield* client.create(CONTROLLER_REVISIONS, revision);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    const there = yield* client.get(CONTROLLER_REVISIONS, namespace, name);
    return sameData(there, revision.data ?? {}) ? there : 'collided';
  }
}

/** Gives a revision the number of the newest, as a rollback does. */
export function* renumber(client: Client, revision: ControllerRevision, to: number): Task<ControllerRevision> {
  return revision.revision === to ? revision : yield* client.update(CONTROLLER_REVISIONS, { ...revision, revision: to });
}

/** Deletes the oldest revisions beyond `limit` that nothing lives by. */
export function* truncate(
  client: Client,
  old: readonly ControllerRevision[],
  isLive: (revision: ControllerRevision) => boolean,
  limit: number,
  tell: (text: string) => void,
): Task<void> {
  const idle = old.filter((revision) => !isLive(revision));
  for (const { metadata } of idle.slice(0, Math.max(0, idle.length - limit))) {
    tell(`Deletes revision ${metadata.name ?? ''}: only ${limit} old revisions are kept.`);
    yield* client.delete(CONTROLLER_REVISIONS, metadata.namespace, metadata.name ?? '');
  }
}
