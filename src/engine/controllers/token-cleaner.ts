import { decodeText } from '../api/base64.ts';
import { isNotFound } from '../api/errors.ts';
import type { Secret } from '../api/generated/types.ts';
import { keyOf } from '../api/meta.ts';
import type { Informer } from '../client/informer.ts';
import { SECRETS } from '../client/resources.ts';
import type { Task } from '../os/task.ts';
import { parseTime, type Millis } from '../sim/time.ts';
import type { ControllerContext } from './controller.ts';
import { Reconciler } from './reconciler.ts';

/** Deletes bootstrap tokens whose time is over; what they own, as kubeadm's uploaded certificates, goes with them. */
export class TokenCleaner extends Reconciler {
  readonly #secrets: Informer<Secret>;

  constructor(context: ControllerContext) {
    super(context, 'controller/token-cleaner');
    this.#secrets = context.informers.of(SECRETS);
    const look = (secret: Secret): void => {
      if (expiry(secret) !== undefined) this.queue.add(keyOf(secret));
    };
    this.watch(this.#secrets, { added: look, updated: look });
  }

  protected *sync(key: string): Task<void> {
    const secret = this.#secrets.get(key);
    const at = secret === undefined ? undefined : expiry(secret);
    if (secret === undefined || at === undefined) return;
    const left = at - this.sim.now;
    if (left > 0) return this.queue.addAfter(key, left, { background: true });
    const { namespace, name = '', uid } = secret.metadata;
    this.decide(`Bootstrap token "${name}" has had its time: deletes it.`, secret);
    try {
      yield* this.client.delete(SECRETS, namespace, name, uid === undefined ? {} : { preconditions: { uid } });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

/** When a bootstrap token of kube-system ends; unset for those that stay, and for other Secrets. */
function expiry({ type, metadata, data }: Secret): Millis | undefined {
  if (type !== 'bootstrap.kubernetes.io/token' || metadata.namespace !== 'kube-system') return undefined;
  const time = parseTime(decodeText(data?.['expiration'] ?? ''));
  return Number.isNaN(time) ? undefined : time;
}
