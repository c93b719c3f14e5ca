import type { Pod } from '../../api/generated/types.ts';
import type { OwnerReference } from '../../api/meta.ts';
import { SECOND, parseTime, type Millis } from '../../sim/time.ts';

const MIRROR = 'kubernetes.io/config.mirror';
const DEFAULT_GRACE = 30;
// drain.PodLongTerminatingExtraThreshold.
const EXTRA: Millis = 30 * SECOND;

export function controllerOf(pod: Pod): OwnerReference | undefined {
  return (pod.metadata.ownerReferences as OwnerReference[] | undefined)?.find(({ controller }) => controller === true);
}

export function isDaemonSetPod(pod: Pod): boolean {
  return controllerOf(pod)?.kind === 'DaemonSet' || pod.metadata.annotations?.['cluster-autoscaler.kubernetes.io/daemonset-pod'] === 'true';
}

export function isMirrorPod(pod: Pod): boolean {
  return pod.metadata.annotations?.[MIRROR] !== undefined;
}

/** It should have been gone for a while. */
export function isLongTerminating({ metadata, spec }: Pod, now: Millis): boolean {
  if (metadata.deletionTimestamp === undefined) return false;
  return parseTime(metadata.deletionTimestamp) + (spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE) * SECOND + EXTRA < now;
}

/** The scheduler has looked for a node and found none. */
export function isUnschedulable({ status, metadata, spec }: Pod): boolean {
  return (
    (spec?.nodeName ?? '') === '' &&
    metadata.deletionTimestamp === undefined &&
    status?.conditions?.some(({ type, reason, status: is }) => type === 'PodScheduled' && is === 'False' && reason === 'Unschedulable') ===
      true
  );
}

export function gracePeriod({ spec }: Pod): number {
  return spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE;
}

export function priorityOf({ spec }: Pod): number {
  return spec?.priority ?? 0;
}
