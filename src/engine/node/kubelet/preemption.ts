import type { Pod } from '../../api/generated/types.ts';
import { podQosClass, type QosClass } from '../../api/pod/qos.ts';
import { noRoom } from './admission.ts';
import { isCritical } from './critical.ts';

const FIRST: Readonly<Record<QosClass, number>> = { BestEffort: 0, Burstable: 1, Guaranteed: 2 };

/**
 * The pods that have to go so that a critical pod fits, as few as it takes: those without requests first, guaranteed ones last
 * (pkg/kubelet/preemption). Undefined where even that would not be enough.
 */
export function preempt(pod: Pod, others: readonly Pod[], allocatable: Readonly<Record<string, string>>): Pod[] | undefined {
  const candidates = others
    .filter((other) => !isCritical(other) && (other.spec?.priority ?? 0) < (pod.spec?.priority ?? 0))
    .sort((a, b) => FIRST[podQosClass(a)] - FIRST[podQosClass(b)]);
  const victims: Pod[] = [];
  const fits = (without: readonly Pod[]): boolean =>
    noRoom(
      pod,
      others.filter((other) => !without.includes(other)),
      allocatable,
    ) === undefined;
  for (const candidate of candidates) {
    if (fits(victims)) break;
    victims.push(candidate);
  }
  if (!fits(victims)) return undefined;
  // Who was chosen early may not be needed after all.
  return victims.filter((victim) => {
    const rest = victims.filter((other) => other !== victim);
    return !fits(rest);
  });
}
