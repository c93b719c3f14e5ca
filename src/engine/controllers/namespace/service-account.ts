import { StatusError, isAlreadyExists } from '../../api/errors.ts';
import type { Namespace } from '../../api/generated/types.ts';
import { SERVICE_ACCOUNTS } from '../../client/resources.ts';
import type { ControllerContext } from '../controller.ts';
import type { Informers } from '../informers.ts';
import { Reconciler } from '../reconciler.ts';
import { isNamespaceTerminating } from '../replicaset/pods.ts';
import type { Task } from '../../os/task.ts';

/** Keeps a ServiceAccount `default` in every namespace. */
export class ServiceAccountController extends Reconciler {
  readonly #informers: Informers;

  constructor(context: ControllerContext) {
    super(context, 'controller/serviceaccount');
    this.#informers = context.informers;
    this.watch(context.informers.namespaces, {
      added: ({ metadata }) => this.queue.add(metadata.name ?? ''),
      updated: ({ metadata }) => this.queue.add(metadata.name ?? ''),
    });
    this.watch(context.informers.serviceAccounts, {
      deleted: ({ metadata }) => metadata.name === 'default' && this.queue.add(metadata.namespace ?? ''),
    });
  }

  protected *sync(name: string): Task<void> {
    const namespace = this.#informers.namespaces.get(name);
    if (namespace === undefined || !isActive(namespace)) return;
    if (this.#informers.serviceAccounts.get(`${name}/default`) !== undefined) return;
    this.decide('The namespace has no ServiceAccount "default": creates it.', namespace);
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } };
    yield* createQuietly(this.client.create(SERVICE_ACCOUNTS, account));
  }
}

export function isActive(namespace: Namespace): boolean {
  return namespace.status?.phase !== 'Terminating' && namespace.metadata.deletionTimestamp === undefined;
}

/** Creates what may have come into being meanwhile, in a namespace that may be going away. */
export function* createQuietly(create: Task<unknown>): Task<void> {
  try {
    yield* create;
  } catch (error) {
    if (!isAlreadyExists(error) && !isNamespaceTerminating(error) && !(error instanceof StatusError && error.reason === 'NotFound'))
      throw error;
  }
}
