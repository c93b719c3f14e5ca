import type { Pod, ReplicaSet } from '../../api/generated/types.ts';
import { isPodTerminal } from '../pod-state.ts';
import type { Task } from '../../os/task.ts';
import { activeSets, replicasOf, sumStatus } from './arithmetic.ts';
import { cleanUpHistory } from './history.ts';
import { getReplicaSets } from './replica-sets.ts';
import { isComplete, syncRolloutStatus } from './status.ts';
import { resize, type ReplicaSets, type Sync } from './sync.ts';

/** Recreate: all old pods go, and are gone, before the first new one is made. */
export function* rolloutRecreate(sync: Sync, list: readonly ReplicaSet[], podsOf: (rs: ReplicaSet) => readonly Pod[]): Task<void> {
  let sets = yield* getReplicaSets(sync, list, false);
  let scaledDown = false;
  for (const rs of activeSets(sets.old)) if ((yield* resize(sync, rs, 0)) !== undefined) scaledDown = true;
  if (scaledDown) {
    sync.decide('Recreate: scaled the old ReplicaSets down to 0.', sync.deployment);
    return yield* syncRolloutStatus(sync, sets);
  }
  if (oldPodsRunning(sets, podsOf)) {
    sync.decide('Recreate: waits until the last old pod is gone.', sync.deployment);
    return yield* syncRolloutStatus(sync, sets);
  }
  if (sets.current === undefined) sets = yield* getReplicaSets(sync, list, true);
  if (sets.current !== undefined) yield* resize(sync, sets.current, replicasOf(sync.deployment));
  if (isComplete(sync.deployment, sync.deployment.status ?? {})) yield* cleanUpHistory(sync, sets.old);
  yield* syncRolloutStatus(sync, sets);
}

function oldPodsRunning({ old }: ReplicaSets, podsOf: (rs: ReplicaSet) => readonly Pod[]): boolean {
  return sumStatus(old, 'replicas') > 0 || old.some((rs) => podsOf(rs).some((pod) => !isPodTerminal(pod)));
}
