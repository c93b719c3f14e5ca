import type { Node, Pod } from '../../api/generated/types.ts';
import {
  MAX_NODE_SCORE,
  skip,
  unresolvable,
  unschedulable,
  type CycleState,
  type FilterPlugin,
  type NodeList,
  type PodSelector,
  type PreFilterPlugin,
  type PreScorePlugin,
  type QueueingHint,
  type ScorePlugin,
  type StateKey,
  type Status,
  type Verdict,
} from '../framework.ts';
import type { TermPlaces } from '../affinity-terms.ts';
import type { NodeInfo } from '../node-info.ts';
import { selectorOf } from './spread-selector.ts';
import { PodInfo, inNamespaces, termMatches, type AffinityTerm, type NamespaceLabels } from '../pod-info.ts';

const NAME = 'InterPodAffinity';
const NO_FRIEND = unresolvable(NAME, "node(s) didn't match pod affinity rules");
const FOE_HERE = unschedulable(NAME, "node(s) didn't match pod anti-affinity rules");
const UNWELCOME = unschedulable(NAME, "node(s) didn't satisfy existing pods anti-affinity rules");
const SKIP = skip(NAME);
// Queueing hints do not look at the labels of namespaces.
const NO_LABELS: NamespaceLabels = () => undefined;

/** InterPodAffinityArgs */
export interface InterPodAffinityArgs {
  readonly hardPodAffinityWeight?: number;
  readonly ignorePreferredTermsOfExistingPods?: boolean;
}

/** Numbers by topology key, then by value: own ones, and those that an index of the cache holds, which are not copied. */
class Topology {
  readonly keys = new Map<string, Map<string, number>>();
  #held: { readonly key: string; readonly values: ReadonlyMap<string, number> }[] = [];

  get empty(): boolean {
    if (this.keys.size === 0) return this.#held.length === 0;
    const none = ({ key, values }: { key: string; values: ReadonlyMap<string, number> }): boolean => {
      for (const value of values.keys()) if (this.at(key, value) !== 0) return false;
      return true;
    };
    return this.#held.every(none) && Array.from(this.keys, ([key, values]) => ({ key, values })).every(none);
  }

  /** Counts what the cache has counted already. It does not change before the cycle is over. */
  hold(key: string, values: ReadonlyMap<string, number>): void {
    if (values.size > 0) this.#held.push({ key, values });
  }

  /** Whether any value that the node has counts for something. */
  meets(labels: Readonly<Record<string, string>>): boolean {
    for (const { key } of this.#held) {
      const value = labels[key];
      if (value !== undefined && this.at(key, value) > 0) return true;
    }
    for (const key of this.keys.keys()) {
      const value = labels[key];
      if (value !== undefined && this.at(key, value) > 0) return true;
    }
    return false;
  }

  add(key: string, node: NodeInfo, by: number): void {
    const value = node.labels[key];
    if (value === undefined || by === 0) return;
    let values = this.keys.get(key);
    if (values === undefined) this.keys.set(key, (values = new Map()));
    const next = (values.get(value) ?? 0) + by;
    if (next !== 0) values.set(value, next);
    else {
      values.delete(value);
      if (values.size === 0) this.keys.delete(key);
    }
  }

