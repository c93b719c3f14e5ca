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
  readonly images: readonly { there: NodeImage; spread: number }[];
  readonly max: number;
}
const WANTED: StateKey<Wanted> = { name: 'PreScoreImageLocality' };

/** Prefers nodes that have the pod's images, the more so the bigger they are and the more nodes have them. */
export const imageLocality: PreScorePlugin & ScorePlugin = {
  name: 'ImageLocality',
  preScore(state: CycleState, { pod }: PodInfo, _feasible: readonly NodeInfo[], nodes: NodeList): Verdict {
    const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
    const images = containers
      .flatMap(({ image }) => nodes.image(normalizedImageName(image ?? '')) ?? [])
      .map((there) => ({ there, spread: there.count / nodes.nodes.length }));
    state.write(WANTED, { images, max: MAX_CONTAINER_THRESHOLD * containers.length });
    return undefined;
  },
  score(state: CycleState, _pod: PodInfo, node: NodeInfo): number {
    const wanted = state.read(WANTED) as Wanted;
    if (wanted.images.length === 0) return 0;
    let sum = 0;
    for (const { there, spread } of wanted.images) {
      const size = there.sizeOn(node);
      if (size !== undefined) sum += Math.trunc(size * spread);
    }
    const clamped = Math.min(Math.max(sum, MIN_THRESHOLD), wanted.max);
    return Math.trunc((MAX_NODE_SCORE * (clamped - MIN_THRESHOLD)) / (wanted.max - MIN_THRESHOLD));
  },
};

/** With `:latest` where a tag is missing. */
export function normalizedImageName(name: string): string {
  return name.lastIndexOf(':') <= name.lastIndexOf('/') ? `${name}:latest` : name;
}
