import type { CertificateSigningRequest } from '../api/generated/types.ts';
import type { Informer } from '../client/informer.ts';
import { CERTIFICATE_SIGNING_REQUESTS } from '../client/resources.ts';
import { HOUR, parseTime, type Millis } from '../sim/time.ts';
import type { Task } from '../os/task.ts';
import type { ControllerContext } from './controller.ts';
import { Reconciler } from './reconciler.ts';

// certificates/cleaner: looks once an hour.
const POLL: Millis = HOUR;
const SETTLED: Millis = HOUR;
const PENDING: Millis = 24 * HOUR;

/** Takes away certificate requests that nobody needs any more: decided an hour ago, or waiting for a day. */
export class CertificateCleaner extends Reconciler {
  readonly #requests: Informer<CertificateSigningRequest>;

  constructor(context: ControllerContext) {
    super(context, 'controller/csr-cleaner');
    this.#requests = context.informers.of(CERTIFICATE_SIGNING_REQUESTS);
    this.every(POLL, () => {
      for (const { metadata } of this.#requests.list()) this.queue.add(metadata.name ?? '');
    });
  }

  protected *sync(name: string): Task<void> {
    const csr = this.#requests.get(name);
    if (csr === undefined || !isOver(csr, this.sim.now)) return;
    this.decide(`Certificate request "${name}" has had its time: deletes it.`, csr);
    yield* this.client.delete(CERTIFICATE_SIGNING_REQUESTS, undefined, name);
  }
}

function isOver({ metadata, status }: CertificateSigningRequest, now: Millis): boolean {
  const conditions = status?.conditions ?? [];
  const older = (time: string | undefined, age: Millis): boolean => time !== undefined && now - parseTime(time) > age;
  if (conditions.length === 0 && (status?.certificate ?? '') === '') return older(metadata.creationTimestamp, PENDING);
  const issued = (status?.certificate ?? '') !== '';
  return conditions.some(({ type, lastUpdateTime }) => {
    if (type === 'Denied' || type === 'Failed') return older(lastUpdateTime, SETTLED);
    return type === 'Approved' && older(lastUpdateTime, issued ? SETTLED : PENDING);
  });
}
