import type { ApiObject } from '../api/meta.ts';

/** What a client left out it did not mean to change (`rest.BeforeUpdate`). */
export function keepMeta(draft: ApiObject, stored: ApiObject): void {
  const { metadata } = draft;
  const old = stored.metadata;
  if ((metadata.uid ?? '') === '' && old.uid !== undefined) metadata.uid = old.uid;
  if (metadata.creationTimestamp === undefined || metadata.creationTimestamp === null) {
    if (old.creationTimestamp !== undefined) metadata.creationTimestamp = old.creationTimestamp;
  }
  if (old.deletionTimestamp !== undefined) metadata.deletionTimestamp ??= old.deletionTimestamp;
  if (old.deletionGracePeriodSeconds !== undefined) metadata.deletionGracePeriodSeconds ??= old.deletionGracePeriodSeconds;
  // The generation is the server's own: strategies raise it.
  if (old.generation === undefined) delete metadata.generation;
  else metadata.generation = old.generation;
  if (old.generateName !== undefined) metadata.generateName ??= old.generateName;
  delete (metadata as { selfLink?: string }).selfLink;
  dropEmptyMeta(draft);
}

/** `omitempty`: empty maps and lists of metadata are as good as absent. */
export function dropEmptyMeta({ metadata }: ApiObject): void {
  for (const field of ['labels', 'annotations', 'ownerReferences', 'finalizers'] as const) {
    const value = metadata[field];
    if (value === undefined) continue;
    if (value === null || (Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0)) delete metadata[field];
  }
}
