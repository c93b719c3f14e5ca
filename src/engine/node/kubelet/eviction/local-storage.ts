import type { Pod, Volume } from '../../../api/generated/types.ts';
import { quantityValue } from '../../../api/quantity.ts';
import { podLimits } from '../requests.ts';
import { usageOf, type PodUse } from './ranking.ts';

/** Whether a pod may use only so much of the disk. None of that changes while it lives. */
export function limitsLocalStorage(pod: Pod): boolean {
  return podLimits(pod)['ephemeral-storage'] !== undefined || sizedDirs(pod).length > 0;
}

/** Why a pod uses more of the disk than it may: an emptyDir's size, the pod's limit of ephemeral storage, a container's. */
export function localStorageExcess(pod: Pod, useOf: (pod: Pod) => PodUse): string | undefined {
  const limits = podLimits(pod);
  const use = useOf(pod);
  for (const { name, emptyDir } of sizedDirs(pod)) {
    const limit = emptyDir?.sizeLimit ?? '0';
    if ((use.volumes.get(name) ?? 0) > quantityValue(limit)) return `Usage of EmptyDir volume "${name}" exceeds the limit "${limit}". `;
  }
  const limit = limits['ephemeral-storage'];
  if (limit === undefined) return undefined;
  if (usageOf(use, 'ephemeral-storage') > quantityValue(limit))
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${limit}. `;
  for (const { name, resources } of pod.spec?.containers ?? []) {
    const own = resources?.limits?.['ephemeral-storage'];
    const disk = use.containers.find((each) => each.name === name)?.disk ?? 0;
    if (own !== undefined && quantityValue(own) > 0 && disk > quantityValue(own))
      return `Container ${name} exceeded its local ephemeral storage limit "${own}". `;
  }
  return undefined;
}

function sizedDirs({ spec }: Pod): Volume[] {
  return (spec?.volumes ?? []).filter(({ emptyDir }) => quantityValue(emptyDir?.sizeLimit) > 0);
}
