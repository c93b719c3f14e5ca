import type { ScheduleVerdict } from '../sim/log.ts';
import type { Random } from '../sim/random.ts';
import { newDiagnosis, type Diagnosis } from './diagnosis.ts';
import { activeFilters, runFilters, runFiltersWithNominated, runPreFilters } from './filter.ts';
import { CycleState, unresolvable, type NodeList } from './framework.ts';
import type { Task } from '../os/task.ts';
import type { Extender } from './extender.ts';
import { EXTENDER, askToFilter, askToPrioritize } from './extended.ts';
import type { NodeInfo } from './node-info.ts';
import type { Nominator } from './nominator.ts';
import type { PodInfo } from './pod-info.ts';
import type { Profile } from './profile.ts';

export interface AlgorithmOptions {
  /** 0 (the default): adaptive, 50 % less one point for every 125 nodes, at least 5 %. */
  readonly percentageOfNodesToScore?: number | undefined;
}

/** What a scheduling attempt found. */
export interface Outcome {
  readonly state: CycleState;
  readonly diagnosis: Diagnosis;
  readonly chosen: NodeInfo | undefined;
  readonly feasible: readonly NodeInfo[];
  /** Node by node the weighted score of each plugin; only with `details`. */
  readonly scores: ScheduleVerdict['scores'];
  /** Scores before normalising, of the plugins that normalise; and what each plugin weighs. Only with `details`. */
  readonly raw: ScheduleVerdict['scores'];
  readonly weights: Readonly<Record<string, number>>;
  /** Names of nodes that share the highest total; only with `details`. */
  readonly best: readonly string[];
}

// schedule_one.go: below this many nodes all are looked at, and never fewer feasible ones are wanted.
const MIN_FEASIBLE_NODES = 100;
const MIN_PERCENTAGE = 5;

const UNSCORED: Pick<Outcome, 'scores' | 'raw' | 'weights' | 'best'> = { scores: {}, raw: {}, weights: {}, best: [] };

/** Finds the node for one pod: PreFilter, Filter on as many nodes as needed, PreScore, Score, choice. */
export class Algorithm {
  #startIndex = 0;
  #columns: Float64Array[] = [];
  #totals = new Float64Array(0);

  constructor(
    readonly nodes: NodeList,
    readonly nominator: Nominator,
    readonly random: Random,
    readonly options: AlgorithmOptions = {},
  ) {}

