import type { Cluster } from '../engine/cluster.ts';
import { FaultProblem } from '../engine/faults/fault.ts';
import type { Machine } from '../engine/node/machine.ts';
import { ScenarioError, parseScenario } from '../engine/scenario.ts';
import type { MachineControl } from '../cli/machines.ts';

/** The machines of a cluster, for the programs that may touch them. */
export function machineControl(cluster: Cluster): MachineControl {
  const { machines, rack, faults, scenario } = cluster;
  const found = (name: string, act: (machine: Machine) => string | undefined): string | undefined => {
    const machine = machines.get(name);
    return machine === undefined ? `no machine "${name}"; there are ${[...machines.keys()].join(', ')}` : act(machine);
  };
  return {
    all: () =>
      Array.from(machines.values(), ({ name, address, joined, packages, options: { cpu, memory, runtime = 'containerd' }, powered }) => {
        return {
          name,
          address,
          powered,
          joined,
          controlPlane: name === scenario.controlPlane?.name || cluster.controlPlanes.on(name) !== undefined,
          cpu,
          memory,
          runtime,
          kubeadm: packages.version('kubeadm'),
        };
      }),
    add({ name, bare, ...given }) {
      if (machines.has(name)) return `there is a machine "${name}" already`;
      if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name))
        return `"${name}" is no name for a machine: lower-case letters, digits and dashes`;
      try {
        const [spec] = parseScenario({ name: 'added', nodes: [{ name, ...given }] }, 'added').nodes;
        if (spec !== undefined) rack.add(spec, bare);
        return undefined;
      } catch (error) {
        if (!(error instanceof ScenarioError)) throw error;
        return `${error.path.replace(/^nodes\[0\]\.?/, '')}: ${error.problem}`;
      }
    },
    remove: (name) =>
      found(name, (machine) => {
        if (rack.fixed.includes(name)) return `${name} is there from the start and stays; lab node stop ${name} powers it off`;
        rack.remove(machine);
        return undefined;
      }),
    power: (name, on) =>
      found(name, () => {
        try {
          const fault = { fault: 'node-stopped', target: name };
          if (on) faults.mend(fault);
          else faults.break(fault);
          return undefined;
        } catch (error) {
          if (!(error instanceof FaultProblem)) throw error;
          return error.message;
        }
      }),
    join: (name) =>
      found(name, (machine) => {
        if (machine.joined) return `${name} belongs to the cluster already`;
        rack.join(machine);
        return undefined;
      }),
    controlPlane: (name) => {
      const { controlPlane, controlPlanes } = cluster;
      const here = controlPlanes.on(name);
      if (here === undefined)
        return `${controlPlane?.machine.name ?? 'none'} is the machine that can have a control plane here, and not ${name}: a second cluster has no place beside it`;
      return here.pki;
    },
    joinControlPlane: (name) => {
      const machine = machines.get(name);
      if (machine === undefined) return `no machine "${name}"`;
      if (scenario.externalEtcd > 0 || scenario.controlPlaneReplicas > 1)
        return 'a further control plane joins one that has its own etcd, not one of several servers or of external etcd (controlPlaneReplicas, externalEtcd of the scenario)';
      return rack.promote(machine).pki;
    },
    leave: (name) =>
      found(name, (machine) => {
        if (name === scenario.controlPlane?.name && !scenario.systemPods)
          return `the control plane of ${name} runs without pods (systemPods: false in its scenario), and cannot be made anew`;
        if (!machine.joined) return `${name} does not belong to the cluster`;
        rack.leave(machine);
        return undefined;
      }),
  };
}
