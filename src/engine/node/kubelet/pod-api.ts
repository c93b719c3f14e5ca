import { StatusError } from '../../api/errors.ts';
import type { Pod, PodStatus } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { PODS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { isStatic } from './critical.ts';

/** A pod's other half at the API server. For a pod from a manifest that is its mirror. */
export interface Mirrors {
  /** The pod with the status as told. */
  updateStatus(pod: Pod, status: PodStatus): Task<Pod>;
  /** The static pod has ended for good. */
  delete(pod: Pod): Task<void>;
}

/** What pod workers tell the API server. */
export class PodApi {
  constructor(
    readonly client: Client,
    readonly mirrors: Mirrors,
  ) {}

  updateStatus(pod: Pod, status: PodStatus): Task<Pod> {
    return isStatic(pod) ? this.mirrors.updateStatus(pod, status) : this.client.updateStatus(PODS, { ...pod, status });
  }

  /** Takes the object away, now that nothing of the pod runs any more. Finalizers may keep it. */
  delete(pod: Pod): Task<void> {
    if (isStatic(pod)) return this.mirrors.delete(pod);
    const { namespace, name = '', uid } = pod.metadata;
    return this.client.delete(PODS, namespace, name, { gracePeriodSeconds: 0, ...(uid === undefined ? {} : { preconditions: { uid } }) });
  }

  /** The object as it is now; undefined where it is gone, or another's. */
  read(pod: Pod): Pod | undefined {
    if (isStatic(pod)) return undefined;
    const { namespace, name = '', uid } = pod.metadata;
    try {
      const fresh = this.client.getNow(PODS, namespace, name);
      return fresh.metadata.uid === uid ? fresh : undefined;
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return undefined;
    }
  }
}
