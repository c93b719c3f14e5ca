import type { FaultKind } from './fault.ts';
import { percentParameter } from './parameters.ts';
import { WAY, ways } from './ways.ts';

const LOSS = '20%';

/** A bad way: some of the packets get lost. What opens a connection is sent again after one, two, four seconds; a question to a DNS server is not. */
export const linkLossy: FaultKind = {
  name: 'link-lossy',
  about: 'some packets to and from a node or a pod, or between two nodes, get lost',
  target: WAY,
  parameters: { loss: percentParameter(`how many of a hundred (${LOSS} unless said)`) },
  plan(world, fault) {
    const between = ways(world, fault);
    const loss = Number((fault['loss'] ?? LOSS).replace('%', '')) / 100;
    return () => world.network.impair(between, { loss });
  },
};
