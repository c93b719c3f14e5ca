import { isNotFound } from '../../api/errors.ts';
import type { ReplicaSet } from '../../api/generated/types.ts';
import { REPLICA_SETS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { revisionOf } from './annotations.ts';
import { byCreation, replicasOf } from './arithmetic.ts';
import type { Sync } from './sync.ts';

/** Deletes the oldest revisions beyond `revisionHistoryLimit`, never one that still has pods or has not been observed. */
export function* cleanUpHistory(sync: Sync, old: readonly ReplicaSet[]): Task<void> {
  const limit = sync.deployment.spec?.revisionHistoryLimit;
  if (limit === undefined || limit === 2147483647) return;
  const alive = old.filter((rs) => rs.metadata.deletionTimestamp === undefined);
  const surplus = alive.length - limit;
  if (surplus <= 0) return;
  const sorted = alive.sort((a, b) => revisionOf(a) - revisionOf(b) || byCreation(a, b));
  for (const rs of sorted.slice(0, surplus)) {
    const { generation = 0, namespace, name = '' } = rs.metadata;
    if ((rs.status?.replicas ?? 0) !== 0 || replicasOf(rs) !== 0 || generation > (rs.status?.observedGeneration ?? 0)) continue;
    sync.decide(`Deletes ${name} (revision ${revisionOf(rs)}): only ${limit} old revisions are kept.`, sync.deployment);
    try {
      yield* sync.client.delete(REPLICA_SETS, namespace, name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
