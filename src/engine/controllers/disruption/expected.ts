import { isNotFound, qualified } from '../../api/errors.ts';
import type { Pod, PodDisruptionBudget, StatefulSet } from '../../api/generated/types.ts';
import { resolveIntOrPercent } from '../../api/int-or-string.ts';
import { controllerOf, type OwnerReference } from '../../api/meta.ts';
import type { Informer } from '../../client/informer.ts';
import type { Task } from '../../os/task.ts';
import type { Informers } from '../informers.ts';
import { SyncError } from '../reconciler.ts';
import { groupVersion, noKindMatch, type ScaleClient } from '../scale-client.ts';

/** Where the scales of controllers are found: the caches for the workloads, the `/scale` subresource for all else. */
export interface Scales {
  readonly informers: Informers;
  readonly statefulSets: Informer<StatefulSet>;
  readonly client: ScaleClient;
}

interface Expected {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
  /** Some pods that count have no controller, whose scale would say how many there should be. */
  readonly unmanaged: boolean;
}

/** How many pods there should be, and how many of them have to be healthy (getExpectedPodCount). */
export function* expectedPods(scales: Scales, { spec }: PodDisruptionBudget, pods: readonly Pod[]): Task<Expected> {
  const { maxUnavailable, minAvailable } = spec ?? {};
  if (maxUnavailable !== undefined) {
    const { total, unmanaged } = yield* expectedScale(scales, pods);
    // v1.36: rounds up, so that a percentage lets at least one pod go.
    return { expectedPods: total, desiredHealthy: Math.max(0, total - resolveIntOrPercent(maxUnavailable, total, true)), unmanaged };
  }
  if (typeof minAvailable === 'number') return { expectedPods: pods.length, desiredHealthy: minAvailable, unmanaged: false };
  if (minAvailable === undefined) return { expectedPods: 0, desiredHealthy: 0, unmanaged: false };
  const { total, unmanaged } = yield* expectedScale(scales, pods);
  return { expectedPods: total, desiredHealthy: resolveIntOrPercent(minAvailable, total, true), unmanaged };
}

/** The scales of all controllers that own one of the pods. */
function* expectedScale(scales: Scales, pods: readonly Pod[]): Task<{ total: number; unmanaged: boolean }> {
  const found = new Map<string, number>();
  const looked = new Set<string>();
  let unmanaged = false;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) {
      unmanaged = true;
      continue;
    }
    if (looked.has(owner.uid)) continue;
    const scale = yield* scaleOf(scales, owner, pod.metadata.namespace ?? '');
    if (scale === undefined) throw new SyncError(`found no controllers for pod "${pod.metadata.name ?? ''}"`);
    looked.add(owner.uid);
    found.set(scale.uid, scale.replicas);
  }
  return { total: [...found.values()].reduce((sum, replicas) => sum + replicas, 0), unmanaged };
}

interface Scaled {
  /** Of what counts the replicas: a Deployment for the pods of its ReplicaSets. */
  readonly uid: string;
  readonly replicas: number;
}

const WORKLOADS = new Set(['apps', 'extensions']);

function* scaleOf(scales: Scales, owner: OwnerReference, namespace: string): Task<Scaled | undefined> {
  const { group } = groupVersion(owner.apiVersion);
  const { replicaSets, replicationControllers, deployments } = scales.informers;
  const key = `${namespace}/${owner.name}`;
  if (owner.kind === 'ReplicationController' && group === '') {
    const found = own(owner, replicationControllers.get(key));
    if (found !== undefined) return found;
  }
  if (owner.kind === 'ReplicaSet' && WORKLOADS.has(group)) {
    const set = replicaSets.get(key);
    const above = set?.metadata.uid === owner.uid ? controllerOf(set) : undefined;
    if (above?.kind === 'Deployment') {
      if (WORKLOADS.has(groupVersion(above.apiVersion).group)) {
        const found = own(above, deployments.get(`${namespace}/${above.name}`));
        if (found !== undefined) return found;
      }
    } else {
      const found = own(owner, set);
      if (found !== undefined) return found;
    }
  }
  if (owner.kind === 'StatefulSet' && group === 'apps') {
    const found = own(owner, scales.statefulSets.get(key));
    if (found !== undefined) return found;
  }
  return yield* customScale(scales, owner, namespace);
}

function own(owner: OwnerReference, object: { metadata: { uid?: string }; spec?: { replicas?: number } } | undefined): Scaled | undefined {
  if (object === undefined || object.metadata.uid !== owner.uid) return undefined;
  return { uid: owner.uid, replicas: object.spec?.replicas ?? 1 };
}

/** Of any other kind, by its `/scale` subresource (getScaleController). */
function* customScale({ client }: Scales, owner: OwnerReference, namespace: string): Task<Scaled | undefined> {
  const resource = client.resourceOf(owner.apiVersion, owner.kind);
  const { group, version } = groupVersion(owner.apiVersion);
  if (resource === undefined) throw noKindMatch(owner.kind, group, version);
  try {
    const scale = yield* client.get(resource, namespace, owner.name);
    return scale.metadata.uid === owner.uid ? { uid: owner.uid, replicas: scale.spec?.replicas ?? 0 } : undefined;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    // Not found is the object, or the subresource: discovery would tell, and so does the object's own name in the answer.
    if (error instanceof Error && error.message.includes(`"${owner.name}"`)) return undefined;
    throw new SyncError(`${qualified(resource.resource, resource.group)} does not implement the scale subresource`);
  }
}
