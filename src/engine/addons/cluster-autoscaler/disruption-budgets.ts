import type { Pod, PodDisruptionBudget } from '../../api/generated/types.ts';
import type { LabelSelector } from '../../api/meta.ts';
import { matchesSelector } from '../../api/selector.ts';

/** What budgets still allow, counted down while it is planned which pods are to move (core/scaledown/pdb). */
export class DisruptionBudgets {
  readonly #left = new Map<PodDisruptionBudget, number>();

  constructor(budgets: Iterable<PodDisruptionBudget>) {
    for (const budget of budgets) this.#left.set(budget, budget.status?.disruptionsAllowed ?? 0);
  }

  of(pod: Pod): PodDisruptionBudget[] {
    return [...this.#left.keys()].filter(
      ({ metadata, spec }) =>
        metadata.namespace === pod.metadata.namespace && matchesSelector(spec?.selector as LabelSelector | undefined, pod.metadata.labels),
    );
  }

  /** None of the pod's budgets forbids to move it. */
  allows(pod: Pod): boolean {
    return this.of(pod).every((budget) => (this.#left.get(budget) ?? 0) >= 1);
  }

  /** All of them could be moved at once. */
  allowsTogether(pods: readonly Pod[]): boolean {
    const asked = new Map<PodDisruptionBudget, number>();
    for (const pod of pods) for (const budget of this.of(pod)) asked.set(budget, (asked.get(budget) ?? 0) + 1);
    return [...asked].every(([budget, count]) => (this.#left.get(budget) ?? 0) >= count);
  }

  take(pods: readonly Pod[]): void {
    for (const pod of pods) for (const budget of this.of(pod)) this.#left.set(budget, (this.#left.get(budget) ?? 0) - 1);
  }
}
