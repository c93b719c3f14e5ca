import type { DaemonSet, Pod } from '../../api/generated/types.ts';
import { resolveIntOrPercent } from '../../api/int-or-string.ts';
import type { Millis } from '../../sim/time.ts';
import { isPodAvailable, isPodTerminal } from '../pod-state.ts';
import { isUpdated } from './placement.ts';

/** What a rolling update wants done now. */
export interface Step {
  readonly remove: readonly Pod[];
  /** Nodes that get a second pod before the old one goes (maxSurge). */
  readonly add: readonly string[];
}

export function allowsSurge(ds: DaemonSet): boolean {
  return surgeOf(ds, 1) > 0 || percentSurge(ds);
}

const percentSurge = ({ spec }: DaemonSet): boolean => {
  const surge = spec?.updateStrategy?.rollingUpdate?.maxSurge;
  return typeof surge === 'string' && surge !== '0%';
};

function surgeOf({ spec }: DaemonSet, desired: number): number {
  const { type, rollingUpdate } = spec?.updateStrategy ?? {};
  return type === 'RollingUpdate' ? resolveIntOrPercent(rollingUpdate?.maxSurge ?? 0, desired, true) : 0;
}

function unavailableOf({ spec }: DaemonSet, desired: number): number {
  const { type, rollingUpdate } = spec?.updateStrategy ?? {};
  return type === 'RollingUpdate' ? resolveIntOrPercent(rollingUpdate?.maxUnavailable ?? 0, desired, true) : 0;
}

/** The next step of a rolling update (daemon/update.go, rollingUpdate). `pods` by node; `desired`: on how many nodes pods belong. */
export function nextStep(ds: DaemonSet, pods: ReadonlyMap<string, readonly Pod[]>, desired: number, hash: string, now: Millis): Step {
  const surge = surgeOf(ds, desired);
  // What nobody could do is taken for the usual: one at a time.
  const unavailable = unavailableOf(ds, desired) || (surge === 0 ? 1 : 0);
  const available = (pod: Pod): boolean => isPodAvailable(pod, ds.spec?.minReadySeconds ?? 0, now);
  return surge === 0 ? { remove: toRemove(ds, pods, unavailable, hash, available), add: [] } : surgeStep(ds, pods, surge, hash, available);
}

/** Just so many old pods that no more than `limit` are missing; those that are not available anyway go first. */
function toRemove(
  ds: DaemonSet,
  pods: ReadonlyMap<string, readonly Pod[]>,
  limit: number,
  hash: string,
  available: (pod: Pod) => boolean,
): Pod[] {
  let missing = 0;
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  for (const there of pods.values()) {
    const pair = updatedPodsOn(ds, there, hash);
    // What is not one pod, new or old, the other loop sees to.
    if (pair === undefined || (pair.old === undefined) === (pair.fresh === undefined)) missing++;
    else if (pair.fresh !== undefined) missing += available(pair.fresh) ? 0 : 1;
    else if (pair.old !== undefined && !available(pair.old)) broken.push(pair.old);
    else if (pair.old !== undefined && missing < limit) candidates.push(pair.old);
  }
  return [...broken, ...candidates.slice(0, Math.max(0, limit - missing))];
}

function surgeStep(
  ds: DaemonSet,
  pods: ReadonlyMap<string, readonly Pod[]>,
  limit: number,
  hash: string,
  available: (pod: Pod) => boolean,
): Step {
  let surging = 0;
  const remove: Pod[] = [];
  const allowed: string[] = [];
  const candidates: string[] = [];
  for (const [node, there] of pods) {
    const pair = updatedPodsOn(ds, there, hash);
    if (pair === undefined) surging++;
    else if (pair.old === undefined) continue;
    else if (pair.fresh === undefined) {
      if (!available(pair.old)) allowed.push(node);
      else if (surging < limit) candidates.push(node);
    } else if (available(pair.fresh)) remove.push(pair.old);
    else surging++;
  }
  return { remove, add: [...allowed, ...candidates.slice(0, Math.max(0, limit - surging))] };
}

/** The new pod and the old one on a node; undefined where there are two of a sort (findUpdatedPodsOnNode). */
function updatedPodsOn(ds: DaemonSet, pods: readonly Pod[], hash: string): { fresh?: Pod; old?: Pod } | undefined {
  let fresh: Pod | undefined;
  let old: Pod | undefined;
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)) continue;
    if (isUpdated(ds, pod, hash)) {
      if (fresh !== undefined) return undefined;
      fresh = pod;
    } else if (old !== undefined) return undefined;
    else old = pod;
  }
  return { ...(fresh === undefined ? {} : { fresh }), ...(old === undefined ? {} : { old }) };
}
