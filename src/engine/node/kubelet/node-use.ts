import type { MachineResources } from '../machine-resources.ts';
import type { ContainerRuntime } from '../runtime/container-runtime.ts';
import type { Observations } from './eviction/thresholds.ts';

/** What is left of a machine's memory, disk and process numbers, as the kubelet's summary of statistics says. One disk holds all. */
export class NodeUse {
  constructor(
    readonly resources: MachineResources,
    readonly runtime: ContainerRuntime,
  ) {}

  observe(): Observations {
    const { resources, runtime } = this;
    const { capacity, system } = resources;
    const disk = system.disk + resources.disk.bytes;
    const inodes = system.inodes + resources.disk.inodes;
    const processes = system.processes + runtime.processes;
    const left = (all: number, used: number): { available: number; capacity: number } => ({
      available: Math.max(0, all - used),
      capacity: all,
    });
    return {
      'memory.available': left(capacity.memory, system.memory + runtime.memoryInUse),
      'nodefs.available': left(capacity.disk, disk),
      'imagefs.available': left(capacity.disk, disk),
      'nodefs.inodesFree': left(resources.inodes, inodes),
      'imagefs.inodesFree': left(resources.inodes, inodes),
      'pid.available': left(resources.processes, processes),
    };
  }
}
