import { isConflict } from '../../api/errors.ts';
import type { DaemonSet, DaemonSetStatus, Node, Pod } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { DAEMON_SETS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import type { Millis } from '../../sim/time.ts';
import { isPodAvailable, isPodReady } from '../pod-state.ts';
import { sameMeaning } from '../semantic.ts';
import { isUpdated, verdictOn } from './placement.ts';

/** Counts nodes and pods (updateDaemonSetStatus). `pods` by node, each node's oldest first. */
export function countStatus(
  ds: DaemonSet,
  nodes: Iterable<Node>,
  pods: ReadonlyMap<string, readonly Pod[]>,
  hash: string,
  now: Millis,
): DaemonSetStatus {
  const counts = { desired: 0, current: 0, misscheduled: 0, ready: 0, updated: 0, available: 0 };
  for (const node of nodes) {
    const { run } = verdictOn(ds, node);
    const [pod] = pods.get(node.metadata.name ?? '') ?? [];
    if (!run) {
      if (pod !== undefined) counts.misscheduled++;
      continue;
    }
    counts.desired++;
    if (pod === undefined) continue;
    counts.current++;
    if (isPodReady(pod)) {
      counts.ready++;
      if (isPodAvailable(pod, ds.spec?.minReadySeconds ?? 0, now)) counts.available++;
    }
    if (isUpdated(ds, pod, hash)) counts.updated++;
  }
  const unavailable = counts.desired - counts.available;
  const { collisionCount, conditions } = ds.status ?? {};
  return {
    currentNumberScheduled: counts.current,
    numberMisscheduled: counts.misscheduled,
    desiredNumberScheduled: counts.desired,
    numberReady: counts.ready,
    ...(counts.updated === 0 ? {} : { updatedNumberScheduled: counts.updated }),
    ...(counts.available === 0 ? {} : { numberAvailable: counts.available }),
    ...(unavailable === 0 ? {} : { numberUnavailable: unavailable }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    ...(conditions === undefined ? {} : { conditions }),
  };
}

/** Writes what has changed; a conflict is tried again once with the object as the server has it. */
export function* writeStatus(client: Client, ds: DaemonSet, status: DaemonSetStatus, observe: boolean): Task<void> {
  const { generation = 0, namespace, name = '' } = ds.metadata;
  const observedGeneration = observe ? generation : ds.status?.observedGeneration;
  const next: DaemonSetStatus = { ...status, ...(observedGeneration === undefined ? {} : { observedGeneration }) };
  if (sameMeaning(ds.status, next)) return;
  try {
    yield* client.updateStatus(DAEMON_SETS, { ...ds, status: next });
  } catch (error) {
    if (!isConflict(error)) throw error;
    const fresh = yield* client.get(DAEMON_SETS, namespace, name);
    yield* client.updateStatus(DAEMON_SETS, { ...fresh, status: next });
  }
}
