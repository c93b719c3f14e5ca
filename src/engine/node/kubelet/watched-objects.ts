import type { Node, Pod, Service } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { Informer } from '../../client/informer.ts';
import { NODES, PODS, SERVICES } from '../../client/resources.ts';
import type { Simulation } from '../../sim/simulation.ts';

/** What a kubelet watches: the pods of its node, the node itself, and Services for the environment of containers. */
export class WatchedObjects {
  readonly pods: Informer<Pod>;
  /** Its own node alone: the status is compared with what the watch last told, the server is asked only after a conflict. */
  readonly nodes: Informer<Node>;
  readonly #services: Informer<Service>;

  constructor(sim: Simulation, client: Client, nodeName: string) {
    this.pods = new Informer(sim, client, PODS, { fieldSelector: `spec.nodeName=${nodeName}` });
    this.#services = new Informer(sim, client, SERVICES, { indexes: { namespace: (service) => [service.metadata.namespace ?? ''] } });
    this.nodes = new Informer(sim, client, NODES, { fieldSelector: `metadata.name=${nodeName}` });
  }

  /** Those that the containers of a namespace are told of. */
  services(namespace: string): Service[] {
    const own = this.#services.by('namespace', namespace);
    if (namespace === 'default') return [...own];
    return [...own, ...this.#services.by('namespace', 'default').filter(({ metadata }) => metadata.name === 'kubernetes')];
  }

  start(): void {
    this.nodes.start();
    this.#services.start();
    this.pods.start();
  }

  stop(): void {
    this.pods.stop();
    this.#services.stop();
    this.nodes.stop();
  }
}
