import type { ResourceQuota } from '../../api/generated/types.ts';
import type { ApiObject } from '../../api/meta.ts';
import { addAmounts, maskAmounts, type Amounts } from '../../api/quota/amounts.ts';
import type { Evaluator } from '../../api/quota/evaluator.ts';
import { inScopes } from '../../api/quota/matches.ts';

/** Objects of one resource in the quota's namespace, and how they count. */
export interface Measured {
  readonly evaluator: Evaluator;
  readonly objects: Iterable<ApiObject>;
}

// What an object uses does not change as long as it is the same object, unless its time is running out.
const known = new WeakMap<ApiObject, Amounts>();

/** What a namespace uses of everything that a quota limits (upstream's CalculateUsage). */
export function usageOf(quota: ResourceQuota, all: readonly Measured[], now: number): Record<string, string> {
  const limited = Object.keys(quota.spec?.hard ?? {});
  let used: Record<string, string> = {};
  for (const { evaluator, objects } of all) {
    const names = evaluator.matching(limited);
    if (names.length === 0) continue;
    for (const name of names) used[name] = '0';
    for (const object of objects) {
      if (!inScopes(quota, evaluator, object)) continue;
      used = addAmounts(used, maskAmounts(measure(evaluator, object, now), names));
    }
  }
  return used;
}

function measure(evaluator: Evaluator, object: ApiObject, now: number): Amounts {
  if (object.metadata.deletionTimestamp !== undefined) return evaluator.usage(object, now);
  let usage = known.get(object);
  if (usage === undefined) {
    usage = evaluator.usage(object, now);
    known.set(object, usage);
  }
  return usage;
}
