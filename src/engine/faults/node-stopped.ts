import type { FaultKind } from './fault.ts';
import { named } from './parameters.ts';

/** A machine without power: every process on it is gone at once, and its addresses answer no more. */
export const nodeStopped: FaultKind = {
  name: 'node-stopped',
  about: 'a machine has no power',
  target: 'NODE',
  plan(world, fault) {
    const machine = named(world.machines, 'node', fault);
    return () => {
      machine.stop();
      return () => machine.start();
    };
  },
};
