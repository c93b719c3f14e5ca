import type { Pod } from '../../api/generated/types.ts';
import type { RuntimeService } from '../runtime/cri.ts';
import type { PodUse } from './eviction/ranking.ts';
import type { EmptyDirs } from './empty-dirs.ts';

/** What a pod uses of its machine. */
export function podUse(runtime: RuntimeService, pod: Pod, emptyDirs: ReturnType<EmptyDirs['onDisk']>): PodUse {
  const volumes = new Map<string, number>();
  let volumeInodes = 0;
  for (const [name, { bytes, inodes }] of emptyDirs) {
    volumes.set(name, bytes);
    volumeInodes += inodes;
  }
  const containers = runtime.podContainers(pod.metadata.uid ?? '').map(({ id, config }) => {
    const { memory, disk, logs, inodes, processes } = runtime.stats(id);
    return { name: config.name, memory, disk: disk + logs, inodes, processes };
  });
  return { containers, volumes, volumeInodes };
}
