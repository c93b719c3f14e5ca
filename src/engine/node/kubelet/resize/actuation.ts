import { semanticallyEqual } from '../../../api/equality.ts';
import type { Container, ResourceRequirements } from '../../../api/generated/types.ts';
import { quantityMilli, quantityValue } from '../../../api/quantity.ts';
import type { ContainerResources, RuntimeService } from '../../runtime/cri.ts';

/** The limits that the runtime is told. */
export function runtimeLimits(resources: ResourceRequirements | undefined): ContainerResources {
  return { memoryLimit: quantityValue(resources?.limits?.['memory']), cpuLimit: quantityMilli(resources?.limits?.['cpu']) };
}

export type Actuation = 'nothing' | 'restart' | 'done' | { readonly error: string };

/**
 * Brings a running container to the resources it has been granted. A resource whose `resizePolicy` says so needs a restart;
 * a memory limit does not go below what is in use.
 */
export function actuate(runtime: RuntimeService, id: string, container: Container, before: ResourceRequirements | undefined): Actuation {
  const wanted = container.resources ?? {};
  if (before === wanted || semanticallyEqual(before ?? {}, wanted)) return 'nothing';
  const changed = (name: string, units: (amount: string | undefined) => number, part: 'limits' | 'requests'): boolean =>
    units(before?.[part]?.[name]) !== units(wanted[part]?.[name]);
  const restarts = (name: string): boolean =>
    container.resizePolicy?.some(({ resourceName, restartPolicy }) => resourceName === name && restartPolicy === 'RestartContainer') ===
    true;
  const memory = changed('memory', quantityValue, 'limits');
  const cpu = changed('cpu', quantityMilli, 'limits') || changed('cpu', quantityMilli, 'requests');
  if ((memory && restarts('memory')) || (cpu && restarts('cpu'))) return 'restart';
  const limits = runtimeLimits(wanted);
  const using = memory ? runtime.stats(id).memory : 0;
  if (limits.memoryLimit > 0 && using > limits.memoryLimit)
    return {
      error: `cannot decrease memory limits: attempting to set container "${container.name}" memory limit (${limits.memoryLimit}) below current usage (${using})`,
    };
  runtime.updateContainerResources(id, limits);
  return 'done';
}
