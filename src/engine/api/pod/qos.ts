import type { Pod } from '../generated/types.ts';
import { addQuantities, compareQuantities } from '../quantity.ts';

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort';
const COMPUTE = ['cpu', 'memory'];

/** Who is evicted first: the class of a pod from its requests and limits of CPU and memory. */
export function podQosClass({ spec }: Pod): QosClass {
  const requests: Record<string, string> = {};
  const limits: Record<string, string> = {};
  let guaranteed = true;
  const add = (sums: Record<string, string>, amounts: Readonly<Record<string, string>> | undefined): number => {
    let found = 0;
    for (const name of COMPUTE) {
      const amount = amounts?.[name];
      if (amount === undefined || compareQuantities(amount, '0') <= 0) continue;
      found++;
      sums[name] = addQuantities(sums[name] ?? '0', amount);
    }
    return found;
  };
  const podLevel = spec?.resources;
  if (podLevel !== undefined && (podLevel.limits !== undefined || podLevel.requests !== undefined)) {
    add(requests, podLevel.requests);
    guaranteed = add(limits, podLevel.limits) === COMPUTE.length;
  } else {
    for (const { resources } of [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]) {
      add(requests, resources?.requests);
      if (add(limits, resources?.limits) !== COMPUTE.length) guaranteed = false;
    }
  }
  if (Object.keys(requests).length === 0 && Object.keys(limits).length === 0) return 'BestEffort';
  if (!guaranteed || Object.keys(requests).length !== Object.keys(limits).length) return 'Burstable';
  return Object.entries(requests).every(([name, amount]) => limits[name] !== undefined && compareQuantities(limits[name], amount) === 0)
    ? 'Guaranteed'
    : 'Burstable';
}
