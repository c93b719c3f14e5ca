import { CONTAINER, runningContainers } from './containers.ts';
import type { FaultKind } from './fault.ts';

/**
 * A container's processes stand still, as in the cgroup's freezer: connections are accepted and nobody answers, so probes run into
 * their time-outs, and a stop has to wait for KILL. A container that is started in its place runs.
 */
export const processHung: FaultKind = {
  name: 'process-hung',
  about: "a container's processes stand still: nothing answers, probes run into their time-outs",
  target: CONTAINER,
  plan(world, fault) {
    const containers = runningContainers(world, fault);
    return () => {
      const kernels = containers.map(({ machine, container }) => machine.runtime.kernelOf(container.id));
      for (const kernel of kernels) kernel?.freeze(true);
      return () => {
        for (const kernel of kernels) kernel?.freeze(false);
      };
    };
  },
};
