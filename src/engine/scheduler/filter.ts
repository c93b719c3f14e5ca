import { pluginError, unresolvable, type CycleState, type FilterPlugin, type NodeList, type Status, type Verdict } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import type { Nominator } from './nominator.ts';
import type { PodInfo } from './pod-info.ts';
import type { Profile } from './profile.ts';

/** What the PreFilter plugins say of a pod before any node is looked at. */
export interface PreFiltered {
  /** Only these nodes come into question, because of the plugins that narrowed the search. */
  readonly names: ReadonlySet<string> | undefined;
  readonly narrowing: string[];
  /** The pod as a whole is refused: by the plugin that the verdict names, else by those that narrowed the search. */
  readonly refusal: Status | undefined;
}

/** Prepares the state for Filter, and leaves out the Filters that have nothing to say about this pod. */
export function runPreFilters(profile: Profile, state: CycleState, pod: PodInfo, nodes: NodeList): PreFiltered {
  let names: ReadonlySet<string> | undefined;
  const narrowing: string[] = [];
  let skipped: Set<string> | undefined;
  let refusal: Status | undefined;
  for (const plugin of profile.preFilter) {
    const result = plugin.preFilter(state, pod, nodes);
    if (result === undefined) continue;
    if ('code' in result) {
      if (result.code === 'Error') throw pluginError(`running PreFilter plugin ${JSON.stringify(plugin.name)}`, result);
      if (result.code === 'UnschedulableAndUnresolvable') return { names, narrowing: [], refusal: { ...result, plugin: plugin.name } };
      // Preemption may help, and wants what the others prepare.
      if (result.code === 'Unschedulable') refusal = { ...result, plugin: plugin.name };
      else state.skipFilter = (skipped ??= new Set()).add(plugin.name);
      continue;
    }
    narrowing.push(plugin.name);
    narrowing.sort();
    const before: ReadonlySet<string> | undefined = names;
    names = before === undefined ? result : new Set([...before].filter((name) => result.has(name)));
    if (names.size > 0) continue;
    const [only] = narrowing;
    const who = narrowing.length === 1 ? `plugin ${only}` : `plugin(s) [${narrowing.join(' ')}] simultaneously`;
    return { names, narrowing, refusal: unresolvable('', `node(s) didn't satisfy ${who}`) };
  }
  return { names, narrowing, refusal };
}

/** Filter plugins that have something to say about this pod. */
export function activeFilters(profile: Profile, state: CycleState): readonly FilterPlugin[] {
  return state.skipFilter.size === 0 ? profile.filter : profile.filter.filter(({ name }) => !state.skipFilter.has(name));
}

/** The first refusal, or nothing. Throws `SchedulingError`. */
export function runFilters(filters: readonly FilterPlugin[], state: CycleState, pod: PodInfo, node: NodeInfo): Verdict {
  for (let i = 0; i < filters.length; i++) {
    const plugin = filters[i] as FilterPlugin;
    const verdict = plugin.filter(state, pod, node);
    if (verdict === undefined) continue;
    if (verdict.code === 'Error') throw pluginError(`running ${JSON.stringify(plugin.name)} filter plugin`, verdict);
    return verdict;
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
      for (const plugin of profile.preFilter) if (!state.skipFilter.has(plugin.name)) plugin.addPod?.(stateWithThem, pod, other, withThem);
    }
    if (withThem !== undefined) {
      const verdict = runFilters(filters, stateWithThem, pod, withThem);
      if (verdict !== undefined) return verdict;
    }
  }
  return runFilters(filters, state, pod, node);
}
