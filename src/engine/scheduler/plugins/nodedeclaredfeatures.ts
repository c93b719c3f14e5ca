import type { Node, Pod } from '../../api/generated/types.ts';
import { semanticallyEqual } from '../../api/equality.ts';
import {
  skip,
  unresolvable,
  type CycleState,
  type FilterPlugin,
  type PreFilterPlugin,
  type QueueingHint,
  type Status,
  type Verdict,
} from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';

const NAME = 'NodeDeclaredFeatures';
const SKIP = skip(NAME);
const REFUSED = unresolvable(NAME, "node(s) didn't match Pod's required features");

const nodeChanged: QueueingHint = (_pod, { old, now }) =>
  old === undefined || !semanticallyEqual((old as Node).status?.declaredFeatures, (now as Node).status?.declaredFeatures);

/** KEP-5328: a pod that needs what not every kubelet can do goes only where the kubelet says that it can. */
export const nodeDeclaredFeatures: PreFilterPlugin & FilterPlugin = {
  name: NAME,
  local: true,
  preFilter(_state: CycleState, { pod }: PodInfo): Status | undefined {
    return requiredFeatures(pod).length === 0 ? SKIP : undefined;
  },
  filter(_state: CycleState, { pod }: PodInfo, { node }: NodeInfo): Verdict {
    const declared = node?.status?.declaredFeatures ?? [];
    return requiredFeatures(pod).every((feature) => declared.includes(feature)) ? undefined : REFUSED;
  },
  events: { NodeAdd: nodeChanged, NodeUpdateNodeDeclaredFeature: nodeChanged },
};

/** What a pod asks of its kubelet; the other features that kubelets declare are looked at when pods change. */
function requiredFeatures({ spec }: Pod): string[] {
  const restartsAll = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some(({ restartPolicyRules }) =>
    restartPolicyRules?.some(({ action }) => action === 'RestartAllContainers'),
  );
  const mapsUsers = spec?.hostNetwork === true && spec.hostUsers === false;
  return [...(restartsAll ? ['RestartAllContainersOnContainerExits'] : []), ...(mapsUsers ? ['UserNamespacesHostNetworkSupport'] : [])];
}
