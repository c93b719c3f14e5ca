import type { Pod, PodCondition } from '../api/generated/types.ts';
import { SECOND, parseTime, type Millis } from '../sim/time.ts';

/** Succeeded or Failed: it will never run again. */
export function isPodTerminal(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Counts towards the replicas of its owner. */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** Being deleted, but not gone. */
export function isPodTerminating(pod: Pod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;
}

export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === type);
}

export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, 'Ready')?.status === 'True';
}

/** When the pod became ready; NaN if it is not. */
export function readySince(pod: Pod): Millis {
  const ready = podCondition(pod, 'Ready');
  return ready?.status === 'True' ? parseTime(ready.lastTransitionTime) : Number.NaN;
}

/** Ready for at least `minReadySeconds`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: Millis): boolean {
  if (!isPodReady(pod)) return false;
  return minReadySeconds === 0 || readySince(pod) + minReadySeconds * SECOND <= now;
}

/** A list of conditions with one replaced, or added at the end. */
export function withPodCondition(conditions: readonly PodCondition[] | undefined, condition: PodCondition): PodCondition[] {
  const list = conditions ?? [];
  return list.some(({ type }) => type === condition.type)
    ? list.map((there) => (there.type === condition.type ? condition : there))
    : [...list, condition];
}
