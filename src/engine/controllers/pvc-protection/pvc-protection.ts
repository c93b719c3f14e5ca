import { isNotFound } from '../../api/errors.ts';
import type { PersistentVolumeClaim, Pod } from '../../api/generated/types.ts';
import { keyOf } from '../../api/meta.ts';
import { claimKeysOf, claimNamesOf } from '../../api/storage/pod-claims.ts';
import type { Informer } from '../../client/informer.ts';
import { PERSISTENT_VOLUME_CLAIMS, PODS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import type { ControllerContext } from '../controller.ts';
import { isPodTerminal } from '../pod-state.ts';
import { Reconciler } from '../reconciler.ts';

const FINALIZER = 'kubernetes.io/pvc-protection';

/** Keeps a claim that is being deleted as long as a pod on some node uses it. */
export class PvcProtection extends Reconciler {
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #pods: Informer<Pod>;

  constructor(context: ControllerContext) {
    super(context, 'controller/pvc-protection');
    this.#claims = context.informers.of(PERSISTENT_VOLUME_CLAIMS);
    this.#pods = context.informers.pods;
    if (!this.#pods.hasIndex('claim')) this.#pods.addIndex('claim', claimKeysOf);
    const seen = (claim: PersistentVolumeClaim): void => {
      if (isLeaving(claim) || isUnprotected(claim)) this.queue.add(keyOf(claim));
    };
    this.watch(this.#claims, { added: seen, updated: seen });
    const changed = (pod: Pod): void => {
      // A pod that goes on using its claims is no news.
      if ((pod.spec?.nodeName ?? '') === '' || isPodTerminal(pod)) this.#released(pod);
    };
    this.watch(this.#pods, { added: changed, updated: changed, deleted: (pod) => this.#released(pod) });
  }

  protected *sync(key: string): Task<void> {
    const claim = this.#claims.get(key);
    if (claim === undefined) return;
    const { metadata } = claim;
    const finalizers = metadata.finalizers ?? [];
    try {
      if (isUnprotected(claim)) {
        yield* this.client.update(PERSISTENT_VOLUME_CLAIMS, {
          ...claim,
          metadata: { ...metadata, finalizers: [...finalizers, FINALIZER] },
        });
        return;
      }
      if (!isLeaving(claim)) return;
      const user = yield* this.#userOf(claim);
      if (user !== undefined)
        return this.decide(`Claim ${metadata.name ?? ''} is used by pod ${user.metadata.name ?? ''}: it stays.`, claim);
      this.decide(`No pod uses claim ${metadata.name ?? ''} any more: lets it go.`, claim);
      const left = finalizers.filter((finalizer) => finalizer !== FINALIZER);
      yield* this.client.update(PERSISTENT_VOLUME_CLAIMS, { ...claim, metadata: { ...metadata, finalizers: left } });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  /** A pod object on a node that names the claim, running or not. The cache may lag behind, so the server is asked before letting go. */
  *#userOf(claim: PersistentVolumeClaim): Task<Pod | undefined> {
    const { namespace = '', name = '' } = claim.metadata;
    const uses = (pod: Pod): boolean => (pod.spec?.nodeName ?? '') !== '' && claimNamesOf(pod).includes(name);
    const known = this.#pods.by('claim', `${namespace}/${name}`).find(uses);
    if (known !== undefined) return known;
    return (yield* this.client.list(PODS, { namespace })).items.find(uses);
  }

  #released(pod: Pod): void {
    for (const key of claimKeysOf(pod)) {
      const claim = this.#claims.get(key);
      if (claim !== undefined && isLeaving(claim)) this.queue.add(key);
    }
  }
}

function isLeaving({ metadata }: PersistentVolumeClaim): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(FINALIZER) === true;
}

function isUnprotected({ metadata }: PersistentVolumeClaim): boolean {
  return metadata.deletionTimestamp === undefined && metadata.finalizers?.includes(FINALIZER) !== true;
}