  at(key: string, value: string): number {
    let sum = this.keys.get(key)?.get(value) ?? 0;
    for (const held of this.#held) if (held.key === key) sum += held.values.get(value) ?? 0;
    return sum;
  }

  clone(): Topology {
    const copy = new Topology();
    for (const [key, values] of this.keys) copy.keys.set(key, new Map(values));
    copy.#held = this.#held;
    return copy;
  }
}

interface FilterState {
  /** Where running pods keep this pod away. */
  readonly existingAnti: Topology;
  readonly affinity: Topology;
  readonly anti: Topology;
  readonly namespaceLabels: NamespaceLabels;
}
const FILTER: StateKey<FilterState> = {
  name: 'PreFilterInterPodAffinity',
  clone: (state) => ({ ...state, existingAnti: state.existingAnti.clone(), affinity: state.affinity.clone(), anti: state.anti.clone() }),
};
/** A weight for every node that has one of the values, times the number that the value has. */
interface Preference {
  readonly key: string;
  readonly values: ReadonlyMap<string, number>;
  readonly weight: number;
}
const SCORES: StateKey<readonly Preference[]> = { name: 'PreScoreInterPodAffinity' };

/** Who may or likes to run beside whom. */
export function interPodAffinity(
  args: InterPodAffinityArgs,
  namespaceLabels: NamespaceLabels,
): PreFilterPlugin & FilterPlugin & PreScorePlugin & ScorePlugin {
  const hardWeight = args.hardPodAffinityWeight ?? 1;

  const podChanged: QueueingHint = (pod, { old, now }) => {
    const friend = (other: Pod): boolean => matchesAll(pod.requiredAffinity, other, NO_LABELS);
    const foe = (other: Pod): boolean => matchesAll(pod.requiredAntiAffinity, other, NO_LABELS);
    if (old === undefined) return friend(now as Pod);
    if (now === undefined) return foe(old as Pod) || matchesAll(new PodInfo(old as Pod).requiredAntiAffinity, pod.pod, NO_LABELS);
    return (!friend(old as Pod) && friend(now as Pod)) || (foe(old as Pod) && !foe(now as Pod));
  };
  const nodeChanged: QueueingHint = (pod, event) => {
    const now = (event.now as Node).metadata.labels ?? {};
    // A node outside every domain where a foe runs is a way out.
    if (event.old === undefined)
      return pod.requiredAntiAffinity.length > 0 || pod.requiredAffinity.some(({ topologyKey }) => now[topologyKey] !== undefined);
    const old = (event.old as Node).metadata.labels ?? {};
    return (
      pod.requiredAffinity.some(({ topologyKey: key }) => now[key] !== undefined && now[key] !== old[key]) ||
      pod.requiredAntiAffinity.some(({ topologyKey: key }) => old[key] !== undefined && now[key] !== old[key])
    );
  };
  /** Pods that match all the terms, counted by one topology key; one entry a namespace. */
  const countsOf = function* (terms: readonly AffinityTerm[], key: string, nodes: NodeList): Generator<ReadonlyMap<string, number>> {
    const selector = terms.length === 1 ? selectorOf(terms[0]?.selector) : allOf(terms);
    for (const namespace of namespacesOf(terms, nodes)) {
      const counts = nodes.countsOfAll(namespace, selector).byTopology(key);
      if (counts.size > 0) yield counts;
    }
  };
  const namespacesOf = ([first, ...rest]: readonly AffinityTerm[], nodes: NodeList): Iterable<string> => {
    if (first === undefined) return [];
    if (rest.length === 0 && first.namespaceSelector === undefined) return first.namespaces;
    return [...nodes.namespaces].filter((namespace) => [first, ...rest].every((term) => inNamespaces(term, namespace, namespaceLabels)));
  };

  return {
    name: NAME,

    preFilter(state: CycleState, pod: PodInfo, nodes: NodeList): Status | undefined {
      const existingAnti = new Topology();
      for (const { term, values } of nodes.antiTerms)
        if (termMatches(term, pod.pod, namespaceLabels)) existingAnti.hold(term.topologyKey, values);
      const affinity = new Topology();
      const anti = new Topology();
      for (const { topologyKey } of pod.requiredAffinity)
        for (const counts of countsOf(pod.requiredAffinity, topologyKey, nodes)) affinity.hold(topologyKey, counts);
      for (const term of pod.requiredAntiAffinity)
        for (const counts of countsOf([term], term.topologyKey, nodes)) anti.hold(term.topologyKey, counts);
      if (existingAnti.empty && pod.requiredAffinity.length === 0 && pod.requiredAntiAffinity.length === 0) {
        return SKIP;
      }
      state.write(FILTER, { existingAnti, affinity, anti, namespaceLabels });
      return undefined;
    },

    addPod(state: CycleState, pod: PodInfo, added: PodInfo, node: NodeInfo): void {
      change(state, pod, added, node, 1);
    },

    removePod(state: CycleState, pod: PodInfo, removed: PodInfo, node: NodeInfo): void {
      change(state, pod, removed, node, -1);
    },

    filter(cycle: CycleState, pod: PodInfo, node: NodeInfo): Verdict {
      const state = cycle.read(FILTER);
      if (state === undefined) return undefined;
      if (!affinityHolds(state, pod, node)) return NO_FRIEND;
      for (const { topologyKey } of pod.requiredAntiAffinity) {
        const value = node.labels[topologyKey];
        if (value !== undefined && state.anti.at(topologyKey, value) > 0) return FOE_HERE;
      }
      return state.existingAnti.meets(node.labels) ? UNWELCOME : undefined;
    },

    preScore(state: CycleState, pod: PodInfo, _feasible: readonly NodeInfo[], nodes: NodeList): Verdict {
      if (args.ignorePreferredTermsOfExistingPods === true && pod.preferredTerms.length === 0) return SKIP;
      const preferences: Preference[] = [];
      for (const term of pod.preferredTerms)
        for (const values of countsOf([term], term.topologyKey, nodes))
          preferences.push({ key: term.topologyKey, values, weight: term.weight });
      // What runs already has a say too, with its preferences and its hard affinity.
      const weigh = (places: Iterable<TermPlaces>, fixed?: number): void => {
        for (const { term, values } of places)
          if (values.size > 0 && termMatches(term, pod.pod, namespaceLabels))
            preferences.push({ key: term.topologyKey, values, weight: fixed ?? term.weight });
      };
      if (hardWeight > 0) weigh(nodes.friendlyTerms, hardWeight);
      weigh(nodes.preferredTerms);
      if (preferences.length === 0) return SKIP;
      state.write(SCORES, preferences);
      return undefined;
    },

    score(state: CycleState, _pod: PodInfo, { labels }: NodeInfo): number {
      let sum = 0;
      for (const { key, values, weight } of state.read(SCORES) as readonly Preference[]) {
        const value = labels[key];
        if (value !== undefined) sum += weight * (values.get(value) ?? 0);
      }
      return sum;
    },

    normalizeScore(_state: CycleState, _pod: PodInfo, scores: Float64Array, count: number): void {
      let [lowest, highest] = [Infinity, -Infinity];
      for (let i = 0; i < count; i++) {
        lowest = Math.min(lowest, scores[i] as number);
        highest = Math.max(highest, scores[i] as number);
      }
      const range = highest - lowest;
      for (let i = 0; i < count; i++) scores[i] = range > 0 ? Math.trunc(MAX_NODE_SCORE * (((scores[i] as number) - lowest) / range)) : 0;
    },

    events: {
      AssignedPodAdd: podChanged,
      AssignedPodUpdatePodLabel: podChanged,
      AssignedPodDelete: podChanged,
      UnschedulablePodUpdatePodLabel: () => true,
      NodeAdd: nodeChanged,
      NodeUpdateNodeLabel: nodeChanged,
    },
  };
}

function change(cycle: CycleState, pod: PodInfo, other: PodInfo, node: NodeInfo, by: 1 | -1): void {
  const state = cycle.read(FILTER);
  if (state === undefined) return;
  for (const term of other.requiredAntiAffinity)
    if (termMatches(term, pod.pod, state.namespaceLabels)) state.existingAnti.add(term.topologyKey, node, by);
  countIncoming(pod, other, node, state.affinity, state.anti, state.namespaceLabels, by);
}

function countIncoming(
  pod: PodInfo,
  other: PodInfo,
  node: NodeInfo,
  affinity: Topology,
  anti: Topology,
  namespaces: NamespaceLabels,
  by: 1 | -1,
): void {
  if (pod.requiredAffinity.length > 0 && matchesAll(pod.requiredAffinity, other.pod, namespaces)) {
    for (const { topologyKey } of pod.requiredAffinity) affinity.add(topologyKey, node, by);
  }
  for (const term of pod.requiredAntiAffinity) if (termMatches(term, other.pod, namespaces)) anti.add(term.topologyKey, node, by);
}

function affinityHolds(state: FilterState, pod: PodInfo, node: NodeInfo): boolean {
  let found = true;
  for (const { topologyKey } of pod.requiredAffinity) {
    const value = node.labels[topologyKey];
    if (value === undefined) return false;
    if (state.affinity.at(topologyKey, value) <= 0) found = false;
  }
  // The first pod of a group that is friendly to itself has nobody to go to yet.
  return found || (state.affinity.empty && matchesAll(pod.requiredAffinity, pod.pod, state.namespaceLabels));
}

/** Pods that every term's selector takes. */
function allOf(terms: readonly AffinityTerm[]): PodSelector {
  const selectors = terms.map(({ selector }) => selectorOf(selector));
  return { key: selectors.map(({ key }) => key).join(' & '), matches: (labels) => selectors.every((each) => each.matches(labels)) };
}

function matchesAll(terms: readonly AffinityTerm[], pod: Pod, namespaces: NamespaceLabels): boolean {
  return terms.length > 0 && terms.every((term) => termMatches(term, pod, namespaces));
}
