import type { ConfigMap } from '../../api/generated/types.ts';
import { CONFIG_MAPS } from '../../client/resources.ts';
import type { ControllerContext } from '../controller.ts';
import type { Informers } from '../informers.ts';
import { Reconciler } from '../reconciler.ts';
import { sameMeaning } from '../semantic.ts';
import type { Task } from '../../os/task.ts';
import { createQuietly, isActive } from './service-account.ts';

const NAME = 'kube-root-ca.crt';
const DESCRIPTION =
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/** Keeps the ConfigMap `kube-root-ca.crt`, by which pods trust the API server, in every namespace. */
export class RootCaPublisher extends Reconciler {
  readonly #informers: Informers;
  readonly #rootCa: string;

  constructor(context: ControllerContext) {
    super(context, 'controller/root-ca-certificate-publisher');
    this.#informers = context.informers;
    this.#rootCa = context.settings.rootCa;
    this.watch(context.informers.namespaces, {
      added: ({ metadata }) => this.queue.add(metadata.name ?? ''),
      updated: ({ metadata }) => this.queue.add(metadata.name ?? ''),
    });
    const changed = ({ metadata }: ConfigMap): void => {
      if (metadata.name === NAME) this.queue.add(metadata.namespace ?? '');
    };
    this.watch(context.informers.configMaps, { updated: changed, deleted: changed });
  }

  protected *sync(name: string): Task<void> {
    const namespace = this.#informers.namespaces.get(name);
    if (namespace === undefined || !isActive(namespace)) return;
    const data = { 'ca.crt': this.#rootCa };
    const there = this.#informers.configMaps.get(`${name}/${NAME}`);
    if (there === undefined) {
      this.decide(`The namespace has no ConfigMap "${NAME}": creates it.`, namespace);
      const metadata = { name: NAME, namespace: name, annotations: { 'kubernetes.io/description': DESCRIPTION } };
      return yield* createQuietly(this.client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data }));
    }
    if (sameMeaning(there.data, data) && there.metadata.annotations?.['kubernetes.io/description'] === DESCRIPTION) return;
    this.decide(`Somebody changed ConfigMap "${NAME}": puts it back.`, there);
    const metadata = { ...there.metadata, annotations: { ...there.metadata.annotations, 'kubernetes.io/description': DESCRIPTION } };
    yield* this.client.update(CONFIG_MAPS, { ...there, metadata, data });
  }
}
