import type { ResourceResourceClaim } from '../generated/types.ts';
import { addAmounts } from './amounts.ts';
import type { Evaluator } from './evaluator.ts';

const COUNT = 'count/resourceclaims.resource.k8s.io';
const BY_CLASS = '.deviceclass.resource.k8s.io/devices';
/** All of a node's devices: what a claim could be given at most. */
const MOST_DEVICES = 32;

interface Asked {
  readonly deviceClassName: string;
  readonly allocationMode?: string;
  readonly count?: number;
}

/** Claims and the devices of each class that they may be given: of alternatives the most that one asks for. */
export const resourceClaimEvaluator: Evaluator = {
  handles: (_verb, subresource) => subresource === '',
  matching: (wanted) => wanted.filter((name) => name === COUNT || name.endsWith(BY_CLASS)),
  inScope: () => false,
  usage(object) {
    let usage: Record<string, string> = { [COUNT]: '1' };
    for (const { exactly, firstAvailable = [] } of (object as ResourceResourceClaim).spec.devices?.requests ?? []) {
      const most = new Map<string, number>();
      for (const { deviceClassName, allocationMode, count = 1 } of (exactly === undefined ? firstAvailable : [exactly]) as readonly Asked[])
        most.set(deviceClassName, Math.max(most.get(deviceClassName) ?? 0, allocationMode === 'All' ? MOST_DEVICES : count));
      usage = addAmounts(usage, Object.fromEntries([...most].map(([name, count]) => [`${name}${BY_CLASS}`, String(count)])));
    }
    return usage;
  },
};
