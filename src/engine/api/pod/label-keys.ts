import type { PodAffinityTerm, PodSpec } from '../generated/types.ts';
import type { LabelSelector } from '../meta.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * `matchLabelKeys` and `mismatchLabelKeys` of spreading and pod affinity (KEP-3243, KEP-3633): when a pod is made, its own values of
 * these labels go into the selector. `spec` is a draft.
 */
export function mergeLabelKeys({ affinity, topologySpreadConstraints = [] }: PodSpec, labels: Labels): void {
  for (const { labelSelector, matchLabelKeys } of topologySpreadConstraints) merge(labelSelector, matchLabelKeys, 'In', labels);
  for (const side of [affinity?.podAffinity, affinity?.podAntiAffinity]) {
    const preferred = (side?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((each) => each.podAffinityTerm);
    // Not validated yet: a term may be missing.
    for (const term of [...preferred, ...(side?.requiredDuringSchedulingIgnoredDuringExecution ?? [])] as (PodAffinityTerm | undefined)[]) {
      merge(term?.labelSelector, term?.matchLabelKeys, 'In', labels);
      merge(term?.labelSelector, term?.mismatchLabelKeys, 'NotIn', labels);
    }
  }
}

function merge(selector: LabelSelector | undefined, keys: readonly string[] = [], operator: string, labels: Labels): void {
  if (selector === undefined) return;
  for (const key of keys) {
    const value = labels[key];
    if (value !== undefined) selector.matchExpressions = [...(selector.matchExpressions ?? []), { key, operator, values: [value] }];
  }
}
