import { StatusError, isAlreadyExists } from '../../api/errors.ts';
import type { Namespace } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { SERVICE_ACCOUNTS } from '../../client/resources.ts';
import type { ControllerContext } from '../controller.ts';
import type { Informers } from '../informers.ts';
import { Reconciler } from '../reconciler.ts';
import { isNamespaceTerminating } from '../replicaset/pods.ts';

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

  protected sync(name: string): void {
    const namespace = this.#informers.namespaces.get(name);
    if (namespace === undefined || !isActive(namespace)) return;
    if (this.#informers.serviceAccounts.get(`${name}/default`) !== undefined) return;
    this.decide('The namespace has no ServiceAccount "default": creates it.', namespace);
    createQuietly(() => createDefault(this.client, name));
  }
}

export function isActive(namespace: Namespace): boolean {
  return namespace.status?.phase !== 'Terminating' && namespace.metadata.deletionTimestamp === undefined;
}

/** Creates what may have come into being meanwhile, in a namespace that may be going away. */
export function createQuietly(create: () => void): void {
  try {
    create();
  } catch (error) {
    if (!isAlreadyExists(error) && !isNamespaceTerminating(error) && !(error instanceof StatusError && error.reason === 'NotFound'))
      throw error;
  }
}

function createDefault(client: Client, namespace: string): void {
  client.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
}
