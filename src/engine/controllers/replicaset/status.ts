import { isConflict } from '../../api/errors.ts';
import type { Pod, ReplicaSet, ReplicaSetCondition, ReplicaSetStatus } from '../../api/generated/types.ts';
import type { ApiObject } from '../../api/meta.ts';
import type { Client } from '../../client/client.ts';
import { formatTime, type Millis } from '../../sim/time.ts';
import { isPodAvailable, isPodReady } from '../pod-state.ts';
import { sameMeaning } from '../semantic.ts';
import type { Task } from '../../os/task.ts';
import type { ReplicaKind } from './replica-kind.ts';
import { isFullyLabeled, type Counts } from './tally.ts';

/**
 * What the pods amount to: the counted ones and those adopted just now. `all` lists them where a pod must be ready for a
 * while to be available. `failure` is why the last sync could not make or delete all it wanted.
 */
export function calculateStatus(
  rs: ReplicaSet,
  counts: Counts,
  adopted: readonly Pod[],
  all: readonly Pod[] | undefined,
  failure: Error | undefined,
  now: Millis,
): ReplicaSetStatus {
  const minReadySeconds = rs.spec?.minReadySeconds ?? 0;
  const replicas = counts.active + adopted.length;
  const fullyLabeledReplicas = counts.fullyLabeled + adopted.filter((pod) => isFullyLabeled(pod, rs)).length;
  const readyReplicas = counts.ready + adopted.filter(isPodReady).length;
  const availableReplicas = all === undefined ? readyReplicas : all.filter((pod) => isPodAvailable(pod, minReadySeconds, now)).length;
  const conditions = withFailure(rs, replicas, failure, now);
  return {
    replicas,
    ...(fullyLabeledReplicas === 0 ? {} : { fullyLabeledReplicas }),
    ...(readyReplicas === 0 ? {} : { readyReplicas }),
    ...(availableReplicas === 0 ? {} : { availableReplicas }),
    // KEP-3973: a pointer upstream, so that zero is told.
    terminatingReplicas: counts.terminating,
    ...(rs.status?.observedGeneration === undefined ? {} : { observedGeneration: rs.status.observedGeneration }),
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

function withFailure(rs: ReplicaSet, have: number, failure: Error | undefined, now: Millis): ReplicaSetCondition[] {
  const conditions = rs.status?.conditions ?? [];
  const failed = conditions.some(({ type }) => type === 'ReplicaFailure');
  if (failure === undefined) return failed ? conditions.filter(({ type }) => type !== 'ReplicaFailure') : conditions;
  if (failed) return conditions;
  const surplus = have - (rs.spec?.replicas ?? 1);
  const reason = surplus < 0 ? 'FailedCreate' : 'FailedDelete';
  return [...conditions, { type: 'ReplicaFailure', status: 'True', reason, message: failure.message, lastTransitionTime: formatTime(now) }];
}

/** Writes the status where it says something new; a conflict is tried again once with the object as the server has it. */
export function* writeStatus<T extends ApiObject>(
  client: Client,
  { resource, view, written }: ReplicaKind<T>,
  rs: ReplicaSet,
  status: ReplicaSetStatus,
): Task<ReplicaSet> {
  const { generation = 0, namespace, name = '' } = rs.metadata;
  const now = view(written({ ...rs, status })).status;
  if (
    rs.status?.observedGeneration === generation &&
    sameMeaning({ ...rs.status, observedGeneration: 0 }, { ...now, observedGeneration: 0 })
  ) {
    return rs;
  }
  const observed: ReplicaSetStatus = { ...status, observedGeneration: generation };
  try {
    return view(yield* client.updateStatus(resource, written({ ...rs, status: observed })));
  } catch (error) {
    if (!isConflict(error)) throw error;
    const fresh = view(yield* client.get(resource, namespace, name));
    return view(yield* client.updateStatus(resource, written({ ...fresh, status: observed })));
  }
}
