import type { FaultKind } from './fault.ts';
import { duration, durationParameter } from './parameters.ts';
import { WAY, ways } from './ways.ts';

/** A slow way: whatever goes over it takes longer, half there and half back. */
export const linkDelayed: FaultKind = {
  name: 'link-delayed',
  about: 'what goes to and from a node or a pod, or between two nodes, takes longer',
  target: WAY,
  parameters: { by: durationParameter('there and back', { required: true }) },
  plan(world, fault) {
    const between = ways(world, fault);
    return () => world.network.impair(between, { delay: duration(fault['by'] as string) });
  },
};
