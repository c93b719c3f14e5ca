import type { Image } from '../../os/image.ts';
import type { Program } from '../../os/process.ts';
import { rare } from '../../os/rare.ts';
import { clusterAutoscaler, type World } from './program.ts';

/** `registry.k8s.io/autoscaling/cluster-autoscaler`. */
export function clusterAutoscalerImage(world: World): Image {
  const program: Program = (process) => rare(clusterAutoscaler)(process, world);
  return {
    repository: 'registry.k8s.io/autoscaling/cluster-autoscaler',
    hasTag: (tag) => /^v1\.3[0-6]\.\d+$/.test(tag),
    size: 45_000_000,
    user: '65534',
    entrypoint: ['./cluster-autoscaler'],
    programs: { './cluster-autoscaler': program, '/cluster-autoscaler': program, 'cluster-autoscaler': program },
  };
}
