import type { Job, Pod } from '../../api/generated/types.ts';
import { traitsOf } from '../replicaset/deletion-order.ts';
import { completionIndex, isIndexed, validIndex } from './job-pods.ts';

/**
 * The active pods that have to go: of an indexed job those without a valid index and all but one of each index, and as
 * many others as make `atLeast` together, those that have come least far first.
 */
export function podsToRemove(job: Job, active: readonly Pod[], atLeast: number): Pod[] {
  const { surplus, left } = isIndexed(job) ? sortOutIndexes(job, active) : { surplus: [], left: active };
  if (surplus.length >= atLeast) return surplus;
  return [...surplus, ...[...left].sort(byProgress).slice(0, atLeast - surplus.length)];
}

function sortOutIndexes(job: Job, active: readonly Pod[]): { surplus: Pod[]; left: Pod[] } {
  const surplus: Pod[] = [];
  const left: Pod[] = [];
  const byIndex = new Map<number, Pod[]>();
  for (const pod of active) {
    const index = validIndex(pod, job);
    if (index === undefined) {
      surplus.push(pod);
      continue;
    }
    const others = byIndex.get(index);
    if (others === undefined) byIndex.set(index, [pod]);
    else others.push(pod);
  }
  for (const pods of byIndex.values()) {
    const sorted = pods.sort(byProgress);
    surplus.push(...sorted.slice(0, -1));
    left.push(sorted.at(-1) as Pod);
  }
  return { surplus, left };
}

/** Pods in the order of their indexes, those without one first. */
export function byIndex(a: Pod, b: Pod): number {
  return (completionIndex(a) ?? -1) - (completionIndex(b) ?? -1);
}

/** controller_utils.go, ActivePods.Less: negative when `a` goes before `b`. Neither costs nor neighbours count here. */
function byProgress(podA: Pod, podB: Pod): number {
  const [a, b] = [traitsOf(podA), traitsOf(podB)];
  if (a.assigned !== b.assigned) return a.assigned - b.assigned;
  if (a.phase !== b.phase) return a.phase - b.phase;
  if (a.ready !== b.ready) return a.ready - b.ready;
  if (a.ready === 1 && a.readyAt !== b.readyAt) return b.readyAt - a.readyAt;
  if (a.restarts !== b.restarts) return b.restarts - a.restarts;
  return b.bornAt - a.bornAt;
}
