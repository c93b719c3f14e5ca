import type { FaultKind } from './fault.ts';
import { duration, durationParameter, named } from './parameters.ts';

/**
 * A machine's clock is wrong. It shows in the node's Lease and conditions, in what programs on it believe the time to be, and in
 * certificates that are not yet, or no longer, valid by that clock. The control plane keeps the world's time.
 */
export const clockSkewed: FaultKind = {
  name: 'clock-skewed',
  about: "a node's clock is ahead or behind",
  target: 'NODE',
  parameters: { by: durationParameter('ahead (10m) or behind (-10m)', { signed: true, required: true }) },
  plan(world, fault) {
    const { name } = named(world.machines, 'node', fault);
    const { clocks } = world.network;
    return () => {
      clocks.set(name, duration(fault['by'] as string));
      return () => clocks.delete(name);
    };
  },
};
