import type { Node, Pod, TopologySpreadConstraint } from '../../api/generated/types.ts';
import {
  MAX_NODE_SCORE,
  skip,
  unresolvable,
  unschedulable,
  type CycleState,
  type FilterPlugin,
  type NodeList,
  type PodCounts,
  type PodSelector,
  type PreFilterPlugin,
  type PreScorePlugin,
  type QueueingHint,
  type ScorePlugin,
  type StateKey,
  type Status,
  type Verdict,
} from '../framework.ts';
import { semanticallyEqual } from '../../api/equality.ts';
import type { ClusterEvent } from '../cluster-event.ts';
import type { NodeInfo } from '../node-info.ts';
import type { NodeValues } from '../node-values.ts';
import type { PodInfo } from '../pod-info.ts';
import { matchesRequiredNodeAffinity } from '../../api/node-selector.ts';
import { ownSelector, type DefaultSelector } from './spread-selector.ts';
import { untoleratedTaint } from '../../api/tolerations.ts';

const NAME = 'PodTopologySpread';
const HOSTNAME = 'kubernetes.io/hostname';
const REFUSED = unschedulable(NAME, "node(s) didn't match pod topology spread constraints");
const NO_LABEL = unresolvable(NAME, "node(s) didn't match pod topology spread constraints (missing required label)");
const SKIP = skip(NAME);

/** PodTopologySpreadArgs */
export interface PodTopologySpreadArgs {
  readonly defaultingType?: 'System' | 'List';
  readonly defaultConstraints?: readonly Omit<TopologySpreadConstraint, 'labelSelector'>[];
}

const SYSTEM_DEFAULTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: HOSTNAME, whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', maxSkew: 5 },
];

interface Constraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly selector: PodSelector;
  readonly minDomains: number;
  readonly honorAffinity: boolean;
  readonly honorTaints: boolean;
}

interface Counted extends Constraint {
  /** Matching pods by topology value; none of a domain means 0. */
  readonly counts: ReadonlyMap<string, number>;
  /** How many domains there are. */
  readonly domains: number;
  /** The lowest counts of two domains. */
  readonly lowest: () => Lowest;
  /** What other pods would change that come and go, on one node: of its domain. */
  readonly changed: Map<string, number>;
}
interface Lowest {
  readonly value: string | undefined;
  readonly count: number;
  /** Of all the others. */
  readonly next: number;
}
const FILTER: StateKey<readonly Counted[]> = {
  name: 'PreFilterPodTopologySpread',
  clone: (constraints) => constraints.map((constraint) => ({ ...constraint, changed: new Map(constraint.changed) })),
};

interface Scored extends Constraint {
  readonly values: NodeValues;
  /** By the numbers of the values; undefined where nodes are counted one by one. */
  readonly counts: readonly number[] | undefined;
  readonly perNode: PodCounts;
  readonly weight: number;
}
interface ScoreState {
  readonly constraints: readonly Scored[];
  readonly ignored: ReadonlySet<NodeInfo> | undefined;
}
const SCORES: StateKey<ScoreState> = { name: 'PreScorePodTopologySpread' };

