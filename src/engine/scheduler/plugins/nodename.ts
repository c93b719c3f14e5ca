import { unresolvable, type CycleState, type FilterPlugin, type Verdict } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';

const REFUSED = unresolvable('NodeName', "node(s) didn't match the requested node name");

/** A pod that names its node goes nowhere else. */
export const nodeName: FilterPlugin = {
  name: 'NodeName',
  local: true,
  filter(_state: CycleState, { pod }: PodInfo, node: NodeInfo): Verdict {
    const wanted = pod.spec?.nodeName;
    return wanted === undefined || wanted === '' || wanted === node.name ? undefined : REFUSED;
  },
  events: { NodeAdd: () => true },
};
