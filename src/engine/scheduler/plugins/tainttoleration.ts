import type { Node, Pod, Toleration } from '../../api/generated/types.ts';
import {
  defaultNormalizeScore,
  unresolvable,
  type CycleState,
  type FilterPlugin,
  type PreScorePlugin,
  type QueueingHint,
  type ScorePlugin,
  type StateKey,
  type Verdict,
} from '../framework.ts';
import { NO_TAINTS, type NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { isTolerated, untoleratedTaint } from '../../api/tolerations.ts';

// v1.36: the taint's name is no longer in the message.
const REFUSED = unresolvable('TaintToleration', 'node(s) had untolerated taint(s)');
const PREFER: StateKey<readonly Toleration[]> = { name: 'PreScoreTaintToleration' };
const NONE: readonly Toleration[] = [];

const taintsLeft: QueueingHint = ({ pod }, event) => {
  const tolerations = pod.spec?.tolerations;
  const wasOpen = event.old !== undefined && untoleratedTaint((event.old as Node).spec?.taints ?? [], tolerations) === undefined;
  return !wasOpen && untoleratedTaint((event.now as Node).spec?.taints ?? [], tolerations) === undefined;
};

/** Keeps pods off nodes whose NoSchedule and NoExecute taints they do not tolerate, and prefers nodes with fewer untolerated PreferNoSchedule taints. */
export const taintToleration: FilterPlugin & PreScorePlugin & ScorePlugin = {
  name: 'TaintToleration',
  local: true,
  filter(_state: CycleState, { pod }: PodInfo, node: NodeInfo): Verdict {
    if (node.taints === NO_TAINTS) return undefined;
    return untoleratedTaint(node.taints, pod.spec?.tolerations) === undefined ? undefined : REFUSED;
  },
  preScore(state: CycleState, { pod }: PodInfo): Verdict {
    const tolerations = pod.spec?.tolerations ?? NONE;
    state.write(
      PREFER,
      tolerations.filter(({ effect }) => effect === undefined || effect === '' || effect === 'PreferNoSchedule'),
    );
    return undefined;
  },
  score(state: CycleState, _pod: PodInfo, node: NodeInfo): number {
    if (node.taints === NO_TAINTS) return 0;
    const tolerations = state.read(PREFER);
    let untolerated = 0;
    for (const taint of node.taints) if (taint.effect === 'PreferNoSchedule' && !isTolerated(tolerations, taint)) untolerated++;
    return untolerated;
  },
  normalizeScore(_state: CycleState, _pod: PodInfo, scores: Float64Array, count: number): void {
    defaultNormalizeScore(scores, count, true);
  },
  events: {
    NodeAdd: taintsLeft,
    NodeUpdateNodeTaint: taintsLeft,
    UnschedulablePodUpdatePodToleration: (_pod, event) => (event.now as Pod).spec?.tolerations !== (event.old as Pod).spec?.tolerations,
  },
};
