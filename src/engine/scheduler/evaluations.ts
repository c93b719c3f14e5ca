import type { Emit } from '../metrics/registry.ts';
import type { Outcome } from './algorithm.ts';
import type { Profile } from './profile.ts';

/** How often each plugin was asked: for a pod at PreFilter and PreScore, for a node at Filter and Score. Worked out from what an attempt found. */
export class Evaluations {
  readonly #profiles = new Map<Profile, Counts>();

  count(profile: Profile, { state, diagnosis, feasible, scored }: Outcome): void {
    let counts = this.#profiles.get(profile);
    if (counts === undefined) this.#profiles.set(profile, (counts = newCounts(profile)));
    const skipped = state.skipFilter;
    const refused = diagnosis.preFilterMessage !== '';
    for (let i = 0; i < profile.preFilter.length; i++) {
      const { name } = profile.preFilter[i] as { name: string };
      if (!skipped.has(name)) counts.preFilter[i] = (counts.preFilter[i] as number) + 1;
      if (refused && name === diagnosis.absent?.plugin) break;
    }
    if (refused) return;
    // All Filters saw a feasible node; of a refused one those up to who refused it.
    const { refusals } = counts;
    refusals.fill(0);
    for (const { plugin } of diagnosis.refused.statuses) {
      const at = counts.places.get(plugin) ?? refusals.length - 1;
      refusals[at] = (refusals[at] as number) + 1;
    }
    let asked = feasible.length + diagnosis.refused.size;
    for (let i = 0; i < profile.filter.length; i++) {
      if (!skipped.has((profile.filter[i] as { name: string }).name)) counts.filter[i] = (counts.filter[i] as number) + asked;
      asked -= refusals[i] as number;
    }
    if (scored.length === 0) return;
    for (let i = 0; i < profile.score.length; i++)
      if (scored.includes((profile.score[i] as Profile['score'][number]).plugin.name))
        counts.score[i] = (counts.score[i] as number) + feasible.length;
    for (let i = 0; i < profile.preScore.length; i++)
      if (scored.includes((profile.preScore[i] as { name: string }).name)) counts.preScore[i] = (counts.preScore[i] as number) + 1;
  }

  tell(emit: Emit): void {
    for (const [profile, counts] of this.#profiles) {
      const score = profile.score.map(({ plugin }) => plugin);
      for (const [point, plugins, numbers] of [
        ['PreFilter', profile.preFilter, counts.preFilter],
        ['Filter', profile.filter, counts.filter],
        ['PreScore', profile.preScore, counts.preScore],
        ['Score', score, counts.score],
      ] as const)
        for (const [i, { name }] of plugins.entries()) if ((numbers[i] ?? 0) > 0) emit(numbers[i] as number, name, point, profile.name);
    }
  }

  clear(): void {
    this.#profiles.clear();
  }
}

interface Counts {
  readonly preFilter: Float64Array;
  readonly filter: Float64Array;
  readonly preScore: Float64Array;
  readonly score: Float64Array;
  /** Of one attempt, by the place of the Filter that refused; the last is for those who are no Filter. */
  readonly refusals: Float64Array;
  readonly places: ReadonlyMap<string, number>;
}

function newCounts({ preFilter, filter, preScore, score }: Profile): Counts {
  return {
    preFilter: new Float64Array(preFilter.length),
    filter: new Float64Array(filter.length),
    preScore: new Float64Array(preScore.length),
    score: new Float64Array(score.length),
    refusals: new Float64Array(filter.length + 1),
    places: new Map(filter.map(({ name }, i) => [name, i])),
  };
}
