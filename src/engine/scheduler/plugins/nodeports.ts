import type { Pod } from '../../api/generated/types.ts';
import { skip, unschedulable, type CycleState, type FilterPlugin, type PreFilterPlugin, type Status, type Verdict } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import { PodInfo, type HostPort } from '../pod-info.ts';

const NAME = 'NodePorts';
const REFUSED = unschedulable(NAME, "node(s) didn't have free ports for the requested pod ports");
const SKIP = skip(NAME);

/** Host ports are taken once a node. */
export const nodePorts: PreFilterPlugin & FilterPlugin = {
  name: NAME,
  local: true,
  preFilter(_state: CycleState, pod: PodInfo): Status | undefined {
    return pod.hostPorts.length === 0 ? SKIP : undefined;
  },
  filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Verdict {
    return node.portsConflict(pod.hostPorts) ? REFUSED : undefined;
  },
  events: {
    AssignedPodDelete: (pod, event) => {
      const gone = new PodInfo(event.old as Pod);
      return gone.hostPorts.some((theirs) => pod.hostPorts.some((wanted) => collide(theirs, wanted)));
    },
    NodeAdd: () => true,
  },
};

function collide(a: HostPort, b: HostPort): boolean {
  const everywhere = a.ip === '0.0.0.0' || b.ip === '0.0.0.0';
  return a.port === b.port && a.protocol === b.protocol && (everywhere || a.ip === b.ip);
}
