import type { Node, Pod } from '../../api/generated/types.ts';
import {
  MAX_NODE_SCORE,
  skip,
  unresolvable,
  unschedulable,
  type CycleState,
  type FilterPlugin,
  type NodeList,
  type PreFilterPlugin,
  type PreScorePlugin,
  type QueueingHint,
  type ScorePlugin,
  type StateKey,
  type Status,
  type Verdict,
} from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import { selectorOf } from './spread-selector.ts';
import { termMatches, type AffinityTerm, type NamespaceLabels, type PodInfo } from '../pod-info.ts';

const NAME = 'InterPodAffinity';
const NO_FRIEND = unresolvable(NAME, "node(s) didn't match pod affinity rules");
const FOE_HERE = unschedulable(NAME, "node(s) didn't match pod anti-affinity rules");
const UNWELCOME = unschedulable(NAME, "node(s) didn't satisfy existing pods anti-affinity rules");
const SKIP = skip(NAME);

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
const SCORES: StateKey<Topology> = { name: 'PreScoreInterPodAffinity' };

/** Who may or likes to run beside whom. */
export function interPodAffinity(
  args: InterPodAffinityArgs,
  namespaceLabels: NamespaceLabels,
): PreFilterPlugin & FilterPlugin & PreScorePlugin & ScorePlugin {
  const hardWeight = args.hardPodAffinityWeight ?? 1;

  const podCame: QueueingHint = (pod, event) => {
    const now = event.now as Pod;
    if (event.old === undefined) return matchesAll(pod.requiredAffinity, now, namespaceLabels);
    const old = event.old as Pod;
    if (!matchesAll(pod.requiredAffinity, old, namespaceLabels) && matchesAll(pod.requiredAffinity, now, namespaceLabels)) return true;
    const foe = (other: Pod): boolean => pod.requiredAntiAffinity.some((term) => termMatches(term, other, namespaceLabels));
    return foe(old) && !foe(now);
  };
  const nodeChanged: QueueingHint = (pod, event) => {
    const now = (event.now as Node).metadata.labels ?? {};
    const old = event.old === undefined ? undefined : ((event.old as Node).metadata.labels ?? {});
    if (pod.requiredAffinity.length > 0) {
      const has = (labels: Readonly<Record<string, string>>): boolean =>
        pod.requiredAffinity.every(({ topologyKey }) => labels[topologyKey] !== undefined);
      if (
        old === undefined
          ? has(now)
          : has(now) && (!has(old) || pod.requiredAffinity.some(({ topologyKey }) => now[topologyKey] !== old[topologyKey]))
      )
        return true;
    }
    // A node outside every domain where a foe runs is a way out.
    if (old === undefined) return pod.requiredAntiAffinity.length > 0 || pod.requiredAffinity.length === 0;
    return pod.requiredAntiAffinity.some(({ topologyKey }) => now[topologyKey] !== old[topologyKey]);
  };

  return {
    name: NAME,

    preFilter(state: CycleState, pod: PodInfo, nodes: NodeList): Status | undefined {
      const existingAnti = new Topology();
      for (const { term, values } of nodes.antiTerms)
        if (termMatches(term, pod.pod, namespaceLabels)) existingAnti.hold(term.topologyKey, values);
      const affinity = new Topology();
      const anti = new Topology();
      // What terms of single namespaces take is counted already; only several terms that have to hold together are not.
      const [friendly] = pod.requiredAffinity;
      const counted =
        pod.requiredAntiAffinity.every(isPlain) && (friendly === undefined || (pod.requiredAffinity.length === 1 && isPlain(friendly)));
      const hold = (topology: Topology, { namespaces, selector, topologyKey }: AffinityTerm): void => {
        for (const namespace of namespaces)
          topology.hold(topologyKey, nodes.countsOfAll(namespace, selectorOf(selector)).byTopology(topologyKey));
      };
      if (counted) {
        if (friendly !== undefined) hold(affinity, friendly);
        for (const term of pod.requiredAntiAffinity) hold(anti, term);
      } else {
        for (const node of nodes.nodes)
          for (const other of node.pods.values()) countIncoming(pod, other, node, affinity, anti, namespaceLabels, 1);
      }
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
      const prefers = pod.preferredAffinity.length > 0 || pod.preferredAntiAffinity.length > 0;
      const scores = new Topology();
      if (prefers || args.ignorePreferredTermsOfExistingPods !== true) {
        for (const node of prefers ? nodes.nodes : nodes.withAffinity) {
          if (node.node === undefined) continue;
          for (const other of node.pods.values()) if (prefers || other.hasAffinity) weigh(scores, pod, other, node);
        }
      }
      if (scores.keys.size === 0) return SKIP;
      state.write(SCORES, scores);
      return undefined;
    },

    score(state: CycleState, _pod: PodInfo, node: NodeInfo): number {
      let sum = 0;
      for (const [key, values] of (state.read(SCORES) as Topology).keys) {
        const value = node.labels[key];
        if (value !== undefined) sum += values.get(value) ?? 0;
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
      AssignedPodAdd: podCame,
      AssignedPodUpdatePodLabel: podCame,
      AssignedPodDelete: (pod, event) => {
        const gone = event.old as Pod;
        if (matchesAll(pod.requiredAffinity, gone, namespaceLabels)) return true;
        if (pod.requiredAntiAffinity.some((term) => termMatches(term, gone, namespaceLabels))) return true;
        // The pod that went may have been the one that kept this one away.
        return (gone.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).length > 0;
      },
      UnschedulablePodUpdatePodLabel: () => true,
      NodeAdd: nodeChanged,
      NodeUpdateNodeLabel: nodeChanged,
    },
  };

  function weigh(scores: Topology, pod: PodInfo, other: PodInfo, node: NodeInfo): void {
    for (const term of pod.preferredAffinity)
      if (termMatches(term, other.pod, namespaceLabels)) scores.add(term.topologyKey, node, term.weight);
    for (const term of pod.preferredAntiAffinity)
      if (termMatches(term, other.pod, namespaceLabels)) scores.add(term.topologyKey, node, -term.weight);
    if (!other.hasAffinity) return;
    // What runs already has a say too: its hard affinity, and unless switched off its preferences.
    if (hardWeight > 0)
      for (const term of other.requiredAffinity)
        if (termMatches(term, pod.pod, namespaceLabels)) scores.add(term.topologyKey, node, hardWeight);
    if (args.ignorePreferredTermsOfExistingPods === true) return;
    for (const term of other.preferredAffinity)
      if (termMatches(term, pod.pod, namespaceLabels)) scores.add(term.topologyKey, node, term.weight);
    for (const term of other.preferredAntiAffinity)
      if (termMatches(term, pod.pod, namespaceLabels)) scores.add(term.topologyKey, node, -term.weight);
  }
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

function isPlain({ namespaceSelector }: AffinityTerm): boolean {
  return namespaceSelector === undefined;
}

function matchesAll(terms: readonly AffinityTerm[], pod: Pod, namespaces: NamespaceLabels): boolean {
  return terms.length > 0 && terms.every((term) => termMatches(term, pod, namespaces));
}
