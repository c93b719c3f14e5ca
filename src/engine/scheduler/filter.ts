import type { CycleState, FilterPlugin, Verdict } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import type { Nominator } from './nominator.ts';
import type { PodInfo } from './pod-info.ts';
import type { Profile } from './profile.ts';

/** Filter plugins that have something to say about this pod. */
export function activeFilters(profile: Profile, state: CycleState): readonly FilterPlugin[] {
  return state.skipFilter.size === 0 ? profile.filter : profile.filter.filter(({ name }) => !state.skipFilter.has(name));
}

/** The first refusal, or nothing. */
export function runFilters(filters: readonly FilterPlugin[], state: CycleState, pod: PodInfo, node: NodeInfo): Verdict {
  for (let i = 0; i < filters.length; i++) {
    const verdict = (filters[i] as FilterPlugin).filter(state, pod, node);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

/**
 * runtime.RunFilterPluginsWithNominatedPods: the pod must fit beside the pods of equal or higher priority that are
 * nominated for the node, and also without them, since they may end up elsewhere.
 */
export function runFiltersWithNominated(
  profile: Profile,
  filters: readonly FilterPlugin[],
  state: CycleState,
  pod: PodInfo,
  node: NodeInfo,
  nominator: Nominator,
): Verdict {
  const nominated = nominator.on(node.name);
  if (nominated !== undefined) {
    let withThem: NodeInfo | undefined;
    let stateWithThem = state;
    for (const other of nominated) {
      if (other.priority < pod.priority || other.uid === pod.uid) continue;
      if (withThem === undefined) {
        withThem = node.clone();
        stateWithThem = state.clone();
      }
      withThem.add(other);
      for (const plugin of profile.preFilter) plugin.addPod?.(stateWithThem, pod, other, withThem);
    }
    if (withThem !== undefined) {
      const verdict = runFilters(filters, stateWithThem, pod, withThem);
      if (verdict !== undefined) return verdict;
    }
  }
  return runFilters(filters, state, pod, node);
}
