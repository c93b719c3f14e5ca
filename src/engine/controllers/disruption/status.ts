import type { Condition, Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../api/generated/types.ts';
import { MINUTE, formatTime, parseTime, type Millis } from '../../sim/time.ts';
import { isPodReady } from '../pod-state.ts';
import { sameMeaning } from '../semantic.ts';

/** How long a pod whose eviction was allowed may take until its deletion is seen (disruption.go: DeletionTimeout). */
const DELETION_TIMEOUT: Millis = 2 * MINUTE;
const TYPE = 'DisruptionAllowed';

/** What the pods of a budget and their owners' scales come to. */
export interface Counts {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
  readonly currentHealthy: number;
  readonly disruptedPods: Readonly<Record<string, string>>;
}

/** Evictions that were allowed and are not seen yet. `late`: pods that were to go and are still there; `recheck`: when the next one is late. */
export function disruptedPods(
  { status }: PodDisruptionBudget,
  pods: readonly Pod[],
  now: Millis,
): { disrupted: Record<string, string>; late: Pod[]; recheck: Millis | undefined } {
  const disrupted: Record<string, string> = {};
  const late: Pod[] = [];
  let recheck: Millis | undefined;
  for (const pod of pods) {
    const { name = '', deletionTimestamp } = pod.metadata;
    const since = status?.disruptedPods?.[name];
    if (since === undefined || deletionTimestamp !== undefined) continue;
    const due = parseTime(since) + DELETION_TIMEOUT;
    if (due < now) late.push(pod);
    else {
      disrupted[name] = since;
      recheck = Math.min(recheck ?? due, due);
    }
  }
  return { disrupted, late, recheck };
}

export function countHealthy(pods: readonly Pod[], disrupted: Readonly<Record<string, string>>, now: Millis): number {
  return pods.filter((pod) => {
    if (pod.metadata.deletionTimestamp !== undefined) return false;
    const since = disrupted[pod.metadata.name ?? ''];
    return !(since !== undefined && parseTime(since) + DELETION_TIMEOUT > now) && isPodReady(pod);
  }).length;
}

/** The status that says so; `undefined` where it does already. */
export function statusOf(budget: PodDisruptionBudget, counts: Counts, now: Millis): PodDisruptionBudgetStatus | undefined {
  const { expectedPods, desiredHealthy, currentHealthy, disruptedPods: disrupted } = counts;
  // A budget without pods allows nothing: when its first pods come, its status is not up to date yet.
  const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  const { generation } = budget.metadata;
  const conditions = withCondition(budget.status?.conditions, now, {
    status: disruptionsAllowed > 0 ? 'True' : 'False',
    reason: disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  });
  const status: PodDisruptionBudgetStatus = {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: disrupted }),
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    conditions,
  };
  const { disruptedPods: before = {}, ...rest } = budget.status ?? {};
  const { disruptedPods: _same, ...wanted } = status;
  return sameMeaning(rest, wanted) && sameMeaning(before, disrupted) ? undefined : status;
}

/** Nothing may be disrupted while it cannot be counted (failSafe). */
export function failedStatus(budget: PodDisruptionBudget, message: string, now: Millis): PodDisruptionBudgetStatus {
  const { status } = budget;
  const conditions = withCondition(status?.conditions, now, {
    status: 'False',
    reason: 'SyncFailed',
    message,
    ...(status?.observedGeneration === undefined ? {} : { observedGeneration: status.observedGeneration }),
  });
  const { currentHealthy = 0, desiredHealthy = 0, expectedPods = 0 } = status ?? {};
  return { ...status, disruptionsAllowed: 0, currentHealthy, desiredHealthy, expectedPods, conditions };
}

/** `meta.SetStatusCondition`: its time changes with its status alone. */
function withCondition(
  conditions: readonly Condition[] | undefined,
  now: Millis,
  news: Omit<Condition, 'type' | 'lastTransitionTime'>,
): Condition[] {
  const list = conditions ?? [];
  const old = list.find(({ type }) => type === TYPE);
  const lastTransitionTime = old?.status === news.status ? old.lastTransitionTime : formatTime(now);
  const condition: Condition = { type: TYPE, lastTransitionTime, ...news };
  return old === undefined ? [...list, condition] : list.map((each) => (each === old ? condition : each));
}
