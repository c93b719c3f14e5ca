import type { Task } from '../os/task.ts';
import type { Pod } from '../api/generated/types.ts';
import type { ClusterEvent, ClusterEventName } from './cluster-event.ts';
import type { NodeInfo } from './node-info.ts';
import type { NodeValues } from './node-values.ts';
import type { TermPlaces } from './affinity-terms.ts';
import type { NamespaceLabels, PodInfo } from './pod-info.ts';

/** The extension points of the scheduling framework (KEP-624), with the names and the rules of `k8s.io/kube-scheduler/framework`. */

export type Code = 'Error' | 'Unschedulable' | 'UnschedulableAndUnresolvable' | 'Wait' | 'Skip';

/** A verdict other than Success, which is `undefined`. Verdicts are shared values: never changed. */
export interface Status {
  readonly code: Code;
  readonly reasons: readonly string[];
  /** The plugin that gave it; filled in by the runner for verdicts on a pod as a whole. */
  readonly plugin: string;
}

export type Verdict = Status | undefined;

export const MAX_NODE_SCORE = 100;

declare const STATE: unique symbol;
/** Names a plugin's piece of the cycle state and carries its type. */
export interface StateKey<T> {
  readonly name: string;
  readonly clone?: (value: T) => T;
  readonly [STATE]?: T;
}

/** What plugins hand on to themselves within one scheduling cycle. */
export class CycleState {
  readonly #values = new Map<StateKey<unknown>, unknown>();
  /** Filter plugins that had nothing to say about this pod; see `Code` Skip. */
  skipFilter: ReadonlySet<string> = new Set();

  write<T>(key: StateKey<T>, value: T): void {
    this.#values.set(key as StateKey<unknown>, value);
  }

  read<T>(key: StateKey<T>): T | undefined {
    return this.#values.get(key as StateKey<unknown>) as T | undefined;
  }

