import { isConflict } from '../../api/errors.ts';
import type { Node, Taint } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { NODES } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { MINUTE, SECOND, type Millis } from '../../sim/time.ts';

export const TO_BE_DELETED = 'ToBeDeletedByClusterAutoscaler';
export const DELETION_CANDIDATE = 'DeletionCandidateOfClusterAutoscaler';

// MaxKubernetesEmptyNodeDeletionTime, MaxCloudProviderNodeDeletionTime: after that the taint is of a deletion that failed.
const DELETION: Millis = 5 * MINUTE;

// utils/taints.NodeConditionTaints and prefixes: what a Node has for a while is not what the next one of its group will have.
const OF_A_WHILE =
  /^(node\.(kubernetes|cloudprovider\.kubernetes)\.io\/|node-lifecycle\.kubernetes\.io\/|(ignore|startup|status)-taint\.cluster-autoscaler\.kubernetes\.io\/)/;

export function hasTaint(node: Node, key: string): boolean {
  return node.spec?.taints?.some((taint) => taint.key === key) === true;
}

export function isBeingDeleted(node: Node, now: Millis): boolean {
  const taint = node.spec?.taints?.find(({ key }) => key === TO_BE_DELETED);
  return taint !== undefined && now - Number(taint.value) * SECOND < DELETION;
}

/** The taints that another Node of the group would have as well. */
export function lastingTaints(taints: readonly Taint[] | undefined): Taint[] {
  return (taints ?? []).filter(({ key }) => key !== TO_BE_DELETED && key !== DELETION_CANDIDATE && !OF_A_WHILE.test(key));
}

/** No pod may come any more; cordoned besides. */
export function markToBeDeleted(client: Client, node: Node, now: Millis, cordon: boolean): Task<void> {
  return change(client, node, (fresh) => ({
    ...(cordon ? { ...fresh.spec, unschedulable: true } : fresh.spec),
    taints: [...(fresh.spec?.taints ?? []).filter(({ key }) => key !== TO_BE_DELETED), taint(TO_BE_DELETED, now, 'NoSchedule')],
  }));
}

/** Pods had better go elsewhere. */
export function markDeletionCandidate(client: Client, node: Node, now: Millis): Task<void> {
  return change(client, node, (fresh) => ({
    ...fresh.spec,
    taints: [...(fresh.spec?.taints ?? []), taint(DELETION_CANDIDATE, now, 'PreferNoSchedule')],
  }));
}

export function cleanTaint(client: Client, node: Node, key: string, uncordon: boolean): Task<void> {
  return change(client, node, ({ spec = {} }) => {
    const { unschedulable: _cordoned, ...rest } = spec;
    return { ...(uncordon ? rest : spec), taints: (spec.taints ?? []).filter((each) => each.key !== key) };
  });
}

function taint(key: string, now: Millis, effect: string): Taint {
  return { key, value: String(Math.floor(now / SECOND)), effect };
}

/** Tried again from the fresh Node where somebody else wrote meanwhile. */
function* change(client: Client, node: Node, spec: (node: Node) => NonNullable<Node['spec']>): Task<void> {
  try {
    yield* client.update(NODES, { ...node, spec: spec(node) });
  } catch (error) {
    if (!isConflict(error)) throw error;
    const fresh = yield* client.get(NODES, undefined, node.metadata.name ?? '');
    yield* client.update(NODES, { ...fresh, spec: spec(fresh) });
  }
}
