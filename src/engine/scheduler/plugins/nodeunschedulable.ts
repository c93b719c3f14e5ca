import type { Node, Pod, Taint } from '../../api/generated/types.ts';
import { unresolvable, type CycleState, type FilterPlugin, type QueueingHint, type Verdict } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { isTolerated } from '../../api/tolerations.ts';

const REFUSED = unresolvable('NodeUnschedulable', 'node(s) were unschedulable');
const CORDON: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

const nodeOpened: QueueingHint = (_pod, event) => {
  const now = (event.now as Node).spec?.unschedulable === true;
  const before = event.old === undefined || (event.old as Node).spec?.unschedulable === true;
  return before && !now;
};

/** A cordoned node takes only pods that tolerate its cordon. */
export const nodeUnschedulable: FilterPlugin = {
  name: 'NodeUnschedulable',
  local: true,
  filter(_state: CycleState, { pod }: PodInfo, node: NodeInfo): Verdict {
    return node.unschedulable && !isTolerated(pod.spec?.tolerations, CORDON) ? REFUSED : undefined;
  },
  events: {
    NodeAdd: nodeOpened,
    NodeUpdateNodeTaint: nodeOpened,
    UnschedulablePodUpdatePodToleration: (_pod, event) => isTolerated((event.now as Pod).spec?.tolerations, CORDON),
  },
};
