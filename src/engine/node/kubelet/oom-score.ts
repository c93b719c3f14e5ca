import type { Container, Pod } from '../../api/generated/types.ts';
import { podQosClass } from '../../api/pod/qos.ts';
import { quantityValue } from '../../api/quantity.ts';
import { isCritical } from './critical.ts';

/** qos.GetContainerOOMScoreAdjust: the less of its memory a container has asked for, the sooner the kernel ends it. */
export function oomScore(pod: Pod, { resources }: Container, machineMemory: number): number {
  if (isCritical(pod)) return -997;
  const quality = podQosClass(pod);
  if (quality === 'Guaranteed') return -997;
  if (quality === 'BestEffort') return 1000;
  const request = quantityValue(resources?.requests?.['memory']);
  return Math.min(999, Math.max(3, Math.floor(1000 - (1000 * request) / machineMemory)));
}
