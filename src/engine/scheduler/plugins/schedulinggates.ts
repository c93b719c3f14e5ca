import type { Pod } from '../../api/generated/types.ts';
import { unresolvable, type PreEnqueuePlugin, type Verdict } from '../framework.ts';

/** KEP-3521: a pod with gates is not even tried. */
export const schedulingGates: PreEnqueuePlugin = {
  name: 'SchedulingGates',
  preEnqueue(pod: Pod): Verdict {
    const gates = pod.spec?.schedulingGates ?? [];
    if (gates.length === 0) return undefined;
    return unresolvable('SchedulingGates', `waiting for scheduling gates: [${gates.map(({ name }) => name).join(' ')}]`);
  },
  events: {
    UnschedulablePodUpdatePodSchedulingGatesEliminated: (_pod, event) => ((event.now as Pod).spec?.schedulingGates ?? []).length === 0,
  },
};
