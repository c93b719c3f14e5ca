import { StatusError, isConflict } from '../../api/errors.ts';
import type { Pod, ResourceResourceClaim } from '../../api/generated/types.ts';
import { isReservedFor, reservation } from '../../api/resource/claims-of-pod.ts';
import type { Client } from '../../client/client.ts';
import { RESOURCE_CLAIMS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';

export const DELETE_PROTECTION = 'resource.kubernetes.io/delete-protection';

/** Writes into claims what the scheduler has decided (dynamicresources.bindClaim). */
export class ClaimWriter {
  constructor(readonly client: Client) {}

  /** Reserves the claim for the pod, with its allocation where it has none yet. A text says why it could not be done. */
  *bind(decided: ResourceResourceClaim, pod: Pod): Task<string | undefined> {
    const { name = '', namespace } = decided.metadata;
    for (;;) {
      try {
        let claim = yield* this.client.get(RESOURCE_CLAIMS, namespace, name);
        if (claim.metadata.deletionTimestamp !== undefined) return `claim ${name} got deleted in the meantime`;
        const finalizers = claim.metadata.finalizers ?? [];
        const allocation = claim.status?.allocation;
        if (allocation === undefined) {
          if (decided.status?.allocation === undefined) return `claim ${name} got deallocated elsewhere in the meantime`;
          if (!finalizers.includes(DELETE_PROTECTION))
            claim = yield* this.client.update(RESOURCE_CLAIMS, {
              ...claim,
              metadata: { ...claim.metadata, finalizers: [...finalizers, DELETE_PROTECTION] },
            });
        }
        if (isReservedFor(claim, pod)) return undefined;
        const reservedFor = [...(claim.status?.reservedFor ?? []), reservation(pod)];
        yield* this.client.updateStatus(RESOURCE_CLAIMS, {
          ...claim,
          status: {
            ...claim.status,
            ...(allocation === undefined ? { allocation: decided.status?.allocation } : {}),
            reservedFor,
          } as NonNullable<ResourceResourceClaim['status']>,
        });
        return undefined;
      } catch (error) {
        if (isConflict(error)) continue;
        if (!(error instanceof StatusError)) throw error;
        return error.message;
      }
    }
  }

  /** Takes back what nobody uses, so that devices elsewhere can be given (PostFilter). */
  *deallocate({ metadata: { name = '', namespace } }: ResourceResourceClaim): Task<void> {
    try {
      const claim = yield* this.client.get(RESOURCE_CLAIMS, namespace, name);
      const { allocation: _gone, reservedFor: _nobody, ...status } = claim.status ?? {};
      yield* this.client.updateStatus(RESOURCE_CLAIMS, { ...claim, status });
    } catch (error) {
      // Gone, or changed meanwhile: the next attempt sees it.
      if (!(error instanceof StatusError)) throw error;
    }
  }

  /** The pod will not use it after all. */
  *unreserve({ metadata: { name = '', namespace } }: ResourceResourceClaim, pod: Pod): Task<void> {
    try {
      const claim = yield* this.client.get(RESOURCE_CLAIMS, namespace, name);
      if (!isReservedFor(claim, pod)) return;
      const reservedFor = (claim.status?.reservedFor ?? []).filter(({ uid }) => uid !== pod.metadata.uid);
      yield* this.client.updateStatus(RESOURCE_CLAIMS, { ...claim, status: { ...claim.status, reservedFor } });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
    }
  }
}
