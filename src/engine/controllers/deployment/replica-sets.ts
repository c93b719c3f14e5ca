import { StatusError, isAlreadyExists } from '../../api/errors.ts';
import type { Deployment, ReplicaSet } from '../../api/generated/types.ts';
import { controllerOf } from '../../api/meta.ts';
import { REPLICA_SETS } from '../../client/resources.ts';
import { newControllerRef } from '../controller-ref.ts';
import { SyncError } from '../reconciler.ts';
import { isNamespaceTerminating } from '../replicaset/pods.ts';
import type { Task } from '../../os/task.ts';
import { REVISION, newSetAnnotations, revisionOf } from './annotations.ts';
import { byCreation, newReplicaSetSize, replicasOf } from './arithmetic.ts';
import { REASON, conditionOf, hasProgressDeadline, newCondition, withDeploymentCondition } from './conditions.ts';
import { updateDeploymentStatus, type ReplicaSets, type Sync } from './sync.ts';
import { TEMPLATE_HASH, computeHash, equalIgnoringHash } from './template-hash.ts';

/** Tells the new ReplicaSet from the old ones, brings revisions up to date, and makes the new one if `create`. */
export function* getReplicaSets(sync: Sync, list: readonly ReplicaSet[], create: boolean): Task<ReplicaSets> {
  const sorted = [...list].sort(byCreation);
  const found = findNew(sync.deployment, sorted);
  const old = sorted.filter((rs) => rs.metadata.uid !== found?.metadata.uid);
  // The new ReplicaSet's revision is one more than the highest of the old ones: a rollback moves it to the front.
  const revision = Math.max(0, ...old.map(revisionOf)) + 1;
  if (found !== undefined) return { current: yield* adjust(sync, found, revision), old };
  return { current: create ? yield* make(sync, old, revision) : undefined, old };
}

/** The oldest, where an earlier fault has left several. */
export function findNew(deployment: Deployment, sorted: readonly ReplicaSet[]): ReplicaSet | undefined {
  return sorted.find((rs) => equalIgnoringHash(rs.spec?.template, deployment.spec?.template));
}

function* adjust(sync: Sync, rs: ReplicaSet, revision: number): Task<ReplicaSet> {
  const annotations = rs.metadata.annotations ?? {};
  const wanted = newSetAnnotations(sync.deployment, annotations, revision, true);
  const minReadySeconds = sync.deployment.spec?.minReadySeconds ?? 0;
  if (wanted !== annotations || (rs.spec?.minReadySeconds ?? 0) !== minReadySeconds) {
    const { spec } = rs;
    return yield* sync.client.update(REPLICA_SETS, {
      ...rs,
      metadata: { ...rs.metadata, annotations: wanted },
      ...(spec === undefined ? {} : { spec: { ...spec, minReadySeconds } }),
    });
  }
  let next = withRevision(sync.deployment, annotations[REVISION] ?? '');
  if (hasProgressDeadline(next) && conditionOf(next.status?.conditions, 'Progressing') === undefined) {
    const message = `Found new replica set "${rs.metadata.name ?? ''}"`;
    next = withDeploymentCondition(next, newCondition('Progressing', 'True', REASON.found, message, sync.now));
  }
  if (next !== sync.deployment) yield* updateDeploymentStatus(sync, next);
  return rs;
}

function* make(sync: Sync, old: readonly ReplicaSet[], revision: number): Task<ReplicaSet | undefined> {
  const draft = draftOf(sync.deployment, old, revision);
  const size = replicasOf(draft);
  const name = draft.metadata.name ?? '';
  let created: ReplicaSet;
  let existed = false;
  try {
    created = yield* sync.client.create(REPLICA_SETS, draft);
  } catch (error) {
    if (isAlreadyExists(error)) {
      created = yield* resolveCollision(sync, name);
      existed = true;
    } else if (isNamespaceTerminating(error)) return undefined;
    else if (error instanceof StatusError) return yield* refuse(sync, name, error);
    else throw error;
  }
  if (!existed && size > 0) {
    sync.decide(
      `No ReplicaSet has this template: created ${name} with ${size} of ${replicasOf(sync.deployment)} replicas as revision ${revision}.`,
      created,
    );
    sync.recorder.event(sync.deployment, 'Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${size}`);
  }
  let next = withRevision(sync.deployment, String(revision));
  if (!existed && hasProgressDeadline(next)) {
    next = withDeploymentCondition(
      next,
      newCondition('Progressing', 'True', REASON.created, `Created new replica set "${name}"`, sync.now),
    );
  }
  if (next !== sync.deployment) yield* updateDeploymentStatus(sync, next);
  return created;
}

function draftOf(deployment: Deployment, old: readonly ReplicaSet[], revision: number): ReplicaSet {
  const template = deployment.spec?.template ?? {};
  const hash = computeHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [TEMPLATE_HASH]: hash };
  const selector = deployment.spec?.selector ?? {};
  const draft: ReplicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name ?? ''}-${hash}`,
      ...(deployment.metadata.namespace === undefined ? {} : { namespace: deployment.metadata.namespace }),
      labels,
      annotations: newSetAnnotations(deployment, {}, revision, false),
      ownerReferences: [newControllerRef(deployment)],
    },
    spec: {
      replicas: 0,
      minReadySeconds: deployment.spec?.minReadySeconds ?? 0,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [TEMPLATE_HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
  const replicas = newReplicaSetSize(deployment, [...old, draft], draft);
  return { ...draft, spec: { ...draft.spec, replicas } as NonNullable<ReplicaSet['spec']> };
}

/** The name is taken: by our own ReplicaSet that the cache does not show yet, or by another template with the same hash. */
function* resolveCollision(sync: Sync, name: string): Task<ReplicaSet> {
  const { deployment } = sync;
  const rs = yield* sync.client.get(REPLICA_SETS, deployment.metadata.namespace, name);
  if (controllerOf(rs)?.uid === deployment.metadata.uid && equalIgnoringHash(rs.spec?.template, deployment.spec?.template)) return rs;
  const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
  sync.decide(`The name ${name} is taken by another template: hashes anew with collision count ${collisionCount}.`, deployment);
  yield* updateDeploymentStatus(sync, { ...deployment, status: { ...deployment.status, collisionCount } });
  throw new SyncError(`replicasets.apps "${name}" already exists`);
}

function* refuse(sync: Sync, name: string, error: StatusError): Task<never> {
  const message = `Failed to create new replica set "${name}": ${error.message}`;
  if (hasProgressDeadline(sync.deployment)) {
    yield* updateDeploymentStatus(
      sync,
      withDeploymentCondition(sync.deployment, newCondition('Progressing', 'False', REASON.createError, message, sync.now)),
    );
  }
  sync.recorder.event(sync.deployment, 'Warning', REASON.createError, message);
  throw error;
}

function withRevision(deployment: Deployment, revision: string): Deployment {
  if (deployment.metadata.annotations?.[REVISION] === revision) return deployment;
  return { ...deployment, metadata: { ...deployment.metadata, annotations: { ...deployment.metadata.annotations, [REVISION]: revision } } };
}
