import type { PodSpec } from '../generated/types.ts';
import { internalForm } from '../internal-form.ts';
import { formDifference } from '../line-difference.ts';
import type { JsonObject } from '../meta.ts';

/** What follows the refusal of a pod's update: the difference of the two specs as the server holds them inside. */
export function specDifference(before: PodSpec, after: PodSpec): string {
  return formDifference(internalPodSpec(before), internalPodSpec(after));
}

/** A pod's spec as the server holds it inside, and as findings print it. */
export function internalPodSpec(spec: PodSpec): JsonObject {
  const { hostNetwork = false, hostPID = false, hostIPC = false, shareProcessNamespace, hostUsers, ...rest } = spec;
  // These five belong to the pod's security context inside.
  const securityContext = { ...rest.securityContext, hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers };
  return internalForm({ ...rest, securityContext } as unknown as JsonObject, 'PodSpec');
}
