import { isNotFound } from '../../api/errors.ts';
import type { PersistentVolume } from '../../api/generated/types.ts';
import { keyOf } from '../../api/meta.ts';
import type { Informer } from '../../client/informer.ts';
import { PERSISTENT_VOLUMES } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import type { ControllerContext } from '../controller.ts';
import { Reconciler } from '../reconciler.ts';

const FINALIZER = 'kubernetes.io/pv-protection';

/** Keeps a volume that is being deleted as long as it is bound. */
export class PvProtection extends Reconciler {
  readonly #volumes: Informer<PersistentVolume>;

  constructor(context: ControllerContext) {
    super(context, 'controller/pv-protection');
    this.#volumes = context.informers.of(PERSISTENT_VOLUMES);
    const seen = (volume: PersistentVolume): void => this.queue.add(keyOf(volume));
    this.watch(this.#volumes, { added: seen, updated: seen });
  }

  protected *sync(name: string): Task<void> {
    const volume = this.#volumes.get(name);
    if (volume === undefined) return;
    const { metadata, status } = volume;
    const finalizers = metadata.finalizers ?? [];
    const guarded = finalizers.includes(FINALIZER);
    const leaving = metadata.deletionTimestamp !== undefined;
    if (leaving !== guarded || (leaving && status?.phase === 'Bound')) return;
    if (leaving) this.decide(`Volume ${name} is bound to no claim any more: lets it go.`, volume);
    const wanted = leaving ? finalizers.filter((finalizer) => finalizer !== FINALIZER) : [...finalizers, FINALIZER];
    try {
      yield* this.client.update(PERSISTENT_VOLUMES, { ...volume, metadata: { ...metadata, finalizers: wanted } });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}