/** Spreads the pods of a group over zones, nodes, or whatever a node label tells apart. */
export function podTopologySpread(
  args: PodTopologySpreadArgs,
  defaultSelector: DefaultSelector,
): PreFilterPlugin & FilterPlugin & PreScorePlugin & ScorePlugin {
  const systemDefaulted = args.defaultingType !== 'List';
  const defaults = systemDefaulted ? SYSTEM_DEFAULTS : (args.defaultConstraints ?? []);

  const constraintsOf = (pod: PodInfo, when: string): Constraint[] => {
    if (pod.spreadConstraints.length > 0) {
      return pod.spreadConstraints
        .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when)
        .map((spec) => constraint(spec, ownSelector(spec, pod.pod)));
    }
    const wanted = defaults.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when);
    if (wanted.length === 0) return [];
    const selector = defaultSelector(pod.pod);
    return selector === undefined ? [] : wanted.map((spec) => constraint(spec, selector));
  };

  const podChanged: QueueingHint = (pod, event) => {
    const other = (event.now ?? event.old) as Pod;
    if ((other.metadata.namespace ?? 'default') !== pod.namespace) return false;
    const constraints = constraintsOf(pod, 'DoNotSchedule');
    const takes = (other: ClusterEvent['now']): boolean =>
      other !== undefined && constraints.some(({ selector }) => selector.matches(other.metadata.labels));
    return event.old !== undefined && event.now !== undefined ? takes(event.old) !== takes(event.now) : takes(event.now ?? event.old);
  };
  // A new toleration lets more nodes count.
  const tolerationsChanged: QueueingHint = (pod) => constraintsOf(pod, 'DoNotSchedule').some(({ honorTaints }) => honorTaints);
  const nodeChanged: QueueingHint = (pod, event) => {
    const keys = constraintsOf(pod, 'DoNotSchedule').map(({ topologyKey }) => topologyKey);
    const has = (node: Node): boolean => keys.every((key) => node.metadata.labels?.[key] !== undefined);
    if (event.old === undefined || event.now === undefined) return has((event.now ?? event.old) as Node);
    const [old, now] = [event.old as Node, event.now as Node];
    if (has(old) !== has(now)) return true;
    const moved = keys.some((key) => old.metadata.labels?.[key] !== now.metadata.labels?.[key]);
    return has(now) && (moved || !semanticallyEqual(old.spec?.taints, now.spec?.taints));
  };

  return {
    name: NAME,

    preFilter(state: CycleState, pod: PodInfo, nodes: NodeList): Status | undefined {
      const constraints = constraintsOf(pod, 'DoNotSchedule');
      if (constraints.length === 0) return SKIP;
      const sources = constraints.map((own) => countsFor(own, pod, nodes));
      const values = constraints.map(({ topologyKey }) => nodes.values(topologyKey));
      // Where no node is left out, the sums are at hand.
      const atHand = constraints.every((own) => everyNodeCounts(own, pod)) && (constraints.length === 1 || everywhere(values, nodes));
      const counts = atHand
        ? constraints.map(({ topologyKey }, i) => (sources[i] as PodCounts).byTopology(topologyKey))
        : countDomains(constraints, sources, pod, nodes);
      state.write(
        FILTER,
        constraints.map((own, i) => {
          const [sums, domains] = [counts[i] as ReadonlyMap<string, number>, atHand ? (values[i] as NodeValues).inUse : undefined];
          return { ...own, counts: sums, domains: domains ?? sums.size, lowest: lowestOf(sums, domains ?? sums.size), changed: new Map() };
        }),
      );
      return undefined;
    },

    addPod(state: CycleState, pod: PodInfo, added: PodInfo, node: NodeInfo): void {
      change(state, pod, added, node, 1);
    },

    removePod(state: CycleState, pod: PodInfo, removed: PodInfo, node: NodeInfo): void {
      change(state, pod, removed, node, -1);
    },

    filter(state: CycleState, pod: PodInfo, node: NodeInfo): Verdict {
      for (const own of state.read(FILTER) ?? []) {
        const value = node.labels[own.topologyKey];
        if (value === undefined) return NO_LABEL;
        // KEP-3022: fewer domains than wanted, and the least is taken to be none.
        const least = own.domains < own.minDomains ? 0 : leastOf(own);
        const self = own.selector.matches(pod.pod.metadata.labels) ? 1 : 0;
        if (countIn(own, value) + self - least > own.maxSkew) return REFUSED;
      }
      return undefined;
    },

    preScore(state: CycleState, pod: PodInfo, feasible: readonly NodeInfo[], nodes: NodeList): Verdict {
      const constraints = constraintsOf(pod, 'ScheduleAnyway');
      if (constraints.length === 0) return SKIP;
      const strict = pod.spreadConstraints.length > 0 || !systemDefaulted;
      let ignored: Set<NodeInfo> | undefined;
      const values = constraints.map(({ topologyKey }) => nodes.values(topologyKey));
      const complete = (node: NodeInfo): boolean => values.every((each) => each.of(node) >= 0);
      if (strict) for (const node of feasible) if (!complete(node)) (ignored ??= new Set()).add(node);
      const scored = constraints.map((own, i): Scored => {
        const perNode = countsFor(own, pod, nodes);
        const known = values[i] as NodeValues;
        if (own.topologyKey === HOSTNAME) {
          const weight = Math.log(feasible.length - (ignored?.size ?? 0) + 2);
          return { ...own, values: known, counts: undefined, perNode, weight };
        }
        // Nodes without the label, where they are not left out, are a domain together; the last place is theirs.
        const seen = new Uint8Array(known.values.length + 1);
        let domains = 0;
        for (const node of feasible) {
          const number = known.of(node);
          const place = number < 0 ? known.values.length : number;
          if (seen[place] === 1 || ignored?.has(node) === true) continue;
          seen[place] = 1;
          domains++;
        }
        const weight = Math.log(domains + 2);
        // Sums over all nodes are at hand; they serve where no node is left out of the count.
        if (everyNodeCounts(own, pod) && (!strict || constraints.length === 1 || everywhere(values, nodes))) {
          const sums = perNode.byTopology(own.topologyKey);
          return { ...own, values: known, counts: known.values.map((value) => sums.get(value) ?? 0), perNode, weight };
        }
        const counts = known.values.map(() => 0);
        for (const node of nodes.nodes) {
          if ((strict && !complete(node)) || !included(own, pod, node)) continue;
          const number = known.of(node);
          if (number >= 0 && seen[number] === 1) counts[number] = (counts[number] as number) + perNode.onNode(node);
        }
        return { ...own, values: known, counts, perNode, weight };
      });
      state.write(SCORES, { constraints: scored, ignored });
      return undefined;
    },

    score(state: CycleState, _pod: PodInfo, node: NodeInfo): number {
      const { constraints, ignored } = state.read(SCORES) as ScoreState;
      if (ignored?.has(node) === true) return 0;
      let sum = 0;
      for (let i = 0; i < constraints.length; i++) {
        const { values, counts, perNode, weight, maxSkew } = constraints[i] as Scored;
        const number = values.of(node);
        if (number < 0) continue;
        const count = counts === undefined ? perNode.onNode(node) : (counts[number] ?? 0);
        sum += count * weight + (maxSkew - 1);
      }
      return Math.round(sum);
    },

    normalizeScore(state: CycleState, _pod: PodInfo, scores: Float64Array, count: number, nodes: readonly NodeInfo[]): void {
      const { ignored } = state.read(SCORES) as ScoreState;
      const left = (i: number): boolean => ignored !== undefined && ignored.has(nodes[i] as NodeInfo);
      let [lowest, highest] = [Infinity, 0];
      for (let i = 0; i < count; i++) {
        if (left(i)) continue;
        lowest = Math.min(lowest, scores[i] as number);
        highest = Math.max(highest, scores[i] as number);
      }
      for (let i = 0; i < count; i++) {
        if (left(i)) scores[i] = 0;
        else
          scores[i] = highest === 0 ? MAX_NODE_SCORE : Math.trunc((MAX_NODE_SCORE * (highest + lowest - (scores[i] as number))) / highest);
      }
    },

    events: {
      AssignedPodAdd: podChanged,
      AssignedPodUpdatePodLabel: podChanged,
      AssignedPodDelete: podChanged,
      UnschedulablePodUpdatePodLabel: podChanged,
      UnschedulablePodUpdatePodToleration: tolerationsChanged,
      NodeAdd: nodeChanged,
      NodeDelete: nodeChanged,
      NodeUpdateNodeLabel: nodeChanged,
      NodeUpdateNodeTaint: nodeChanged,
    },
  };
}

