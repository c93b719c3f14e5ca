import type { MachineResources } from '../machine-resources.ts';
import type { ContainerRuntime } from '../runtime/container-runtime.ts';
import type { ImageStore } from '../runtime/image-store.ts';
import { usageOf, type PodUse } from './eviction/ranking.ts';
import type { Observations } from './eviction/thresholds.ts';

/** What is left of a machine's memory, disk and process numbers, as the kubelet's summary of statistics says. One disk holds all. */
export class NodeUse {
  constructor(
    readonly resources: MachineResources,
    readonly runtime: ContainerRuntime,
    readonly images: ImageStore,
  ) {}

  observe(pods: Iterable<{ use(): PodUse }>): Observations {
    const { resources, runtime, images } = this;
    const { capacity, system } = resources;
    let disk = system.disk + images.bytes;
    let inodes = system.inodes;
    let processes = system.processes;
    for (const pod of pods) {
      const use = pod.use();
      disk += usageOf(use, 'ephemeral-storage');
      inodes += usageOf(use, 'inodes');
      processes += usageOf(use, 'pids');
    }
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
