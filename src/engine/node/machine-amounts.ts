import { quantityValue } from '../api/quantity.ts';
import { allocatableOf } from './kubelet/allocatable.ts';
import { DEFAULTS, type KubeletConfiguration, type KubeletSettings } from './kubelet/configuration.ts';

/** How large a machine is, and what of it its kubelet keeps from pods. */
export interface MachineSize {
  cpu: string;
  memory: string;
  ephemeralStorage: string;
  /** Memory that the kubelet keeps free (`evictionHard` of `memory.available`). */
  evictionHard?: string;
  /** Settings of the kubelet that differ from its defaults. */
  kubelet?: KubeletSettings;
  maxPods: number;
}

/** What the kubelet of such a machine tells of it: all there is, and what pods may have. */
export function machineAmounts(machine: Readonly<MachineSize>): {
  capacity: Record<string, string>;
  allocatable: Record<string, string>;
  configuration: KubeletConfiguration;
} {
  const capacity = {
    cpu: machine.cpu,
    'ephemeral-storage': machine.ephemeralStorage,
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: `${Math.floor(quantityValue(machine.memory) / 1024)}Ki`,
    pods: String(machine.maxPods),
  };
  const configuration: KubeletConfiguration = {
    ...DEFAULTS,
    ...machine.kubelet,
    evictionHard: machine.kubelet?.evictionHard ?? {
      ...DEFAULTS.evictionHard,
      ...(machine.evictionHard === undefined ? {} : { 'memory.available': machine.evictionHard }),
    },
  };
  return { capacity, allocatable: allocatableOf(capacity, configuration), configuration };
}
