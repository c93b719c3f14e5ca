import type { Pod } from '../../api/generated/types.ts';
import { addQuantities, compareQuantities } from '../../api/quantity.ts';
import { isSidecar } from './pod-status.ts';

/** What a pod asks for in all: its containers' and sidecars' sum, or the largest init container where that is more. */
export function podRequests({ spec }: Pod): Record<string, string> {
  const total: Record<string, string> = {};
  const init = spec?.initContainers ?? [];
  for (const { resources } of [...(spec?.containers ?? []), ...init.filter(isSidecar)]) {
    for (const [name, amount] of Object.entries(resources?.requests ?? {}))
      total[name] = total[name] === undefined ? amount : addQuantities(total[name], amount);
  }
  for (const container of init) {
    if (isSidecar(container)) continue;
    for (const [name, amount] of Object.entries(container.resources?.requests ?? {})) {
      if (total[name] === undefined || compareQuantities(amount, total[name]) > 0) total[name] = amount;
    }
  }
  return Object.assign(total, spec?.resources?.requests);
}
