import type { Pod } from '../../api/generated/types.ts';
import { parseTime, type Millis } from '../../sim/time.ts';
import { isPodActive, isPodReady, readySince } from '../pod-state.ts';

const PHASE_RANK: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

// Up to so many are picked in one pass over the pods; more are found by sorting.
const FEW = 16;

/** What a pod is judged by that is its own. */
interface Traits {
  readonly assigned: number;
  readonly phase: number;
  readonly ready: number;
  readonly cost: number;
  readonly readyAt: Millis;
  readonly restarts: number;
  readonly bornAt: Millis;
}

interface Judged {
  readonly pod: Pod;
  readonly traits: Traits;
  readonly rank: number;
}

/** The `surplus` pods whose loss hurts least. `related` is asked only when there is a choice. */
export function podsToDelete(pods: readonly Pod[], related: () => readonly Pod[], surplus: number, now: Millis): Pod[] {
  if (surplus >= pods.length) return [...pods];
  const perNode = new Map<string, number>();
  for (const pod of related()) {
    if (!isPodActive(pod)) continue;
    const node = pod.spec?.nodeName ?? '';
    perNode.set(node, (perNode.get(node) ?? 0) + 1);
  }
  const judged = pods.map((pod) => ({ pod, traits: traitsOf(pod), rank: perNode.get(pod.spec?.nodeName ?? '') ?? 0 }));
  const order = (a: Judged, b: Judged): number => compare(a, b, now);
  return (surplus > FEW ? judged.sort(order).slice(0, surplus) : leastOf(judged, surplus, order)).map(({ pod }) => pod);
}

/** The first `count` in order; equals keep their order, as in a stable sort. */
function leastOf(judged: readonly Judged[], count: number, order: (a: Judged, b: Judged) => number): Judged[] {
  const least: Judged[] = [];
  for (const one of judged) {
    const last = least[count - 1];
    if (last !== undefined && order(one, last) >= 0) continue;
    let place = least.length;
    while (place > 0 && order(one, least[place - 1] as Judged) < 0) place--;
    least.splice(place, 0, one);
    if (least.length > count) least.pop();
  }
  return least;
}

// A rollout judges the same pods once for each that goes.
const known = new WeakMap<Pod, Traits>();

export function traitsOf(pod: Pod): Traits {
  let traits = known.get(pod);
  if (traits === undefined) {
    const ready = isPodReady(pod);
    traits = {
      assigned: Number(hasNode(pod)),
      phase: phaseRank(pod),
      ready: Number(ready),
      cost: deletionCost(pod),
      readyAt: ready ? readySince(pod) : Number.NaN,
      restarts: maxRestarts(pod),
      bornAt: parseTime(pod.metadata.creationTimestamp),
    };
    known.set(pod, traits);
  }
  return traits;
}

/** controller_utils.go, ActivePodsWithRanks.Less: negative when `a` goes before `b`. */
function compare({ traits: a, rank: rankA, pod: podA }: Judged, { traits: b, rank: rankB, pod: podB }: Judged, now: Millis): number {
  // 1. Not assigned to a node before assigned.
  if (a.assigned !== b.assigned) return a.assigned - b.assigned;
  // 2. Pending before Unknown before Running.
  if (a.phase !== b.phase) return a.phase - b.phase;
  // 3. Not ready before ready.
  if (a.ready !== b.ready) return a.ready - b.ready;
  // 4. KEP-2255: lower deletion cost first.
  if (a.cost !== b.cost) return a.cost - b.cost;
  // 5. Doubled up on a node first.
  if (rankA !== rankB) return rankB - rankA;
  // 6. KEP-2185: ready for a shorter time first, on a logarithmic scale; within a bucket by uid, which is as good as chance.
  if (a.ready === 1) {
    const since = compareAges(a.readyAt, b.readyAt, podA, podB, now);
    if (since !== 0) return since;
  }
  // 7. More restarts first.
  if (a.restarts !== b.restarts) return b.restarts - a.restarts;
  // 8. Younger first, on the same scale.
  return compareAges(a.bornAt, b.bornAt, podA, podB, now);
}

function compareAges(a: Millis, b: Millis, podA: Pod, podB: Pod, now: Millis): number {
  if (a === b) return 0;
  if (Number.isNaN(a)) return -1;
  if (Number.isNaN(b)) return 1;
  const buckets = bucketOf(a, now) - bucketOf(b, now);
  if (buckets !== 0) return buckets;
  return (podA.metadata.uid ?? '') < (podB.metadata.uid ?? '') ? -1 : 1;
}

/** The whole part of the base-2 logarithm of the age in nanoseconds. */
function bucketOf(at: Millis, now: Millis): number {
  return now > at ? Math.floor(Math.log2((now - at) * 1e6)) : -1;
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
  let most = 0;
  for (const { restartCount } of pod.status?.containerStatuses ?? []) most = Math.max(most, restartCount);
  return most;
}