  /** `details`: keep every score for the log. */
  schedule(profile: Profile, pod: PodInfo, details: boolean): Outcome {
    const state = new CycleState();
    const all = this.nodes.nodes;
    const diagnosis = newDiagnosis(all.length);
    const feasible = all.length === 0 ? [] : this.#feasible(profile, state, pod, diagnosis);
    if (feasible.length === 0) return { state, diagnosis, chosen: undefined, feasible, ...UNSCORED };
    if (feasible.length === 1)
      return { state, diagnosis, chosen: feasible[0], feasible, ...UNSCORED, best: [(feasible[0] as NodeInfo).name] };
    return { state, diagnosis, feasible, ...this.#prioritize(profile, state, pod, feasible, details) };
  }

  /** The same with programs beside the scheduler that have a say, which takes time. Throws `ExtenderError`. */
  *scheduleExtended(profile: Profile, pod: PodInfo, details: boolean, extenders: readonly Extender[]): Task<Outcome> {
    const state = new CycleState();
    const all = this.nodes.nodes;
    const diagnosis = newDiagnosis(all.length);
    const passed = all.length === 0 ? [] : this.#feasible(profile, state, pod, diagnosis);
    const feasible = yield* askToFilter(extenders, pod, passed, diagnosis);
    if (feasible.length === 0) return { state, diagnosis, chosen: undefined, feasible, ...UNSCORED };
    if (feasible.length === 1)
      return { state, diagnosis, chosen: feasible[0], feasible, ...UNSCORED, best: [(feasible[0] as NodeInfo).name] };
    const added = yield* askToPrioritize(extenders, pod, feasible);
    return { state, diagnosis, feasible, ...this.#prioritize(profile, state, pod, feasible, details, added) };
  }

  #feasible(profile: Profile, state: CycleState, pod: PodInfo, diagnosis: Diagnosis): NodeInfo[] {
    const { names, narrowing, refusal } = runPreFilters(profile, state, pod, this.nodes);
    if (refusal !== undefined) {
      diagnosis.preFilterMessage = refusal.status.reasons.join(', ');
      diagnosis.absent = refusal.status;
      diagnosis.rejectors.add(refusal.plugin);
      return [];
    }
    const filters = activeFilters(profile, state);

    // A pod that has made room for itself looks there first.
    const nominated = pod.pod.status?.nominatedNodeName ?? this.nominator.nodeOf(pod.uid);
    const kept = nominated === undefined || nominated === '' ? undefined : this.nodes.get(nominated);
    if (kept !== undefined && names?.has(kept.name) !== false) {
      if (runFiltersWithNominated(profile, filters, state, pod, kept, this.nominator) === undefined) return [kept];
    }

    let nodes = this.nodes.nodes;
    if (names !== undefined) {
      const narrowed: NodeInfo[] = [];
      for (const name of names) {
        const node = this.nodes.get(name);
        if (node !== undefined) narrowed.push(node);
      }
      nodes = narrowed;
      for (const plugin of narrowing) diagnosis.rejectors.add(plugin);
      diagnosis.absent = unresolvable('', `node(s) didn't satisfy plugin(s) [${narrowing.sort().join(' ')}]`);
    }
    const enough = profile.score.length === 0 ? 1 : this.#enough(nodes.length, profile.configuration.percentageOfNodesToScore);
    const feasible: NodeInfo[] = [];
    const lonely = !this.nominator.some;
    let looked = 0;
    for (; looked < nodes.length && feasible.length < enough; looked++) {
      const node = nodes[(this.#startIndex + looked) % nodes.length] as NodeInfo;
      const verdict = lonely
        ? runFilters(filters, state, pod, node)
        : runFiltersWithNominated(profile, filters, state, pod, node, this.nominator);
      if (verdict === undefined) feasible.push(node);
      else {
        diagnosis.refused.set(node.name, verdict);
        diagnosis.rejectors.add(verdict.plugin);
      }
    }
    if (nodes.length > 0) this.#startIndex = (this.#startIndex + looked) % this.nodes.nodes.length;
    return feasible;
  }

  // schedule_one.go: numFeasibleNodesToFind
  #enough(count: number, own: number | undefined): number {
    if (count < MIN_FEASIBLE_NODES) return count;
    let percentage = own ?? this.options.percentageOfNodesToScore ?? 0;
    if (percentage === 0) percentage = Math.max(MIN_PERCENTAGE, 50 - Math.trunc(count / 125));
    return Math.max(MIN_FEASIBLE_NODES, Math.trunc((count * Math.min(percentage, 100)) / 100));
  }

  #prioritize(
    profile: Profile,
    state: CycleState,
    pod: PodInfo,
    feasible: readonly NodeInfo[],
    details: boolean,
    added?: ReadonlyMap<string, number>,
  ): Pick<Outcome, 'chosen' | 'scores' | 'raw' | 'weights' | 'best'> {
    const count = feasible.length;
    let skipped: Set<string> | undefined;
    for (const plugin of profile.preScore) {
      if (plugin.preScore(state, pod, feasible, this.nodes)?.code === 'Skip') (skipped ??= new Set()).add(plugin.name);
    }
    if (this.#totals.length < count) this.#totals = new Float64Array(count);
    const totals = this.#totals;
    totals.fill(0, 0, count);
    const names: string[] = [];
    const weights: Record<string, number> = {};
    const unnormalized = new Map<string, Float64Array>();
    for (const { plugin, weight } of profile.score) {
      if (skipped?.has(plugin.name) === true) continue;
      const column = this.#column(names.length, count);
      names.push(plugin.name);
      weights[plugin.name] = weight;
      for (let i = 0; i < count; i++) column[i] = plugin.score(state, pod, feasible[i] as NodeInfo);
      if (details && plugin.normalizeScore !== undefined) unnormalized.set(plugin.name, column.slice(0, count));
      plugin.normalizeScore?.(state, pod, column, count, feasible);
      for (let i = 0; i < count; i++) {
        const weighted = (column[i] as number) * weight;
        column[i] = weighted;
        totals[i] = (totals[i] as number) + weighted;
      }
    }
    if (added !== undefined) {
      const column = this.#column(names.length, count);
      names.push(EXTENDER);
      weights[EXTENDER] = 1;
      for (let i = 0; i < count; i++) {
        const extra = added.get((feasible[i] as NodeInfo).name) ?? 0;
        column[i] = extra;
        totals[i] = (totals[i] as number) + extra;
      }
    }
    let highest = -Infinity;
    let ties = 0;
    for (let i = 0; i < count; i++) {
      const total = totals[i] as number;
      if (total > highest) {
        highest = total;
        ties = 1;
      } else if (total === highest) ties++;
    }
    let skip = ties === 1 ? 0 : this.random.int(ties);
    let chosen: NodeInfo | undefined;
    for (let i = 0; i < count && chosen === undefined; i++) if (totals[i] === highest && skip-- === 0) chosen = feasible[i];
    if (!details) return { chosen, ...UNSCORED };
    const scores: Record<string, Record<string, number>> = {};
    feasible.forEach((node, i) => {
      scores[node.name] = Object.fromEntries([
        ...names.map((name, column) => [name, this.#columns[column]?.[i] ?? 0] as const),
        ['total', totals[i] ?? 0],
      ]);
    });
    const raw: Record<string, Record<string, number>> = {};
    feasible.forEach((node, i) => {
      raw[node.name] = Object.fromEntries([...unnormalized].map(([name, column]) => [name, column[i] ?? 0]));
    });
    return { chosen, scores, raw, weights, best: feasible.filter((_node, i) => totals[i] === highest).map(({ name }) => name) };
  }

  #column(index: number, count: number): Float64Array {
    let column = this.#columns[index];
    if (column === undefined || column.length < count)
      this.#columns[index] = column = new Float64Array(Math.max(count, this.#totals.length));
    return column;
  }
}
