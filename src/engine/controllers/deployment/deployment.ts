import type { Deployment, Pod, ReplicaSet } from '../../api/generated/types.ts';
import { controllerOf, keyOf } from '../../api/meta.ts';
import { matchesSelector } from '../../api/selector.ts';
import type { EventRecorder } from '../../client/events.ts';
import { DEPLOYMENTS, REPLICA_SETS } from '../../client/resources.ts';
import type { ControllerContext } from '../controller.ts';
import { claim } from '../controller-ref.ts';
import type { Informers } from '../informers.ts';
import { Reconciler } from '../reconciler.ts';
import type { Task } from '../../os/task.ts';
import { isRollingUpdate } from './arithmetic.ts';
import { cleanUpHistory } from './history.ts';
import { rolloutRecreate } from './recreate.ts';
import { getReplicaSets } from './replica-sets.ts';
import { rolloutRolling } from './rolling.ts';
import { isScalingEvent, scale } from './scaling.ts';
import { checkPaused, syncStatusOnly } from './status.ts';
import type { Sync } from './sync.ts';

/** Rolls each Deployment's template out by sizing ReplicaSets. Pods are the ReplicaSets' business. */
export class DeploymentController extends Reconciler {
  readonly #informers: Informers;
  readonly #recorder: EventRecorder;

  constructor(context: ControllerContext) {
    super(context, 'controller/deployment');
    this.#informers = context.informers;
    this.#recorder = context.recorder('deployment-controller');
    const { deployments, replicaSets, pods } = context.informers;
    this.watch(deployments, {
      added: (deployment) => this.queue.add(keyOf(deployment)),
      updated: (deployment) => this.queue.add(keyOf(deployment)),
      deleted: (deployment) => this.queue.add(keyOf(deployment)),
    });
    this.watch(replicaSets, {
      added: (rs) => this.#replicaSetChanged(rs),
      updated: (rs, old) => this.#replicaSetChanged(rs, old),
      deleted: (rs) => this.#replicaSetChanged(rs),
    });
    this.watch(pods, { deleted: (pod) => this.#podDeleted(pod) });
  }

  protected *sync(key: string): Task<void> {
    const deployment = this.#informers.deployments.get(key);
    if (deployment?.spec === undefined) return;
    const { matchLabels = {}, matchExpressions = [] } = deployment.spec.selector;
    if (Object.keys(matchLabels).length === 0 && matchExpressions.length === 0) {
      this.#recorder.event(
        deployment,
        'Warning',
        'SelectingAll',
        'This deployment is selecting all pods. A non-empty selector is required.',
      );
      return;
    }
    const list = yield* this.#claimReplicaSets(deployment);
    const sync = this.#syncOf(key, deployment);
    if (deployment.metadata.deletionTimestamp !== undefined) return yield* syncStatusOnly(sync, yield* getReplicaSets(sync, list, false));

    yield* checkPaused(sync);
    const paused = deployment.spec.paused === true;
    const sets = yield* getReplicaSets(sync, list, false);
    if (paused || isScalingEvent(sync.deployment, sets)) {
      yield* scale(sync, sets);
      if (paused) yield* cleanUpHistory(sync, sets.old);
      return yield* syncStatusOnly(sync, sets);
    }
    // What was written above is not in the cache yet.
    const known = sets.current === undefined ? sets.old : [...sets.old, sets.current];
    if (isRollingUpdate(deployment)) yield* rolloutRolling(sync, known);
    else yield* rolloutRecreate(sync, known, (rs) => this.#informers.pods.by('controller', rs.metadata.uid ?? ''));
  }

  #syncOf(key: string, deployment: Deployment): Sync {
    return {
      deployment,
      client: this.client,
      recorder: this.#recorder,
      now: this.sim.now,
      requeue: (delay) => this.queue.addAfter(key, delay, { background: true }),
      decide: (text, about) => this.decide(text, about),
    };
  }

  *#claimReplicaSets(deployment: Deployment): Task<ReplicaSet[]> {
    const { replicaSets } = this.#informers;
    const { namespace = '', uid = '' } = deployment.metadata;
    return yield* claim({
      client: this.client,
      resource: REPLICA_SETS,
      owner: deployment,
      ownerResource: DEPLOYMENTS,
      selector: deployment.spec?.selector ?? {},
      candidates: [...replicaSets.by('controller', uid), ...replicaSets.by('orphan', namespace)],
      tell: (text, rs) => this.decide(text, rs),
    });
  }

  #replicaSetChanged(rs: ReplicaSet, old?: ReplicaSet): void {
    if (old !== undefined && controllerOf(old)?.uid !== controllerOf(rs)?.uid) {
      const former = this.#ownerOf(old);
      if (former !== undefined) this.queue.add(keyOf(former));
    }
    const owner = this.#ownerOf(rs);
    if (owner !== undefined) return this.queue.add(keyOf(owner));
    if (controllerOf(rs) !== undefined || rs.metadata.labels === undefined) return;
    for (const deployment of this.#informers.deployments.by('namespace', rs.metadata.namespace ?? '')) {
      if (matchesSelector(deployment.spec?.selector, rs.metadata.labels)) this.queue.add(keyOf(deployment));
    }
  }

  /** Only Recreate waits for pods: the last old one's end is what it waits for. */
  #podDeleted(pod: Pod): void {
    const reference = controllerOf(pod);
    if (reference?.kind !== 'ReplicaSet') return;
    const rs = this.#informers.replicaSets.get(`${pod.metadata.namespace ?? ''}/${reference.name}`);
    const deployment = rs?.metadata.uid === reference.uid ? this.#ownerOf(rs) : undefined;
    if (deployment !== undefined && !isRollingUpdate(deployment)) this.queue.add(keyOf(deployment));
  }

  #ownerOf(rs: ReplicaSet): Deployment | undefined {
    const reference = controllerOf(rs);
    if (reference?.kind !== 'Deployment') return undefined;
    const deployment = this.#informers.deployments.get(`${rs.metadata.namespace ?? ''}/${reference.name}`);
    return deployment?.metadata.uid === reference.uid ? deployment : undefined;
  }
}
