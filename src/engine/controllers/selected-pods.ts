import type { Pod } from '../api/generated/types.ts';
import type { Requirement } from '../api/requirement.ts';
import { matchesLabels } from '../api/selector.ts';
import { HASH_LABELS, type Informers } from './informers.ts';

/** The pods of a namespace that a selector matches, found through the rarest of the labels it names. Without one, all of the namespace are looked at. */
export function selectedPods({ pods }: Informers, namespace: string, requirements: readonly Requirement[]): Pod[] {
  let rarest: readonly string[] | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const { key, operator, values } of requirements) {
    if ((operator !== '=' && operator !== '==' && operator !== 'in') || HASH_LABELS.has(key)) continue;
    const keys = values.map((value) => `${namespace}/${key}=${value}`);
    const count = keys.reduce((sum, each) => sum + pods.count('label', each), 0);
    if (count < fewest) [rarest, fewest] = [keys, count];
  }
  const candidates = rarest === undefined ? pods.list() : rarest.flatMap((key) => pods.by('label', key));
  const found: Pod[] = [];
  for (const pod of candidates)
    if (pod.metadata.namespace === namespace && matchesLabels(requirements, pod.metadata.labels)) found.push(pod);
  return found;
}
