import { isConflict } from '../../api/errors.ts';
import type { ControllerRevision, Pod, StatefulSet, StatefulSetStatus } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { STATEFUL_SETS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import type { Millis } from '../../sim/time.ts';
import { isPodAvailable, isPodReady } from '../pod-state.ts';
import { sameMeaning } from '../semantic.ts';
import { replicasOf, revisionNameOf } from './identity.ts';

export const isTerminating = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;
export const isRunningAndReady = (pod: Pod): boolean => pod.status?.phase === 'Running' && isPodReady(pod);
export const isRunningAndAvailable = (set: StatefulSet, pod: Pod, now: Millis): boolean =>
  pod.status?.phase === 'Running' && isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, now);

export interface Revisions {
  readonly current: ControllerRevision;
  readonly update: ControllerRevision;
  readonly collisionCount: number;
}

/** Counts the pods (updateStatus). */
export function countStatus(
  set: StatefulSet,
  { current, update, collisionCount }: Revisions,
  pods: readonly Pod[],
  now: Millis,
): StatefulSetStatus {
  const names = { current: current.metadata.name ?? '', update: update.metadata.name ?? '' };
  const staying = pods.filter((pod) => !isTerminating(pod)).map(revisionNameOf);
  const counts = {
    ready: pods.filter(isRunningAndReady).length,
    current: staying.filter((name) => name === names.current).length,
    updated: staying.filter((name) => name === names.update).length,
    available: pods.filter((pod) => isRunningAndAvailable(set, pod, now)).length,
  };
  const complete =
    set.spec?.updateStrategy?.type === 'RollingUpdate' &&
    counts.updated === replicasOf(set) &&
    counts.ready === replicasOf(set) &&
    pods.length === replicasOf(set);
  const [currentReplicas, currentRevision] = complete ? [counts.updated, names.update] : [counts.current, names.current];
  return {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: pods.length,
    ...(counts.ready === 0 ? {} : { readyReplicas: counts.ready }),
    ...(currentReplicas === 0 ? {} : { currentReplicas }),
    ...(counts.updated === 0 ? {} : { updatedReplicas: counts.updated }),
    currentRevision,
    updateRevision: names.update,
    collisionCount,
    availableReplicas: counts.available,
  };
}

/** Writes what has changed; a conflict is tried again once with the object as the server has it. */
export function* writeStatus(client: Client, set: StatefulSet, status: StatefulSetStatus): Task<void> {
  const next: StatefulSetStatus = { ...(set.status?.conditions === undefined ? {} : { conditions: set.status.conditions }), ...status };
  if (sameMeaning(set.status, next)) return;
  const { namespace, name = '' } = set.metadata;
  try {
    yield* client.updateStatus(STATEFUL_SETS, { ...set, status: next });
  } catch (error) {
    if (!isConflict(error)) throw error;
    const fresh = yield* client.get(STATEFUL_SETS, namespace, name);
    yield* client.updateStatus(STATEFUL_SETS, { ...fresh, status: next });
  }
}
