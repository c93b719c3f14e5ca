import type { Pod } from '../../api/generated/types.ts';

/** scheduling.SystemCriticalPriority. */
const SYSTEM_CRITICAL = 2_000_000_000;

/** From a manifest of the machine, not from the API server. */
export function isStatic({ metadata }: Pod): boolean {
  return metadata.annotations?.['kubernetes.io/config.source'] === 'file';
}

/** kubelettypes.IsCriticalPod: never evicted by the kubelet, and let in whatever the node's state. */
export function isCritical(pod: Pod): boolean {
  return isStatic(pod) || (pod.spec?.priority ?? 0) >= SYSTEM_CRITICAL;
}
