import type { Deployment, ReplicaSet } from '../../api/generated/types.ts';
import type { ApiObject } from '../../api/meta.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/events.ts';
import { DEPLOYMENTS, REPLICA_SETS } from '../../client/resources.ts';
import type { Millis } from '../../sim/time.ts';
import type { Task } from '../../os/task.ts';
import { replicasAnnotations, replicasAnnotationsOutdated } from './annotations.ts';
import { replicasOf } from './arithmetic.ts';

/** One sync of one Deployment: what all its steps share. */
export interface Sync {
  /** The newest state known; replaced by what a write of this sync returned. */
  deployment: Deployment;
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly now: Millis;
  /** Has the sync come again. `background` for deadlines. */
  requeue(delay: Millis): void;
  decide(text: string, about: ApiObject): void;
}

export interface ReplicaSets {
  /** The one whose template is the Deployment's; undefined while there is none. */
  readonly current: ReplicaSet | undefined;
  /** All others, oldest first. */
  readonly old: readonly ReplicaSet[];
}

export function allSets({ current, old }: ReplicaSets): ReplicaSet[] {
  return current === undefined ? [...old] : [...old, current];
}

/** Writes status (and annotations, which the status endpoint lets through). */
export function* updateDeploymentStatus(sync: Sync, next: Deployment): Task<void> {
  sync.deployment = yield* sync.client.updateStatus(DEPLOYMENTS, next);
}

/** Sets a ReplicaSet's size and the annotations that go with it, and tells of a change of size. Undefined when there was nothing to write. */
export function* scaleReplicaSet(sync: Sync, rs: ReplicaSet, size: number): Task<ReplicaSet | undefined> {
  const before = replicasOf(rs);
  if (before === size && !replicasAnnotationsOutdated(sync.deployment, rs)) return undefined;
  const { spec, metadata } = rs;
  if (spec === undefined) return undefined;
  const written = yield* sync.client.update(REPLICA_SETS, {
    ...rs,
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...replicasAnnotations(sync.deployment) } },
    spec: { ...spec, replicas: size },
  });
  if (before !== size) {
    const direction = before < size ? 'up' : 'down';
    sync.recorder.event(
      sync.deployment,
      'Normal',
      'ScalingReplicaSet',
      `Scaled ${direction} replica set ${metadata.name ?? ''} from ${before} to ${size}`,
    );
  }
  return written;
}

/** Like `scaleReplicaSet`, but leaves a ReplicaSet of the right size alone. */
export function* resize(sync: Sync, rs: ReplicaSet, size: number): Task<ReplicaSet | undefined> {
  return replicasOf(rs) === size ? undefined : yield* scaleReplicaSet(sync, rs, size);
}
