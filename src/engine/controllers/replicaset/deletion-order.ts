import type { Pod } from '../../api/generated/types.ts';
import { parseTime, type Millis } from '../../sim/time.ts';
import { isPodActive, isPodReady, readySince } from '../pod-state.ts';

const PHASE_RANK: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

/** The `surplus` pods whose loss hurts least. `related` is asked only when there is a choice. */
export function podsToDelete(pods: readonly Pod[], related: () => readonly Pod[], surplus: number, now: Millis): Pod[] {
  if (surplus >= pods.length) return [...pods];
  const perNode = new Map<string, number>();
  for (const pod of related()) {
    if (!isPodActive(pod)) continue;
    const node = pod.spec?.nodeName ?? '';
    perNode.set(node, (perNode.get(node) ?? 0) + 1);
  }
  const rank = (pod: Pod): number => perNode.get(pod.spec?.nodeName ?? '') ?? 0;
  return [...pods].sort((a, b) => compare(a, b, rank, now)).slice(0, surplus);
}

/** controller_utils.go, ActivePodsWithRanks.Less: negative when `a` goes before `b`. */
function compare(a: Pod, b: Pod, rank: (pod: Pod) => number, now: Millis): number {
  // 1. Not assigned to a node before assigned.
  const assigned = Number(hasNode(a)) - Number(hasNode(b));
  if (assigned !== 0) return assigned;
  // 2. Pending before Unknown before Running.
  const phase = phaseRank(a) - phaseRank(b);
  if (phase !== 0) return phase;
  // 3. Not ready before ready.
  const ready = Number(isPodReady(a)) - Number(isPodReady(b));
  if (ready !== 0) return ready;
  // 4. KEP-2255: lower deletion cost first.
  const cost = deletionCost(a) - deletionCost(b);
  if (cost !== 0) return cost;
  // 5. Doubled up on a node first.
  const doubled = rank(b) - rank(a);
  if (doubled !== 0) return doubled;
  // 6. KEP-2185: ready for a shorter time first, on a logarithmic scale; within a bucket by uid, which is as good as chance.
  if (isPodReady(a)) {
    const since = compareAges(readySince(a), readySince(b), a, b, now);
    if (since !== 0) return since;
  }
  // 7. More restarts first.
  const restarts = maxRestarts(b) - maxRestarts(a);
  if (restarts !== 0) return restarts;
  // 8. Younger first, on the same scale.
  return compareAges(parseTime(a.metadata.creationTimestamp), parseTime(b.metadata.creationTimestamp), a, b, now);
}

function compareAges(a: Millis, b: Millis, podA: Pod, podB: Pod, now: Millis): number {
  if (a === b) return 0;
  if (Number.isNaN(a)) return -1;
  if (Number.isNaN(b)) return 1;
  const difference = logarithmicAge(a, now) - logarithmicAge(b, now);
  if (difference !== 0) return difference;
  return (podA.metadata.uid ?? '') < (podB.metadata.uid ?? '') ? -1 : 1;
}

/** Whole part of the base-2 logarithm of the age in nanoseconds. */
function logarithmicAge(since: Millis, now: Millis): number {
  return now > since ? Math.floor(Math.log2((now - since) * 1e6)) : -1;
}

function hasNode(pod: Pod): boolean {
  return (pod.spec?.nodeName ?? '') !== '';
}

function phaseRank(pod: Pod): number {
  return PHASE_RANK[pod.status?.phase ?? ''] ?? 0;
}

function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[DELETION_COST];
  return text !== undefined && /^-?(0|[1-9][0-9]*)$/.test(text) ? Number(text) : 0;
}

function maxRestarts(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount));
}