  clone(): CycleState {
    const copy = new CycleState();
    copy.skipFilter = this.skipFilter;
    for (const [key, value] of this.#values) copy.#values.set(key, key.clone === undefined ? value : key.clone(value));
    return copy;
  }
}

export interface Plugin {
  readonly name: string;
  /** Which events can make a pod schedulable that this plugin refused, each with its hint: is this one worth another try? */
  readonly events?: Partial<Record<ClusterEventName, QueueingHint>>;
}

export type QueueingHint = (pod: PodInfo, event: ClusterEvent) => boolean;

export interface PreEnqueuePlugin extends Plugin {
  preEnqueue(pod: Pod): Verdict;
}

export interface QueueSortPlugin extends Plugin {
  less(a: Queued, b: Queued): boolean;
}

/** What sorting sees of a queued pod. */
export interface Queued {
  readonly info: PodInfo;
  readonly addedAt: number;
  readonly order: number;
}

export interface PreFilterPlugin extends Plugin {
  /** A set of node names narrows the search to them; Skip leaves out this plugin's Filter. */
  preFilter(state: CycleState, pod: PodInfo, nodes: NodeList): Status | ReadonlySet<string> | undefined;
  /** Keeps the state right when preemption tries what would be if a pod came to or left a node. */
  addPod?(state: CycleState, pod: PodInfo, added: PodInfo, node: NodeInfo): void;
  removePod?(state: CycleState, pod: PodInfo, removed: PodInfo, node: NodeInfo): void;
}

export interface FilterPlugin extends Plugin {
  /** It looks at nothing but the pod and the node. */
  readonly local?: true;
  filter(state: CycleState, pod: PodInfo, node: NodeInfo): Verdict;
}

export interface PostFilterPlugin extends Plugin {
  /** Waits only where extenders are asked. */
  postFilter(state: CycleState, pod: PodInfo, statuses: NodeStatuses, extenders: readonly PreemptionExtender[]): Task<PostFilterResult>;
}

/** Why nodes are not feasible (NodeToStatusReader). */
export interface NodeStatuses {
  of(node: string): Status | undefined;
  nodesWith(code: Code): readonly string[];
}

/** A node on which preemption would make room. */
export interface Candidate {
  readonly node: string;
  /** Most important first, as they were found worth keeping. */
  readonly victims: readonly PodInfo[];
  /** Disruption budgets that this would violate. */
  readonly violations: number;
}

/** A program beside the scheduler that may have a say in preemption. */
export interface PreemptionExtender {
  readonly ignorable: boolean;
  preempts(pod: Pod): boolean;
  /** The candidates that it leaves, with the victims that it wants. Throws `SchedulingError`. */
  preempt(pod: Pod, candidates: readonly Candidate[], nodes: NodeList): Task<readonly Candidate[]>;
}

export interface PostFilterResult {
  readonly status: Verdict;
  /** The node to keep for the pod once its victims are gone; '' takes an earlier nomination back. */
  readonly nominatedNodeName?: string;
  /** Pods that are to be deleted to make room. */
  readonly victims?: readonly PodInfo[];
}

export interface PreScorePlugin extends Plugin {
  preScore(state: CycleState, pod: PodInfo, feasible: readonly NodeInfo[], nodes: NodeList): Verdict;
}

export interface ScorePlugin extends Plugin {
  /** Any integer where `normalizeScore` exists, else 0 … 100. */
  score(state: CycleState, pod: PodInfo, node: NodeInfo): number;
  /** Brings the scores into 0 … 100, in place. `nodes[i]` got `scores[i]`. */
  normalizeScore?(state: CycleState, pod: PodInfo, scores: Float64Array, count: number, nodes: readonly NodeInfo[]): void;
}

export interface ReservePlugin extends Plugin {
  reserve(state: CycleState, pod: PodInfo, nodeName: string): Verdict;
  unreserve(state: CycleState, pod: PodInfo, nodeName: string): void;
}

export interface PermitPlugin extends Plugin {
  /** A verdict of code Wait keeps the pod, assumed on its node, until it is allowed or rejected, or `timeout` (ms) is over. */
  permit(state: CycleState, pod: PodInfo, nodeName: string, waiting: WaitingPods): { readonly verdict: Verdict; readonly timeout?: number };
}

/** Pods that Permit plugins keep waiting. */
export interface WaitingPods {
  readonly pods: Iterable<WaitingPod>;
  get(uid: string): WaitingPod | undefined;
}

export interface WaitingPod {
  readonly pod: PodInfo;
  readonly nodeName: string;
  /** Plugins that it still waits for. */
  readonly pending: ReadonlySet<string>;
  allow(plugin: string): void;
  reject(plugin: string, message: string): void;
}

export interface PreBindPlugin extends Plugin {
  /** PreBindPreFlight: will it have something to do? Then the pod's status tells the node that is expected (KEP-5278). */
  waitsBeforeBinding?(state: CycleState, nodeName: string): boolean;
  /** May wait, for volumes for one. */
  preBind(state: CycleState, pod: PodInfo, nodeName: string): Task<Verdict>;
}

export interface BindPlugin extends Plugin {
  bind(state: CycleState, pod: PodInfo, nodeName: string): Task<Verdict>;
}

export interface PostBindPlugin extends Plugin {
  postBind(state: CycleState, pod: PodInfo, nodeName: string): void;
}

export type AnyPlugin = Plugin &
  Partial<
    PreEnqueuePlugin &
      QueueSortPlugin &
      PreFilterPlugin &
      FilterPlugin &
      PostFilterPlugin &
      PreScorePlugin &
      ScorePlugin &
      ReservePlugin &
      PermitPlugin &
      PreBindPlugin &
      BindPlugin &
      PostBindPlugin
  >;

/** The nodes of a cycle, with the subsets that plugins need. */
export interface NodeList {
  readonly nodes: readonly NodeInfo[];
  /** Namespaces that have pods on nodes. */
  readonly namespaces: Iterable<string>;
  /** Affinity of the pods that run: required affinity and anti-affinity, and what they prefer. */
  readonly friendlyTerms: Iterable<TermPlaces>;
  readonly antiTerms: Iterable<TermPlaces>;
  readonly preferredTerms: Iterable<TermPlaces>;
  get(name: string): NodeInfo | undefined;
  /** An image that some node has, by the name that the node tells. */
  image(name: string): NodeImage | undefined;
  /** The values of a node label. */
  values(key: string): NodeValues;
  readonly namespaceLabels: NamespaceLabels;
  /** Does a pod on a node name this claim (`namespace/name`)? */
  isClaimUsed(key: string): boolean;
  /** Pods of a namespace that a selector takes, counted by node and by topology; kept up to date by differences. */
  counts(namespace: string, selector: PodSelector): PodCounts;
  /** The same with those that are on their way out. */
  countsOfAll(namespace: string, selector: PodSelector): PodCounts;
}

/** One image, wherever it is. */
export interface NodeImage {
  readonly count: number;
  /** As the first node told that has it. */
  readonly size: number;
  on(node: NodeInfo): boolean;
}

/** Which pods to count. `key` tells equal selectors apart from others. */
export interface PodSelector {
  readonly key: string;
  matches(labels: Readonly<Record<string, string>> | undefined): boolean;
}

export interface PodCounts {
  onNode(node: NodeInfo): number;
  /** Sums by value of a node label. */
  byTopology(key: string): ReadonlyMap<string, number>;
}

/** An attempt that ended in an error, not in a verdict: the pod is tried again after its back-off. */
export class SchedulingError extends Error {}

/** With the sentence in which the framework wraps a plugin's error. */
export function pluginError(running: string, { reasons }: Status): SchedulingError {
  return new SchedulingError(`${running}: ${reasons.join(', ')}`);
}

export function unschedulable(plugin: string, ...reasons: string[]): Status {
  return { code: 'Unschedulable', reasons, plugin };
}

export function unresolvable(plugin: string, ...reasons: string[]): Status {
  return { code: 'UnschedulableAndUnresolvable', reasons, plugin };
}

export function skip(plugin: string): Status {
  return { code: 'Skip', reasons: [], plugin };
}

export function failed(plugin: string, ...reasons: string[]): Status {
  return { code: 'Error', reasons, plugin };
}

/** helper.DefaultNormalizeScore: the highest becomes 100; `reverse` for plugins that count what is bad. */
export function defaultNormalizeScore(scores: Float64Array, count: number, reverse: boolean): void {
  let highest = 0;
  for (let i = 0; i < count; i++) if ((scores[i] as number) > highest) highest = scores[i] as number;
  if (highest === 0) {
    if (reverse) scores.fill(MAX_NODE_SCORE, 0, count);
    return;
  }
  for (let i = 0; i < count; i++) {
    const score = Math.trunc((MAX_NODE_SCORE * (scores[i] as number)) / highest);
    scores[i] = reverse ? MAX_NODE_SCORE - score : score;
  }
}
