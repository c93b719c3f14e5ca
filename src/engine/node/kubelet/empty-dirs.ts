import { quantityValue } from '../../api/quantity.ts';
import type { Pod, Volume } from '../../api/generated/types.ts';
import { DiskUse } from '../../os/disk-use.ts';
import { MemoryFiles } from '../../os/files.ts';
import type { Millis } from '../../sim/time.ts';
import type { MachineResources } from '../machine-resources.ts';
import { podLimits } from './requests.ts';

interface EmptyDir {
  readonly files: MemoryFiles;
  readonly use: DiskUse;
  readonly inMemory: boolean;
}

/** The emptyDirs of a node's pods, each made when somebody first looks: directories of its disk, or file systems in memory. They outlive the kubelet. */
export class EmptyDirs {
  readonly #pods = new Map<string, Map<string, EmptyDir>>();

  constructor(
    readonly resources: MachineResources,
    readonly allocatable: Readonly<Record<string, string>>,
    readonly now: () => Millis,
  ) {}

  of(pod: Pod, { name, emptyDir }: Volume): MemoryFiles {
    const uid = pod.metadata.uid ?? '';
    const own = this.#pods.get(uid) ?? new Map<string, EmptyDir>();
    this.#pods.set(uid, own);
    let dir = own.get(name);
    if (dir === undefined) {
      const inMemory = emptyDir?.medium === 'Memory';
      const { resources } = this;
      const use = inMemory ? resources.tmpfs(this.#sizeInMemory(pod, emptyDir.sizeLimit)) : new DiskUse({ within: resources.disk });
      const files = new MemoryFiles(this.now, { use });
      // Anybody may write to it.
      files.chmod('/', 0o777);
      own.set(name, (dir = { files, use, inMemory }));
    }
    return dir.files;
  }

  /** What a pod's emptyDirs on the disk hold, by name. */
  *onDisk({ metadata }: Pod): Generator<readonly [name: string, use: DiskUse], void, undefined> {
    for (const [name, { use, inMemory }] of this.#pods.get(metadata.uid ?? '') ?? []) if (!inMemory) yield [name, use];
  }

  /** The pod has ended: its directories are deleted. */
  release(uid: string): void {
    for (const { use } of this.#pods.get(uid)?.values() ?? []) use.release();
    this.#pods.delete(uid);
  }

  /** Deletes those of pods that nobody works on any more. */
  clear(gone: (uid: string) => boolean): void {
    for (const uid of Array.from(this.#pods.keys())) if (gone(uid)) this.release(uid);
  }

  /** The machine has lost its power, and what was in memory. */
  loseMemory(): void {
    for (const own of this.#pods.values())
      for (const [name, { use, inMemory }] of own) {
        if (!inMemory) continue;
        use.release();
        own.delete(name);
      }
  }

  /** emptydir.calculateEmptyDirMemorySize: the node's allocatable, the pod's limit or the volume's own, whichever is least. */
  #sizeInMemory(pod: Pod, sizeLimit: string | undefined): number {
    const { spec } = pod;
    const all = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])];
    const limited =
      spec?.resources?.limits?.['memory'] !== undefined || all.every(({ resources }) => resources?.limits?.['memory'] !== undefined);
    const sizes = [this.allocatable['memory'], limited ? podLimits(pod)['memory'] : undefined, sizeLimit].map((size) =>
      quantityValue(size),
    );
    return Math.min(...sizes.filter((size) => size > 0));
  }
}
