import type { Pod } from '../../api/generated/types.ts';
import type { LabelSelector } from '../../api/meta.ts';
import { matchesSelector } from '../../api/selector.ts';
import type { Task } from '../../os/task.ts';
import type { Random } from '../../sim/random.ts';
import { parseTime } from '../../sim/time.ts';
import { fitError, newDiagnosis } from '../diagnosis.ts';
import { activeFilters, runFiltersWithNominated } from '../filter.ts';
import {
  SchedulingError,
  failed,
  unresolvable,
  type Candidate,
  type Code,
  type CycleState,
  type FilterPlugin,
  type NodeList,
  type NodeStatuses,
  type PostFilterPlugin,
  type PostFilterResult,
  type PreEnqueuePlugin,
  type PreemptionExtender,
  type Status,
} from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { Nominator } from '../nominator.ts';
import type { PodInfo } from '../pod-info.ts';
import type { Profile } from '../profile.ts';

const NAME = 'DefaultPreemption';
const NOT_HELPFUL = unresolvable(NAME, 'Preemption is not helpful for scheduling');
const UNDER_WAY = unresolvable(NAME, 'waiting for the preemption for this pod to be finished');
const NO_VICTIMS = unresolvable(NAME, 'No preemption victims found for incoming pod');

/** DefaultPreemptionArgs: dry runs stop when a tenth of the nodes, or a hundred, could do. */
export interface DefaultPreemptionArgs {
  readonly minCandidateNodesPercentage?: number;
  readonly minCandidateNodesAbsolute?: number;
}

export interface DisruptionBudget {
  readonly namespace: string;
  readonly selector: LabelSelector | undefined;
  readonly disruptionsAllowed: number;
  readonly disruptedPods: Readonly<Record<string, string>>;
}

export interface PreemptionHandle {
  readonly nodes: NodeList;
  readonly nominator: Nominator;
  readonly random: Random;
  profileOf(pod: PodInfo): Profile;
  budgets(): readonly DisruptionBudget[];
  /** Carries the choice out: victims are told and deleted in a later event. */
  preempt(pod: PodInfo, candidate: Candidate): void;
  /** Are victims being deleted for the pod? */
  isPreempting?(pod: Pod): boolean;
  /** For those who count: it is being looked for room. */
  attempted?(): void;
  /** For those who watch the dry run: tests and the log. */
  dryRan?(candidates: readonly Candidate[], others: ReadonlyMap<string, Status>): void;
}

/** Looks for a node where the pod would fit if pods of lower priority were gone. */
export function defaultPreemption(handle: PreemptionHandle, args: DefaultPreemptionArgs = {}): PostFilterPlugin & PreEnqueuePlugin {
  const memory: Memory = new WeakMap();
  return {
    name: NAME,
    preEnqueue: (pod) => (handle.isPreempting?.(pod) === true ? UNDER_WAY : undefined),
    *postFilter(state: CycleState, pod: PodInfo, statuses: NodeStatuses, extenders: readonly PreemptionExtender[]): Task<PostFilterResult> {
      const fail = (message: string, nominatedNodeName?: string, code: Code = 'Unschedulable'): PostFilterResult => ({
        status: { code, plugin: NAME, reasons: [`preemption: ${message}`] },
        ...(nominatedNodeName === undefined ? {} : { nominatedNodeName }),
      });
      handle.attempted?.();
      const ineligible = whyIneligible(handle, pod, statuses);
      if (ineligible !== undefined) return fail(ineligible);
      const { candidates, others } = dryRun(handle, args, state, pod, statuses, memory);
      if (candidates.length === 0) {
        const failure = [...others.values()].find(({ code }) => code === 'Error');
        if (failure !== undefined) return fail(failure.reasons.join(', '), undefined, 'Error');
        const why = newDiagnosis(handle.nodes.nodes.length);
        why.absent = NOT_HELPFUL;
        for (const [name, status] of others) why.refused.add(name, status);
        return fail(fitError(why), '');
      }
      let left: readonly Candidate[];
      try {
        left = yield* askToPreempt(extenders, pod, candidates, handle.nodes);
      } catch (error) {
        if (!(error instanceof SchedulingError)) throw error;
        return fail(error.message, undefined, 'Error');
      }
      if (left.length === 0) return fail('no candidate node for preemption');
      const best = pickOne(left, handle.random);
      handle.preempt(pod, best);
      return { status: undefined, nominatedNodeName: best.node, victims: best.victims };
    },
    events: { AssignedPodDelete: () => false },
  };
}

