import { StatusError, isConflict } from '../../api/errors.ts';
import type { Pod, PodExtendedResourceClaimStatus, ResourceResourceClaim } from '../../api/generated/types.ts';
import { isReservedFor, reservation } from '../../api/resource/claims-of-pod.ts';
import type { Client } from '../../client/client.ts';
import { PODS, RESOURCE_CLAIMS } from '../../client/resources.ts';
import { suspend, type Task } from '../../os/task.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { formatTime, type Millis } from '../../sim/time.ts';

export const DELETE_PROTECTION = 'resource.kubernetes.io/delete-protection';

/** Writes into claims what the scheduler has decided (dynamicresources.bindClaim). */
export class ClaimWriter {
  readonly #waits = new Set<() => void>();

  constructor(
    readonly client: Client,
    readonly sim: Simulation,
    readonly created: (status: 'success' | 'failure') => void,
  ) {}

  /** A claim for extended resources becomes an object: the claim as it is then, or why it could not be made. */
  *create({ status: _decided, ...claim }: ResourceResourceClaim): Task<ResourceResourceClaim | string> {
    const { name: _none, uid: _own, ...metadata } = claim.metadata;
    try {
      const made = yield* this.client.create(RESOURCE_CLAIMS, { ...claim, metadata });
      this.created('success');
      return made;
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      this.created('failure');
      return `create claim for extended resources ${metadata.namespace ?? ''}/: ${error.message}`;
    }
  }

  /** The pod's status says which claim stands for its extended resources; or why that could not be said. */
  *recordExtended(
    { metadata: { name = '', namespace, uid } }: Pod,
    { metadata }: ResourceResourceClaim,
    requestMappings: PodExtendedResourceClaimStatus['requestMappings'],
  ): Task<string | undefined> {
    const pod = `pod ${namespace ?? ''}/${name}`;
    if (requestMappings.length === 0) return `nil or empty request mappings, no update of ${pod} ExtendedResourceClaimStatus`;
    const extendedResourceClaimStatus = { requestMappings, resourceClaimName: metadata.name ?? '' };
    try {
      yield* this.client.patch(PODS, namespace, name, { metadata: { uid }, status: { extendedResourceClaimStatus } }, { sub: 'status' });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return `update ${pod} ExtendedResourceClaimStatus: ${error.message}`;
    }
    return undefined;
  }

  /** Reserves the claim for the pod, with its allocation where it has none yet: the claim as it is then, or why it could not be done. */
  *bind(decided: ResourceResourceClaim, pod: Pod): Task<ResourceResourceClaim | string> {
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
        if (isReservedFor(claim, pod)) return claim;
        const reservedFor = [...(claim.status?.reservedFor ?? []), reservation(pod)];
        const given = allocation ?? decided.status?.allocation;
        const dated = { ...given, allocationTimestamp: given?.allocationTimestamp ?? formatTime(this.sim.now) };
        const status = { ...claim.status, allocation: allocation ?? dated, reservedFor };
        return yield* this.client.updateStatus(RESOURCE_CLAIMS, { ...claim, status });
      } catch (error) {
        if (isConflict(error)) continue;
        if (!(error instanceof StatusError)) throw error;
        return error.message;
      }
    }
  }

  /** Until `ready`, which is asked now and time and again, says something other than false. False: the time is up. */
  *poll(ready: () => boolean | string, timeout: Millis, period: Millis): Task<boolean | string> {
    const { sim } = this;
    const until = sim.now + timeout;
    for (;;) {
      const verdict = ready();
      if (verdict !== false) return verdict;
      const next = Math.min(period, until - sim.now);
      // Whoever makes devices ready may be long about it: a cluster that waits for one is quiet.
      yield* suspend<void>((resume) => {
        const done = (): void => {
          this.#waits.delete(cancel);
          resume();
        };
        const timer = sim.after(next, done, { background: true });
        const cancel = (): void => {
          timer.cancel();
          this.#waits.delete(cancel);
        };
        this.#waits.add(cancel);
        return cancel;
      });
      if (sim.now >= until) return false;
    }
  }

  /** The scheduler stops: nobody waits any more. */
  abandon(): void {
    for (const cancel of this.#waits) cancel();
  }

  /** Takes back what nobody uses, so that devices elsewhere can be given (PostFilter). */
  *deallocate({ metadata: { name = '', namespace } }: ResourceResourceClaim): Task<void> {
    try {
      const claim = yield* this.client.get(RESOURCE_CLAIMS, namespace, name);
      const { allocation: _gone, reservedFor: _nobody, devices: _unready, ...status } = claim.status ?? {};
      yield* this.client.updateStatus(RESOURCE_CLAIMS, { ...claim, status });
    } catch (error) {
      // Gone, or changed meanwhile: the next attempt sees it.
      if (!(error instanceof StatusError)) throw error;
    }
  }

  /** A claim for extended resources that nobody will use. */
  *delete({ metadata: { name = '', namespace } }: ResourceResourceClaim): Task<void> {
    try {
      const claim = yield* this.client.get(RESOURCE_CLAIMS, namespace, name);
      const finalizers = (claim.metadata.finalizers ?? []).filter((each) => each !== DELETE_PROTECTION);
      yield* this.client.update(RESOURCE_CLAIMS, { ...claim, metadata: { ...claim.metadata, finalizers } });
      yield* this.client.delete(RESOURCE_CLAIMS, namespace, name);
    } catch (error) {
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
