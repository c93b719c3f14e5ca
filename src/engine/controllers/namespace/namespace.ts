import type { Namespace } from '../../api/generated/types.ts';
import { NAMESPACES } from '../../client/resources.ts';
import { SECOND } from '../../sim/time.ts';
import type { ControllerContext } from '../controller.ts';
import type { Informers } from '../informers.ts';
import { Reconciler } from '../reconciler.ts';
import { sameMeaning } from '../semantic.ts';
import type { Task } from '../../os/task.ts';
import { deletionConditions } from './conditions.ts';
import { deleteContent } from './content.ts';

// namespace_controller.go: gives other API servers time to learn of the deletion.
const GRACE = 5 * SECOND;

/** Empties a namespace that is being deleted, and then lets it go. */
export class NamespaceController extends Reconciler {
  readonly #informers: Informers;

  constructor(context: ControllerContext) {
    super(context, 'controller/namespace');
    this.#informers = context.informers;
    const look = ({ metadata }: Namespace): void => {
      if (metadata.deletionTimestamp !== undefined) this.queue.addAfter(metadata.name ?? '', GRACE);
    };
    this.watch(context.informers.namespaces, { added: look, updated: look });
  }

  protected *sync(name: string): Task<void> {
    const cached = this.#informers.namespaces.get(name);
    if (cached?.metadata.deletionTimestamp === undefined) return;
    let namespace = yield* this.client.get(NAMESPACES, undefined, name);
    if (namespace.metadata.uid !== cached.metadata.uid || (namespace.spec?.finalizers ?? []).length === 0) return;

    const result = yield* deleteContent(this.client, name);
    const status = {
      ...namespace.status,
      phase: 'Terminating',
      conditions: deletionConditions(namespace.status?.conditions ?? [], result, this.sim.now),
    };
    if (!sameMeaning(namespace.status, status)) namespace = yield* this.client.updateStatus(NAMESPACES, { ...namespace, status });
    if (result.failures.length > 0) throw result.failures[0];
    if (result.wait > 0) {
      // Half of the longest grace period, and a second more: namespaced_resources_deleter's ResourcesRemainingError.
      const delay = Math.floor(result.wait / 2) + 1;
      const left = [...result.remaining].map(([resource, count]) => `${count} ${resource}`).join(', ');
      this.decide(`Waits for the content to go (${left}): looks again in ${delay} s.`, namespace);
      return this.queue.addAfter(name, delay * SECOND);
    }
    this.decide('The namespace is empty: removes its finalizer "kubernetes".', namespace);
    const finalizers = (namespace.spec?.finalizers ?? []).filter((finalizer) => finalizer !== 'kubernetes');
    yield* this.client.updateSub(NAMESPACES, { ...namespace, spec: { ...namespace.spec, finalizers } }, 'finalize');
  }
}
