import type { FaultKind } from './fault.ts';
import { bytes, named, percentParameter, sizeParameter } from './parameters.ts';

// Under the kubelet's own threshold of 10 % for nodefs.available.
const LEFT = 0.05;

/** Something that is no pod's writes the machine's disk full. */
export const diskFilled: FaultKind = {
  name: 'disk-filled',
  about: "a node's disk is full",
  target: 'NODE',
  parameters: {
    size: sizeParameter('how much is written (unless said: until 5 % are left)'),
    to: percentParameter('how full it is then, in place of a size'),
  },
  plan(world, fault) {
    const { resources } = named(world.machines, 'node', fault);
    const { system, capacity } = resources;
    return () => {
      const share = fault['to'] === undefined ? 1 - LEFT : Number(fault['to'].replace('%', '')) / 100;
      const more = fault['size'] === undefined ? Math.max(0, Math.floor(capacity.disk * share) - system.disk) : (bytes(fault['size']) ?? 0);
      system.disk += more;
      return () => {
        system.disk -= more;
      };
    };
  },
};
