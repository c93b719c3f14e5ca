import type { Pod } from '../../../api/generated/types.ts';
import { binaryQuantity } from './binary-quantity.ts';
import type { PodUse } from './ranking.ts';
import { quantityValue } from '../../../api/quantity.ts';
import { STARVED, thresholdAmount, type Observations, type Starved, type Threshold } from './thresholds.ts';

export interface EvictionMessage {
  readonly message: string;
  readonly annotations: Record<string, string>;
}

/** Why a pod had to go, in the words of the kubelet (eviction.evictionMessage), and the same for programs. */
export function evictionMessage(
  what: Starved,
  pod: Pod,
  use: PodUse,
  met: readonly Threshold[],
  observations: Observations,
): EvictionMessage {
  let message = `The node was low on resource: ${what}. `;
  const threshold = met.find(({ signal }) => STARVED[signal] === what);
  if (threshold !== undefined) {
    const { available, capacity } = observations[threshold.signal];
    const quantity = threshold.value.endsWith('%') ? binaryQuantity(thresholdAmount(threshold.value, capacity)) : threshold.value;
    message += `Threshold quantity: ${quantity}, available: ${binaryQuantity(available)}. `;
  }
  const offenders: string[] = [];
  const amounts: string[] = [];
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  for (const { name, memory, disk } of use.containers) {
    const container = containers.find((each) => each.name === name);
    const usage = what === 'memory' ? memory : what === 'ephemeral-storage' ? disk : undefined;
    if (container === undefined || usage === undefined) continue;
    const request = container.resources?.requests?.[what];
    if (usage <= quantityValue(request)) continue;
    message += `Container ${name} was using ${binaryQuantity(usage)}, request is ${request ?? '0'}, has larger consumption of ${what}. `;
    offenders.push(name);
    amounts.push(binaryQuantity(usage));
  }
  return {
    message,
    annotations: {
      offending_containers: offenders.join(','),
      offending_containers_usage: amounts.join(','),
      starved_resource: what,
    },
  };
}
