import { parseDuration } from '../sim/duration.ts';
import type { ShutdownPeriods } from '../node/kubelet/shutdown.ts';
import type { FaultKind } from './fault.ts';
import { durationParameter, named } from './parameters.ts';

/**
 * Somebody shuts a machine down in an orderly way (`systemctl poweroff`): its kubelet holds that up while pods end, those of low
 * priority first, as long as its shutdownGracePeriod allows. A kubelet that has none, which is the default, lets it happen at once.
 */
export const nodeShutdown: FaultKind = {
  name: 'node-shutdown',
  about: 'a machine is shut down in an orderly way: its kubelet ends the pods first',
  target: 'NODE',
  parameters: {
    period: durationParameter("for all pods, in place of the kubelet's shutdownGracePeriod"),
    critical: durationParameter('how much of it is kept for critical pods (shutdownGracePeriodCriticalPods)'),
  },
  plan(world, fault) {
    const machine = named(world.machines, 'node', fault);
    const [all, critical] = [parseDuration(fault['period'] ?? ''), parseDuration(fault['critical'] ?? '') ?? 0];
    const periods: ShutdownPeriods | undefined = all === undefined ? undefined : { all, critical };
    return () => {
      machine.shutDown(periods);
      return () => machine.start();
    };
  },
};
