import type { Container } from '../generated/types.ts';
import { addAmounts, type Amounts } from '../quota/amounts.ts';
import { compareQuantities } from '../quantity.ts';

/** Containers together, or the greatest init container where that is more; sidecars count with the containers. */
export function containerTotals(
  containers: readonly Container[],
  inits: readonly Container[],
  field: 'requests' | 'limits',
): Record<string, string> {
  let total: Record<string, string> = {};
  for (const { resources } of containers) total = addAmounts(total, resources?.[field] ?? {});
  let sidecars: Record<string, string> = {};
  let highest: Record<string, string> = {};
  for (const { resources, restartPolicy } of inits) {
    const own = resources?.[field] ?? {};
    const running = addAmounts(sidecars, own);
    highest = greater(highest, running);
    if (restartPolicy !== 'Always') continue;
    total = addAmounts(total, own);
    sidecars = running;
  }
  return greater(total, highest);
}

function greater(a: Amounts, b: Amounts): Record<string, string> {
  const most: Record<string, string> = { ...a };
  for (const [name, amount] of Object.entries(b))
    if (most[name] === undefined || compareQuantities(amount, most[name]) > 0) most[name] = amount;
  return most;
}
