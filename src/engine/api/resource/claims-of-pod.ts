import type { Pod, PodResourceClaim, ResourceResourceClaim } from '../generated/types.ts';
import type { OwnerReference } from '../meta.ts';

/** A claim of a pod: how it is called in the pod, and which object it is; `owned`: it was made for this pod alone. */
export interface PodClaim {
  readonly claim: PodResourceClaim;
  /** Unset: the controller decided that none is needed. */
  readonly name: string | undefined;
  readonly owned: boolean;
}

/** resourceclaim.Name of k8s.io/dynamic-resource-allocation for each claim; a text says which is not there yet. */
export function claimsOfPod(pod: Pod): PodClaim[] | string {
  const found: PodClaim[] = [];
  for (const claim of pod.spec?.resourceClaims ?? []) {
    if (claim.resourceClaimName !== undefined) {
      found.push({ claim, name: claim.resourceClaimName, owned: false });
      continue;
    }
    const made = pod.status?.resourceClaimStatuses?.find(({ name }) => name === claim.name);
    if (made === undefined) return `pod "${pod.metadata.namespace ?? 'default'}/${pod.metadata.name ?? ''}": ResourceClaim not created yet`;
    found.push({ claim, name: made.resourceClaimName, owned: true });
  }
  return found;
}

/** resourceclaim.IsForPod: why a claim that was to be made for the pod is somebody else's. */
export function strangerClaim({ metadata }: ResourceResourceClaim, pod: Pod): string | undefined {
  const owner = (metadata.ownerReferences as OwnerReference[] | undefined)?.find(({ controller }) => controller === true);
  if (owner?.uid === pod.metadata.uid) return undefined;
  const of = ({ namespace = 'default', name = '' }: { namespace?: string; name?: string }): string => `${namespace}/${name}`;
  return `ResourceClaim ${of(metadata)} was not created for Pod ${of(pod.metadata)} (Pod is not owner)`;
}

export function isReservedFor({ status }: ResourceResourceClaim, pod: Pod): boolean {
  return status?.reservedFor?.some(({ uid }) => uid === pod.metadata.uid) === true;
}

/** What stands in `status.reservedFor` for a pod. */
export function reservation({ metadata }: Pod): { resource: string; name: string; uid: string } {
  return { resource: 'pods', name: metadata.name ?? '', uid: metadata.uid ?? '' };
}

/** A claim may serve so many consumers. */
export const MOST_CONSUMERS = 256;
