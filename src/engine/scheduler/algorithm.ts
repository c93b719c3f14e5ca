import type { ScheduleVerdict } from '../sim/log.ts';
import type { Random } from '../sim/random.ts';
import { newDiagnosis, type Diagnosis } from './diagnosis.ts';
import { activeFilters, runFilters, runFiltersWithNominated, runPreFilters, type PreFiltered } from './filter.ts';
import type { ExtenderConfiguration } from './configuration/types.ts';
import { CycleState, pluginError, unresolvable, type NodeList } from './framework.ts';
import type { Task } from '../os/task.ts';
import { EXTENDER, type Extender } from './extender.ts';
import { askToFilter, askToPrioritize } from './extended.ts';
import type { NodeInfo } from './node-info.ts';
import type { Nominator } from './nominator.ts';
import type { PodInfo } from './pod-info.ts';
import type { Profile } from './profile.ts';

export interface AlgorithmOptions {
  /** 0 (the default): adaptive, 50 % less one point for every 125 nodes, at least 5 %. */
  readonly percentageOfNodesToScore?: number | undefined;
  readonly extenders?: readonly ExtenderConfiguration[];
}

/** What a scheduling attempt found. */
export interface Outcome {
  readonly state: CycleState;
  readonly diagnosis: Diagnosis;
  readonly chosen: NodeInfo | undefined;
  readonly feasible: readonly NodeInfo[];
  /** Plugins that scored them. */
  readonly scored: readonly string[];
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

  /** `details`: keep every score for the log. Throws `SchedulingError`. */
  schedule(profile: Profile, pod: PodInfo, details: boolean): Outcome {
    const state = new CycleState();
    const diagnosis = newDiagnosis(this.nodes.nodes.length);
    const found = this.#preFilter(profile, state, pod, diagnosis);
    const feasible =
      found === undefined ? [] : (this.#nominated(profile, state, pod) ?? this.#feasible(found, profile, state, pod, diagnosis));
    return this.#decided(state, diagnosis, feasible) ?? this.#prioritize(profile, state, diagnosis, pod, feasible, details);
  }

  /** The same with programs beside the scheduler that have a say, which takes time. Throws `SchedulingError`. */
  *scheduleExtended(profile: Profile, pod: PodInfo, details: boolean, extenders: readonly Extender[]): Task<Outcome> {
    const state = new CycleState();
    const diagnosis = newDiagnosis(this.nodes.nodes.length);
    const found = this.#preFilter(profile, state, pod, diagnosis);
    let feasible: readonly NodeInfo[] = [];
    if (found !== undefined) {
      const nominated = this.#nominated(profile, state, pod);
      if (nominated !== undefined) feasible = yield* askToFilter(extenders, pod, nominated, newDiagnosis(0));
      if (feasible.length === 0)
        feasible = yield* askToFilter(extenders, pod, this.#feasible(found, profile, state, pod, diagnosis), diagnosis);
    }
    const decided = this.#decided(state, diagnosis, feasible);
    if (decided !== undefined) return decided;
    const added = yield* askToPrioritize(extenders, pod, feasible);
    return this.#prioritize(profile, state, diagnosis, pod, feasible, details, added);
  }

  /** With a single node, or none, there is nothing to score. */
  #decided(state: CycleState, diagnosis: Diagnosis, feasible: readonly NodeInfo[]): Outcome | undefined {
    const [chosen, more] = feasible;
    if (more !== undefined) return undefined;
    return { state, diagnosis, chosen, feasible, scored: [], ...UNSCORED, best: chosen === undefined ? [] : [chosen.name] };
  }

  #preFilter(profile: Profile, state: CycleState, pod: PodInfo, diagnosis: Diagnosis): PreFiltered | undefined {
    if (diagnosis.allNodes === 0) return undefined;
    const found = runPreFilters(profile, state, pod, this.nodes);
    for (const plugin of found.narrowing) diagnosis.rejectors.add(plugin);
    const { refusal } = found;
    if (refusal === undefined) return found;
    diagnosis.preFilterMessage = refusal.reasons.join(', ');
    diagnosis.absent = refusal;
    if (refusal.plugin !== '') diagnosis.rejectors.add(refusal.plugin);
    return undefined;
  }

  /** A pod that has made room for itself looks there first. */
  #nominated(profile: Profile, state: CycleState, pod: PodInfo): readonly NodeInfo[] | undefined {
    const name = pod.pod.status?.nominatedNodeName ?? this.nominator.nodeOf(pod.uid) ?? '';
    const kept = name === '' ? undefined : this.nodes.get(name);
    if (kept === undefined) return undefined;
    return runFiltersWithNominated(profile, activeFilters(profile, state), state, pod, kept, this.nominator) === undefined
      ? [kept]
      : undefined;
  }

  #feasible(found: PreFiltered, profile: Profile, state: CycleState, pod: PodInfo, diagnosis: Diagnosis): NodeInfo[] {
    const { names, narrowing } = found;
    const filters = activeFilters(profile, state);
    let nodes = this.nodes.nodes;
    if (names !== undefined) {
      const narrowed: NodeInfo[] = [];
      for (const name of names) {
        const node = this.nodes.get(name);
        if (node !== undefined) narrowed.push(node);
      }
      nodes = narrowed;
      diagnosis.absent = unresolvable('', `node(s) didn't satisfy plugin(s) [${narrowing.join(' ')}]`);
    }
    const enough = this.#chooses(profile) ? this.#enough(nodes.length, profile.configuration.percentageOfNodesToScore) : 1;
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
        diagnosis.refused.add(node.name, verdict);
        diagnosis.rejectors.add(verdict.plugin);
      }
    }
    if (nodes.length > 0) this.#startIndex = (this.#startIndex + looked) % this.nodes.nodes.length;
    return feasible;
  }

  /** Does anybody prefer one node to another, or may refuse what the plugins let pass? Else the first that fits will do. */
  #chooses({ score }: Profile): boolean {
    const { extenders = [] } = this.options;
    return score.length > 0 || extenders.some(({ filterVerb = '', prioritizeVerb = '' }) => filterVerb !== '' || prioritizeVerb !== '');
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
    diagnosis: Diagnosis,
    pod: PodInfo,
    feasible: readonly NodeInfo[],
    details: boolean,
    added?: ReadonlyMap<string, number>,
  ): Outcome {
    const count = feasible.length;
    let skipped: Set<string> | undefined;
    for (const plugin of profile.preScore) {
      const verdict = plugin.preScore(state, pod, feasible, this.nodes);
      if (verdict?.code === 'Error') throw pluginError(`running PreScore plugin ${JSON.stringify(plugin.name)}`, verdict);
      if (verdict?.code === 'Skip') (skipped ??= new Set()).add(plugin.name);
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
    const outcome = { state, diagnosis, chosen, feasible, scored: names };
    if (!details) return { ...outcome, ...UNSCORED };
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
    return { ...outcome, scores, raw, weights, best: feasible.filter((_node, i) => totals[i] === highest).map(({ name }) => name) };
  }

  #column(index: number, count: number): Float64Array {
    let column = this.#columns[index];
    if (column === undefined || column.length < count)
      this.#columns[index] = column = new Float64Array(Math.max(count, this.#totals.length));
    return column;
  }
}