// PodEligibleToPreemptOthers
function whyIneligible({ nodes, nominator }: PreemptionHandle, pod: PodInfo, statuses: NodeStatuses): string | undefined {
  if (pod.pod.spec?.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = nominator.nodeOf(pod.uid) ?? pod.pod.status?.nominatedNodeName ?? '';
  if (nominated === '' || statuses.of(nominated)?.code !== 'Unschedulable') return undefined;
  for (const other of nodes.get(nominated)?.pods.values() ?? []) {
    if (other.pod.metadata.deletionTimestamp === undefined || other.priority >= pod.priority) continue;
    const disruption = other.pod.status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
    if (disruption?.status === 'True' && disruption.reason === 'PreemptionByScheduler')
      return 'not eligible due to a terminating pod on the nominated node.';
  }
  return undefined;
}

/** What a dry run on a node has found, good until the node changes: most pods that preempt are like the one before. */
type Memory = WeakMap<NodeInfo, { generation: number; asked: string; budgets: readonly DisruptionBudget[]; found: Candidate | Status }>;

function dryRun(
  handle: PreemptionHandle,
  { minCandidateNodesPercentage = 10, minCandidateNodesAbsolute = 100 }: DefaultPreemptionArgs,
  state: CycleState,
  pod: PodInfo,
  statuses: NodeStatuses,
  memory: Memory,
): { candidates: Candidate[]; others: Map<string, Status> } {
  const possible = statuses.nodesWith('Unschedulable');
  const kept: Candidate[] = [];
  const violating: Candidate[] = [];
  const others = new Map<string, Status>();
  if (possible.length === 0) return { candidates: [], others };
  const enough = Math.min(
    possible.length,
    Math.max(Math.trunc((possible.length * minCandidateNodesPercentage) / 100), minCandidateNodesAbsolute),
  );
  const offset = handle.random.int(possible.length);
  const budgets = handle.budgets();
  const profile = handle.profileOf(pod);
  const filters = activeFilters(profile, state);
  const asked = filters.every(({ local }) => local === true) ? JSON.stringify([pod.priority, pod.pod.spec]) : undefined;
  const look = (node: NodeInfo): Candidate | Status => {
    if (asked === undefined || handle.nominator.on(node.name) !== undefined)
      return selectVictims(handle, profile, filters, state.clone(), pod, node.clone(), budgets);
    const known = memory.get(node);
    if (known?.generation === node.generation && known.asked === asked && known.budgets === budgets) return known.found;
    const found = selectVictims(handle, profile, filters, state, pod, node.clone(), budgets);
    memory.set(node, { generation: node.generation, asked, budgets, found });
    return found;
  };
  for (let i = 0; i < possible.length; i++) {
    const node = handle.nodes.get(possible[(offset + i) % possible.length] as string) as NodeInfo;
    const found = look(node);
    if ('code' in found) others.set(node.name, found);
    else {
      const list = found.violations === 0 ? kept : violating;
      if (list.length < enough) list.push(found);
      if (kept.length > 0 && kept.length + violating.length >= enough) break;
    }
  }
  const candidates = [...kept, ...violating];
  handle.dryRan?.(candidates, others);
  return { candidates, others };
}

/** callExtenders: each may strike candidates of preemption out, and name other victims. Throws `SchedulingError`. */
function* askToPreempt(
  extenders: readonly PreemptionExtender[],
  { pod }: PodInfo,
  candidates: readonly Candidate[],
  nodes: NodeList,
): Task<readonly Candidate[]> {
  let left = candidates;
  for (const extender of extenders) {
    if (left.length === 0) break;
    if (!extender.preempts(pod)) continue;
    try {
      left = yield* extender.preempt(pod, left, nodes);
    } catch (error) {
      if (!(error instanceof SchedulingError) || !extender.ignorable) throw error;
      continue;
    }
    const empty = left.find(({ victims }) => victims.length === 0);
    if (empty === undefined) continue;
    if (!extender.ignorable) throw new SchedulingError(`expected at least one victim pod on node ${JSON.stringify(empty.node)}`);
    left = left.filter(({ victims }) => victims.length > 0);
  }
  return left;
}

/** SelectVictimsOnNode: takes all lower pods away, then gives back as many as fit, budgets and importance first. `node` and `state` are copies. */
function selectVictims(
  { nominator }: PreemptionHandle,
  profile: Profile,
  filters: readonly FilterPlugin[],
  state: CycleState,
  pod: PodInfo,
  node: NodeInfo,
  budgets: readonly DisruptionBudget[],
): Candidate | Status {
  const fits = (): Status | undefined => runFiltersWithNominated(profile, filters, state, pod, node, nominator);
  const concerned = profile.preFilter.filter(({ name, addPod }) => addPod !== undefined && !state.skipFilter.has(name));
  const move = (other: PodInfo, back: boolean): void => {
    if (back) node.add(other);
    else node.remove(other);
    for (const plugin of concerned) {
      if (back) plugin.addPod?.(state, pod, other, node);
      else plugin.removePod?.(state, pod, other, node);
    }
  };
  const lower = [...node.pods.values()].filter(({ priority }) => priority < pod.priority);
  if (lower.length === 0) return NO_VICTIMS;
  for (const other of lower) move(other, false);
  const refusal = fits();
  if (refusal !== undefined) return refusal;
  const { violating, others } = splitByBudget(byImportance(lower), budgets);
  let victims: PodInfo[] = [];
  let violations = 0;
  const reprieve = (other: PodInfo): boolean => {
    move(other, true);
    if (fits() === undefined) return true;
    move(other, false);
    victims.push(other);
    return false;
  };
  for (const other of violating) if (!reprieve(other)) violations++;
  for (const other of others) reprieve(other);
  if (victims.length === 0) return failed(NAME, `expected at least one victim pod on node ${JSON.stringify(node.name)}`);
  if (violating.length > 0 && others.length > 0) victims = byImportance(victims);
  return { node: node.name, victims, violations };
}

// util.MoreImportantPod: higher priority, then longer running.
function byImportance(pods: readonly PodInfo[]): PodInfo[] {
  return pods
    .map((info) => ({ info, start: startOf(info.pod) }))
    .sort((a, b) => b.info.priority - a.info.priority || (a.start === b.start ? 0 : a.start - b.start))
    .map(({ info }) => info);
}

// util.GetPodStartTime: a pod that is bound but not started yet counts as started now, so later than all others.
function startOf(pod: Pod): number {
  return pod.status?.startTime === undefined ? Infinity : parseTime(pod.status.startTime);
}

function splitByBudget(pods: readonly PodInfo[], budgets: readonly DisruptionBudget[]): { violating: PodInfo[]; others: PodInfo[] } {
  const left = budgets.map(({ disruptionsAllowed }) => disruptionsAllowed);
  const violating: PodInfo[] = [];
  const others: PodInfo[] = [];
  for (const info of pods) {
    let violates = false;
    const { labels, name = '' } = info.pod.metadata;
    if (labels !== undefined && Object.keys(labels).length > 0) {
      budgets.forEach((budget, i) => {
        if (
          budget.namespace !== info.namespace ||
          budget.selector === undefined ||
          isEmpty(budget.selector) ||
          !matchesSelector(budget.selector, labels)
        )
          return;
        if (budget.disruptedPods[name] !== undefined) return;
        left[i] = (left[i] as number) - 1;
        if ((left[i] as number) < 0) violates = true;
      });
    }
    (violates ? violating : others).push(info);
  }
  return { violating, others };
}

function isEmpty({ matchLabels, matchExpressions }: LabelSelector): boolean {
  return Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0;
}

/**
 * pickOneNodeForPreemption: fewest budgets violated, lowest top priority, lowest sum of priorities, fewest victims, latest
 * start of the most important victims; then any.
 */
function pickOne(candidates: readonly Candidate[], random: Random): Candidate {
  let best = candidates;
  for (const [i] of ranksOf(candidates[0] as Candidate).entries()) {
    if (best.length === 1) break;
    let least = Infinity;
    for (const candidate of best) least = Math.min(least, ranksOf(candidate)[i] as number);
    best = best.filter((candidate) => ranksOf(candidate)[i] === least);
  }
  return best.length === 1 ? (best[0] as Candidate) : random.pick(best);
}

const ranks = new WeakMap<Candidate, readonly number[]>();

/** Less is better. */
function ranksOf(candidate: Candidate): readonly number[] {
  let known = ranks.get(candidate);
  if (known === undefined) {
    const { victims, violations } = candidate;
    const top = victims[0]?.priority ?? -Infinity;
    let [sum, earliest] = [0, Infinity];
    for (const { priority, pod } of victims) {
      // Each priority is lifted by 2^31, so that negative ones do not make many victims look cheap.
      sum += priority + 2 ** 31;
      if (priority === top) earliest = Math.min(earliest, startOf(pod));
    }
    ranks.set(candidate, (known = [violations, top, sum, victims.length, -earliest]));
  }
  return known;
}