function constraint(spec: TopologySpreadConstraint, selector: PodSelector): Constraint {
  return {
    maxSkew: spec.maxSkew,
    topologyKey: spec.topologyKey,
    selector,
    minDomains: spec.minDomains ?? 1,
    honorAffinity: (spec.nodeAffinityPolicy ?? 'Honor') === 'Honor',
    honorTaints: spec.nodeTaintsPolicy === 'Honor',
  };
}

function hasKeys(node: NodeInfo, constraints: readonly Constraint[]): boolean {
  for (const { topologyKey } of constraints) if (node.labels[topologyKey] === undefined) return false;
  return true;
}

/** Does the constraint count the pods of this node? */
function included(own: Constraint, pod: PodInfo, node: NodeInfo): boolean {
  if (own.honorAffinity && !matchesRequiredNodeAffinity(pod.pod, node.name, node.labels)) return false;
  return !own.honorTaints || untoleratedTaint(node.taints, pod.pod.spec?.tolerations) === undefined;
}

const NO_PODS: PodCounts = { onNode: () => 0, byTopology: () => new Map() };

/** countPodsMatchSelector: an empty selector takes every pod, but counts none. */
function countsFor({ selector }: Constraint, { namespace }: PodInfo, nodes: NodeList): PodCounts {
  return selector.key === '' ? NO_PODS : nodes.counts(namespace, selector);
}

