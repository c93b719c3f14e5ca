import type { Container, Pod } from '../../api/generated/types.ts';
import { addQuantities, compareQuantities } from '../../api/quantity.ts';
import { isSidecar } from './restart-policy.ts';

/** What a pod asks for in all: its containers' and sidecars' sum, or the largest init container where that is more. */
export function podRequests(pod: Pod): Record<string, string> {
  return aggregate(pod, 'requests');
}

/** What a pod may use in all; a resource that only some containers limit counts with those. */
export function podLimits(pod: Pod): Record<string, string> {
  return aggregate(pod, 'limits');
}

function aggregate({ spec }: Pod, what: 'requests' | 'limits'): Record<string, string> {
  const total: Record<string, string> = {};
  const asks = ({ resources }: Container): boolean => resources?.[what] !== undefined;
  if (spec?.resources === undefined && spec?.containers.some(asks) !== true && spec?.initContainers?.some(asks) !== true) return total;
  const init = spec?.initContainers ?? [];
  const of = ({ resources }: Container): [string, string][] => Object.entries(resources?.[what] ?? {});
  for (const container of [...(spec?.containers ?? []), ...init.filter(isSidecar)])
    for (const [name, amount] of of(container)) total[name] = total[name] === undefined ? amount : addQuantities(total[name], amount);
  // An init container runs beside the sidecars that stand before it.
  const beside: Record<string, string> = {};
  for (const container of init) {
    for (const [name, amount] of of(container)) {
      const sum = beside[name] === undefined ? amount : addQuantities(beside[name], amount);
      if (isSidecar(container)) beside[name] = sum;
      if (total[name] === undefined || compareQuantities(sum, total[name]) > 0) total[name] = sum;
    }
  }
  return Object.assign(total, spec?.resources?.[what]);
}
