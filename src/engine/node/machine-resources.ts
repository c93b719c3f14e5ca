import { DiskUse } from '../os/disk-use.ts';
import type { Millis } from '../sim/time.ts';

const MiB = 1024 * 1024;

/** What a machine has. Memory and disk in bytes. */
export interface MachineCapacity {
  readonly memory: number;
  readonly disk: number;
}

/** What all but pods use of it: the kubelet, the runtime, the kernel, and whatever was put there on purpose. CPU in milli-CPUs. */
export interface SystemUse {
  cpu: number;
  memory: number;
  disk: number;
  inodes: number;
  processes: number;
}

/** Memory, disk and process numbers of one machine, as its kernel counts them. */
export class MachineResources {
  /** Plausible for a Debian with a kubelet; a fault raises it. */
  readonly system: SystemUse;
  /** ext4 makes an inode for every 16 KiB. */
  readonly inodes: number;
  /** fork(2)'s limit: an eighth of the memory may be kernel stacks of 16 KiB. */
  readonly processes: number;
  /** When it was powered on. */
  bootedAt: Millis = 0;
  /** The disk, with all that is counted on it. One holds images, containers, logs and volumes. */
  readonly disk: DiskUse;
  readonly #tmpfs = new Set<(bytes: number, writer: DiskUse | undefined) => void>();
  readonly #watchers = new Set<(victim: string, pid: number) => void>();

  constructor(readonly capacity: MachineCapacity) {
    this.inodes = Math.floor(capacity.disk / (16 * 1024));
    this.processes = Math.max(1024, Math.floor(capacity.memory / (8 * 16 * 1024)));
    this.system = { cpu: 60, memory: 350 * MiB, disk: Math.floor(capacity.disk / 50), inodes: 60_000, processes: 110 };
    this.disk = new DiskUse({
      capacity: () => ({ bytes: capacity.disk, inodes: this.inodes }),
      others: () => ({ bytes: this.system.disk, inodes: this.system.inodes }),
    });
  }

  /** Told when the files of a volume in memory take more of it, or less; `writer` is the layer of who wrote. */
  watchTmpfs(watcher: (bytes: number, writer: DiskUse | undefined) => void): void {
    this.#tmpfs.add(watcher);
  }

  /** A file system in memory of at most that size. */
  tmpfs(bytes: number): DiskUse {
    return new DiskUse({
      capacity: () => ({ bytes, inodes: Infinity }),
      changed: (more, writer) => {
        for (const watcher of this.#tmpfs) watcher(more, writer);
      },
    });
  }

  /** Reads the kernel's log: told of every process that it ends because the machine has no memory left. */
  watchOom(watcher: (victim: string, pid: number) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  oomKilled(victim: string, pid: number): void {
    for (const watcher of this.#watchers) watcher(victim, pid);
  }
}
