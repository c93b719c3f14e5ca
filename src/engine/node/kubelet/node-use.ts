import type { MachineResources } from '../machine-resources.ts';
import type { ContainerRuntime } from '../runtime/container-runtime.ts';
import type { Observation, Observations } from './eviction/thresholds.ts';

/** What is left of a machine's memory, disk and process numbers, as the kubelet's summary of statistics says. One disk holds all. */
export class NodeUse {
  #memory = -1;
  #disk = -1;
  #inodes = -1;
  #processes = -1;
  #seen: Observations | undefined;

  constructor(
    readonly resources: MachineResources,
    readonly runtime: ContainerRuntime,
  ) {}

  /** The same object as before where nothing has changed. */
  observe(): Observations {
    const { resources, runtime } = this;
    const { system } = resources;
    const memory = system.memory + runtime.memoryInUse;
    const disk = system.disk + resources.disk.bytes;
    const inodes = system.inodes + resources.disk.inodes;
    const processes = system.processes + runtime.processes;
    if (
      this.#seen !== undefined &&
      memory === this.#memory &&
      disk === this.#disk &&
      inodes === this.#inodes &&
      processes === this.#processes
    )
      return this.#seen;
    this.#memory = memory;
    this.#disk = disk;
    this.#inodes = inodes;
    this.#processes = processes;
    const { capacity } = resources;
    return (this.#seen = {
      'memory.available': left(capacity.memory, memory),
      'nodefs.available': left(capacity.disk, disk),
      'imagefs.available': left(capacity.disk, disk),
      'nodefs.inodesFree': left(resources.inodes, inodes),
      'imagefs.inodesFree': left(resources.inodes, inodes),
      'pid.available': left(resources.processes, processes),
    });
  }
}

const left = (all: number, used: number): Observation => ({ available: Math.max(0, all - used), capacity: all });
