import type { PullFault } from '../node/runtime/flavour.ts';
import type { FaultKind } from './fault.ts';
import { choiceParameter } from './parameters.ts';
import { registryTarget } from './registry-target.ts';

const HOW: Readonly<Record<string, PullFault>> = {
  unreachable: 'unreachable',
  unknown: 'no such host',
  unauthorized: 'unauthorized',
  missing: 'manifest unknown',
  'rate-limited': 'rate limited',
};

/** Pulls from a registry fail. What is on a node stays usable there, unless the pull policy wants it asked for. */
export const registryBroken: FaultKind = {
  name: 'registry-broken',
  about: 'pulls from a registry, or of one image, fail',
  target: 'REGISTRY|IMAGE',
  parameters: { how: choiceParameter('why they fail (unreachable unless said)', Object.keys(HOW)) },
  plan(world, fault) {
    const of = registryTarget(fault);
    return () => world.registry.troubles.add({ of, fault: HOW[fault['how'] ?? 'unreachable'] as PullFault });
  },
};
