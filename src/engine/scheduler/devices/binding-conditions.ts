import type { ResourceResourceClaim } from '../../api/generated/types.ts';
import { parseTime, type Millis } from '../../sim/time.ts';

type Results = NonNullable<NonNullable<NonNullable<ResourceResourceClaim['status']>['allocation']>['devices']>['results'];

function withConditions({ status }: ResourceResourceClaim): NonNullable<Results> {
  return (status?.allocation?.devices?.results ?? []).filter(({ bindingConditions = [] }) => bindingConditions.length > 0);
}

/** Has it devices that somebody makes ready once they are given out (KEP-5007)? */
export function hasBindingConditions(claim: ResourceResourceClaim): boolean {
  return withConditions(claim).length > 0;
}

/** Are its devices ready for a pod? A text says what failed. */
export function isReadyForBinding(claim: ResourceResourceClaim): boolean | string {
  if (claim.status?.allocation === undefined) return false;
  for (const { driver, pool, device, bindingConditions = [], bindingFailureConditions = [] } of withConditions(claim)) {
    const known = claim.status.devices?.find((each) => each.driver === driver && each.pool === pool && each.device === device);
    if (known === undefined) return false;
    const isTrue = (type: string) => known.conditions?.find((each) => each.type === type && each.status === 'True');
    for (const type of bindingFailureConditions) {
      const failure = isTrue(type);
      if (failure === undefined) continue;
      const name = claim.metadata.name ?? '';
      return `device binding failed: claim=${name}, reason=${failure.reason}, message=${JSON.stringify(failure.message)}`;
    }
    if (!bindingConditions.every(isTrue)) return false;
  }
  return true;
}

/** Has it been waited for longer than one waits? */
export function isOverdue(claim: ResourceResourceClaim, now: Millis, timeout: Millis): boolean {
  const since = claim.status?.allocation?.allocationTimestamp;
  return since !== undefined && hasBindingConditions(claim) && parseTime(since) + timeout < now;
}
