import type { CustomResourceDefinition } from '../../api/generated/types.ts';
import { failure } from '../../api/errors.ts';
import type { Kind } from '../../api/kind.ts';
import { formatTime } from '../../sim/time.ts';
import { withCondition } from './names.ts';

/** Keeps a definition until its instances are gone. */
export const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';

export const isDefinition = ({ group, resource }: Kind): boolean =>
  group === 'apiextensions.k8s.io' && resource === 'customresourcedefinitions';

/** A definition whose deletion was asked for; undefined when that is under way already. */
export function terminating(stored: CustomResourceDefinition, now: number): CustomResourceDefinition | undefined {
  if (stored.metadata.deletionTimestamp !== undefined) return undefined;
  const condition = {
    type: 'Terminating',
    status: 'True',
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
  return {
    ...stored,
    metadata: {
      ...stored.metadata,
      deletionTimestamp: formatTime(now),
      deletionGracePeriodSeconds: 0,
      generation: (stored.metadata.generation ?? 0) + 1,
      finalizers: [...new Set([...(stored.metadata.finalizers ?? []), CLEANUP])],
    },
    status: { ...stored.status, conditions: withCondition(stored.status?.conditions ?? [], condition, now) },
  };
}

export function createWhileTerminating({ kind }: { readonly kind: Kind }): Error {
  const why = 'create not allowed while custom resource definition is terminating';
  return failure(405, 'MethodNotAllowed', why, { group: kind.group, kind: kind.resource });
}
