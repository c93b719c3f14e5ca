import type { FaultKind } from './fault.ts';
import { bytes, named, sizeParameter } from './parameters.ts';

// Under the kubelet's own threshold of 10 % for nodefs.available.
const LEFT = 0.05;

/** Something that is no pod's writes the machine's disk full. */
export const diskFilled: FaultKind = {
  name: 'disk-filled',
  about: "a node's disk is full",
  target: 'NODE',
  parameters: { size: sizeParameter('how much is written (unless said: until 5 % are left)') },
  plan(world, fault) {
    const { resources } = named(world.machines, 'node', fault);
    const { system, capacity } = resources;
    return () => {
      const more =
        fault['size'] === undefined ? Math.max(0, Math.floor(capacity.disk * (1 - LEFT)) - system.disk) : (bytes(fault['size']) ?? 0);
      system.disk += more;
      return () => {
        system.disk -= more;
      };
    };
  },
};
