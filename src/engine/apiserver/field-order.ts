import type { ApiObject } from '../api/meta.ts';

// The order of the Go struct, which is that of the JSON everybody sees.
const META_ORDER = [
  'name', 'generateName', 'namespace', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp',
  'deletionGracePeriodSeconds', 'labels', 'annotations', 'ownerReferences', 'finalizers',
] as const; // prettier-ignore

/** A shallow copy with its fields in the order in which the server writes them. */
export function inOrder(draft: ApiObject, resourceVersion: string | undefined): ApiObject {
  const { kind, apiVersion: version, metadata } = draft;
  const ordered: Record<string, unknown> = {};
  for (const field of META_ORDER) {
    const value = field === 'resourceVersion' ? resourceVersion : metadata[field];
    if (value !== undefined) ordered[field] = value;
  }
  const object: Record<string, unknown> = { kind, apiVersion: version, metadata: ordered };
  for (const field in draft) if (!(field in object)) object[field] = (draft as unknown as Record<string, unknown>)[field];
  return object as unknown as ApiObject;
}
