import {
  MAX_NODE_SCORE,
  type CycleState,
  type NodeImage,
  type NodeList,
  type PreScorePlugin,
  type ScorePlugin,
  type StateKey,
  type Verdict,
} from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';

const MB = 1024 * 1024;
const MIN_THRESHOLD = 23 * MB;
const MAX_CONTAINER_THRESHOLD = 1000 * MB;

interface Wanted {
  readonly images: readonly { there: NodeImage; size: number }[];
  readonly max: number;
}
const WANTED: StateKey<Wanted> = { name: 'PreScoreImageLocality' };

/** Prefers nodes that have the pod's images, the more so the bigger they are and the more nodes have them. */
export const imageLocality: PreScorePlugin & ScorePlugin = {
  name: 'ImageLocality',
  preScore(state: CycleState, { pod }: PodInfo, _feasible: readonly NodeInfo[], nodes: NodeList): Verdict {
    const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
    // v1.36: images that are mounted as volumes are looked for too, but do not raise what can be reached.
    const volumes = (pod.spec?.volumes ?? []).flatMap((volume) => volume.image?.reference ?? []);
    const images = [...containers.map(({ image }) => image ?? ''), ...volumes]
      .flatMap((image) => nodes.image(normalizedImageName(image)) ?? [])
      .map((there) => ({ there, size: Math.trunc(there.size * (there.count / nodes.nodes.length)) }));
    state.write(WANTED, { images, max: MAX_CONTAINER_THRESHOLD * containers.length });
    return undefined;
  },
  score(state: CycleState, _pod: PodInfo, node: NodeInfo): number {
    const wanted = state.read(WANTED) as Wanted;
    if (wanted.images.length === 0) return 0;
    let sum = 0;
    for (const { there, size } of wanted.images) if (there.on(node)) sum += size;
    const clamped = Math.min(Math.max(sum, MIN_THRESHOLD), wanted.max);
    return Math.trunc((MAX_NODE_SCORE * (clamped - MIN_THRESHOLD)) / (wanted.max - MIN_THRESHOLD));
  },
};

/** With `:latest` where a tag is missing. */
function normalizedImageName(name: string): string {
  return name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name;
}