/** Has every node a value for each of the labels? */
function everywhere(values: readonly NodeValues[], { nodes }: NodeList): boolean {
  return values.every(({ present }) => present === nodes.length);
}

function everyNodeCounts(own: Constraint, { pod }: PodInfo): boolean {
  const free =
    pod.spec?.nodeSelector === undefined && pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution === undefined;
  return (free || !own.honorAffinity) && !own.honorTaints;
}

function change(state: CycleState, pod: PodInfo, other: PodInfo, node: NodeInfo, by: 1 | -1): void {
  const constraints = state.read(FILTER);
  if (constraints === undefined || other.namespace !== pod.namespace || !hasKeys(node, constraints)) return;
  for (const own of constraints) {
    const value = node.labels[own.topologyKey] as string;
    if (!included(own, pod, node) || !own.selector.matches(other.pod.metadata.labels)) continue;
    own.changed.set(value, countIn(own, value) + by);
  }
}

function countIn({ changed, counts }: Counted, value: string): number {
  return changed.get(value) ?? counts.get(value) ?? 0;
}

function leastOf({ counts, changed, lowest }: Counted): number {
  const { value, count, next } = lowest();
  let least = count;
  for (const [domain, now] of changed) {
    const wasLowest = value === undefined ? !counts.has(domain) : domain === value;
    least = Math.min(wasLowest ? next : count, now);
  }
  return least;
}

/** Of the domains that count, looked up once. A domain without such pods need not be among `counts`. */
function lowestOf(counts: ReadonlyMap<string, number>, domains: number): () => Lowest {
  let known: Lowest | undefined;
  const look = (): Lowest => {
    const empty = domains - counts.size;
    if (empty > 1) return { value: undefined, count: 0, next: 0 };
    let value: string | undefined;
    let [count, next] = [Infinity, Infinity];
    for (const [each, sum] of counts) {
      if (sum < count) [value, count, next] = [each, sum, count];
      else if (sum < next) next = sum;
    }
    return empty === 0 ? { value, count, next } : { value: undefined, count: 0, next: count };
  };
  return () => (known ??= look());
}

/** Domain by domain, over the nodes that each constraint counts. */
function countDomains(
  constraints: readonly Constraint[],
  sources: readonly PodCounts[],
  pod: PodInfo,
  nodes: NodeList,
): Map<string, number>[] {
  const counts = constraints.map(() => new Map<string, number>());
  for (const node of nodes.nodes) {
    if (!hasKeys(node, constraints)) continue;
    constraints.forEach((own, i) => {
      if (!included(own, pod, node)) return;
      const [sums, value] = [counts[i] as Map<string, number>, node.labels[own.topologyKey] as string];
      sums.set(value, (sums.get(value) ?? 0) + (sources[i] as PodCounts).onNode(node));
    });
  }
  return counts;
}
