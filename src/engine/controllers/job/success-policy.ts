import type { SuccessPolicy } from '../../api/generated/types.ts';
import { countOf, overlapOf, parseIndexes, type Intervals } from './indexes.ts';

/** KEP-3998: why an indexed job counts as successful before all indexes are; unset while it does not. */
export function matchSuccessPolicy(policy: SuccessPolicy | undefined, completions: number, succeeded: Intervals): string | undefined {
  if (policy === undefined || succeeded.length === 0) return undefined;
  const index = policy.rules.findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return succeededCount !== undefined && countOf(succeeded) >= succeededCount;
    const wanted = parseIndexes(succeededIndexes, completions);
    if (wanted.length === 0) return false;
    const there = overlapOf(wanted, succeeded);
    return there === countOf(wanted) || (succeededCount !== undefined && there >= succeededCount);
  });
  return index < 0 ? undefined : `Matched rules at index ${index}`;
}
