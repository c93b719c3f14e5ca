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
  /** Matching pods by topology value, of the domains that count. */
  readonly counts: Map<string, number>;
  /** The lowest of them, once somebody has looked. */
  least: number | undefined;
}
const FILTER: StateKey<readonly Counted[]> = {
  name: 'PreFilterPodTopologySpread',
  clone: (constraints) => constraints.map((constraint) => ({ ...constraint, counts: new Map(constraint.counts) })),
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
    const namespace = ((event.now ?? event.old) as Pod).metadata.namespace ?? 'default';
    if (namespace !== pod.namespace) return false;
    const constraints = constraintsOf(pod, 'DoNotSchedule');
    const takes = (other: ClusterEvent['now']): boolean =>
      other !== undefined && constraints.some(({ selector }) => selector.matches(other.metadata.labels));
    return event.old !== undefined && event.now !== undefined ? takes(event.old) !== takes(event.now) : takes(event.now ?? event.old);
  };
  const nodeChanged: QueueingHint = (pod, event) => {
    const keys = constraintsOf(pod, 'DoNotSchedule').map(({ topologyKey }) => topologyKey);
    const has = (node: Node): boolean => keys.every((key) => node.metadata.labels?.[key] !== undefined);
    if (event.old === undefined || event.now === undefined) return has((event.now ?? event.old) as Node);
    const [old, now] = [event.old as Node, event.now as Node];
    return has(old) !== has(now) || (has(now) && keys.some((key) => old.metadata.labels?.[key] !== now.metadata.labels?.[key]));
  };

  return {
    name: NAME,

    preFilter(state: CycleState, pod: PodInfo, nodes: NodeList): Status | undefined {
      const constraints = constraintsOf(pod, 'DoNotSchedule');
      if (constraints.length === 0) return SKIP;
      const counted = constraints.map((own): Counted => ({ ...own, counts: new Map(), least: undefined }));
      const sources = counted.map(({ selector }) => nodes.counts(pod.namespace, selector));
      const values = counted.map(({ topologyKey }) => nodes.values(topologyKey));
      // Where no node is left out, the sums are at hand.
      if (
        counted.every((own) => everyNodeCounts(own, pod)) &&
        (counted.length === 1 || values.every(({ present }) => present === nodes.nodes.length))
      ) {
        counted.forEach(({ topologyKey, counts }, i) => {
          const sums = (sources[i] as PodCounts).byTopology(topologyKey);
          const known = values[i] as NodeValues;
          known.values.forEach((value, number) => {
            if ((known.nodes[number] as number) > 0) counts.set(value, sums.get(value) ?? 0);
          });
        });
        state.write(FILTER, counted);
        return undefined;
      }
      for (const node of nodes.nodes) {
        if (!hasKeys(node, counted)) continue;
        for (let i = 0; i < counted.length; i++) {
          const own = counted[i] as Counted;
          if (!included(own, pod, node)) continue;
          const value = node.labels[own.topologyKey] as string;
          own.counts.set(value, (own.counts.get(value) ?? 0) + (sources[i]?.onNode(node) ?? 0));
        }
      }
      state.write(FILTER, counted);
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
        const least = own.counts.size < own.minDomains ? 0 : (own.least ??= lowestOf(own.counts));
        const self = own.selector.matches(pod.pod.metadata.labels) ? 1 : 0;
        if ((own.counts.get(value) ?? 0) + self - least > own.maxSkew) return REFUSED;
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
        const perNode = nodes.counts(pod.namespace, own.selector);
        const known = values[i] as NodeValues;
        if (own.topologyKey === HOSTNAME) {
          const weight = Math.log(feasible.length - (ignored?.size ?? 0) + 2);
          return { ...own, values: known, counts: undefined, perNode, weight };
        }
        const seen = new Uint8Array(known.values.length);
        let domains = 0;
        for (const node of feasible) {
          const number = known.of(node);
          if (number < 0 || seen[number] === 1 || ignored?.has(node) === true) continue;
          seen[number] = 1;
          domains++;
        }
        const weight = Math.log(domains + 2);
        // Sums over all nodes are at hand; they serve where no node is left out of the count.
        if (everyNodeCounts(own, pod) && (!strict || constraints.length === 1)) {
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
      UnschedulablePodUpdatePodLabel: () => true,
      NodeAdd: nodeChanged,
      NodeDelete: nodeChanged,
      NodeUpdateNodeLabel: nodeChanged,
      NodeUpdateNodeTaint: (pod) => pod.spreadConstraints.some(({ nodeTaintsPolicy }) => nodeTaintsPolicy === 'Honor'),
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

function everyNodeCounts(own: Constraint, { pod }: PodInfo): boolean {
  const free =
    pod.spec?.nodeSelector === undefined && pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution === undefined;
  return (free || !own.honorAffinity) && !own.honorTaints;
}

function change(state: CycleState, pod: PodInfo, other: PodInfo, node: NodeInfo, by: 1 | -1): void {
  const constraints = state.read(FILTER);
  if (constraints === undefined || other.namespace !== pod.namespace || other.pod.metadata.deletionTimestamp !== undefined) return;
  if (!hasKeys(node, constraints)) return;
  for (const own of constraints) {
    const value = node.labels[own.topologyKey] as string;
    if (!included(own, pod, node) || !own.selector.matches(other.pod.metadata.labels)) continue;
    own.counts.set(value, (own.counts.get(value) ?? 0) + by);
    own.least = undefined;
  }
}

function lowestOf(counts: ReadonlyMap<string, number>): number {
  let least = Infinity;
  for (const count of counts.values()) if (count < least) least = count;
  return least;
}
