import type { Fault } from './faults/fault.ts';
import type { Faults } from './faults/faults.ts';
import type { UnitControl } from './node/host/host-parts.ts';
import { crashKubelet, type Machine } from './node/machine.ts';

/** What an administrator on a machine does to its services, as the faults that it is. */
export function unitControl(
  cluster: { readonly faults: Faults; readonly machines: ReadonlyMap<string, Machine> },
  node: string,
): UnitControl {
  const stopped = (unit: 'kubelet' | 'runtime'): Fault => {
    const name = unit === 'kubelet' ? unit : cluster.machines.get(node)?.runtimeDaemon.name;
    return { fault: 'component-stopped', target: `${name}@${node}` };
  };
  const isBroken = ({ fault, target }: Fault): boolean =>
    cluster.faults.active.some((each) => each.fault === fault && each.target === target);
  return {
    stop: (unit) => cluster.faults.break(stopped(unit)),
    start: (unit) => (isBroken(stopped(unit)) ? cluster.faults.mend(stopped(unit)) : cluster.machines.get(node)?.kubelet.start()),
    crash: () => {
      const machine = cluster.machines.get(node);
      if (machine !== undefined) crashKubelet(machine);
    },
    powerOff: () => cluster.faults.break({ fault: 'node-shutdown', target: node }),
  };
}
