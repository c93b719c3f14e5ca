import type { CycleState, FilterPlugin, NodeList, Status, Verdict } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import type { Nominator } from './nominator.ts';
import type { PodInfo } from './pod-info.ts';
import type { Profile } from './profile.ts';

/** What the PreFilter plugins say of a pod before any node is looked at. */
export interface PreFiltered {
  /** Only these nodes come into question, because of the plugins that narrowed the search. */
  readonly names: ReadonlySet<string> | undefined;
  readonly narrowing: string[];
  /** The pod as a whole is refused. */
  readonly refusal: { readonly plugin: string; readonly status: Status } | undefined;
}

/** Prepares the state for Filter, and leaves out the Filters that have nothing to say about this pod. */
export function runPreFilters(profile: Profile, state: CycleState, pod: PodInfo, nodes: NodeList): PreFiltered {
  let names: ReadonlySet<string> | undefined;
  const narrowing: string[] = [];
  let skipped: Set<string> | undefined;
  for (const plugin of profile.preFilter) {
    const result = plugin.preFilter(state, pod, nodes);
    if (result === undefined) continue;
    if ('code' in result) {
      if (result.code !== 'Skip') return { names, narrowing, refusal: { plugin: plugin.name, status: result } };
      (skipped ??= new Set()).add(plugin.name);
      continue;
    }
    narrowing.push(plugin.name);
    const before: ReadonlySet<string> | undefined = names;
    names = before === undefined ? result : new Set([...before].filter((name) => result.has(name)));
  }
  if (skipped !== undefined) state.skipFilter = skipped;
  return { names, narrowing, refusal: undefined };
}

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
