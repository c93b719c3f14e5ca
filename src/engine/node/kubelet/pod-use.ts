import type { Pod } from '../../api/generated/types.ts';
import type { RuntimeService } from '../runtime/cri.ts';
import type { PodUse } from './eviction/ranking.ts';
import type { PodVolumes } from './volumes.ts';

/** What a pod uses of its machine. */
export function podUse(runtime: RuntimeService, pod: Pod, emptyDirs: ReturnType<PodVolumes['emptyDirs']>): PodUse {
  const volumes = new Map<string, number>();
  let volumeInodes = 0;
  for (const [name, files] of emptyDirs) {
    const { bytes, inodes } = files.usage();
    volumes.set(name, bytes);
    volumeInodes += inodes;
  }
  const containers = runtime.podContainers(pod.metadata.uid ?? '').map(({ id, config }) => {
    const { memory, disk, logs, inodes, processes } = runtime.stats(id);
    return { name: config.name, memory, disk: disk + logs, inodes, processes };
  });
  return { containers, volumes, volumeInodes };
}
