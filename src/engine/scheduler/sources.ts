import type { Namespace, PodDisruptionBudget, ReplicaSet, ReplicationController, Service, StatefulSet } from '../api/generated/types.ts';
import type { LabelSelector, OwnerReference } from '../api/meta.ts';
import type { Client } from '../client/client.ts';
import { Informer } from '../client/informer.ts';
import { NAMESPACES, POD_DISRUPTION_BUDGETS, REPLICATION_CONTROLLERS, REPLICA_SETS, SERVICES, STATEFUL_SETS } from '../client/resources.ts';
import type { Simulation } from '../sim/simulation.ts';
import type { DisruptionBudget } from './plugins/defaultpreemption.ts';
import { defaultSelectorFrom, type DefaultSelector } from './plugins/spread-selector.ts';

/** What plugins ask about beside nodes, pods and storage: namespaces, who groups pods, and budgets. */
export class Sources {
  readonly defaultSelector: DefaultSelector;
  readonly #namespaces: Informer<Namespace>;
  readonly #services: Informer<Service>;
  readonly #replicaSets: Informer<ReplicaSet>;
  readonly #statefulSets: Informer<StatefulSet>;
  readonly #replicationControllers: Informer<ReplicationController>;
  readonly #budgets: Informer<PodDisruptionBudget>;
  #known: readonly DisruptionBudget[] | undefined;

  constructor(sim: Simulation, client: Client) {
    this.#namespaces = new Informer(sim, client, NAMESPACES);
    this.#services = new Informer(sim, client, SERVICES, { indexes: { namespace: ({ metadata }) => [metadata.namespace ?? 'default'] } });
    this.#replicaSets = new Informer(sim, client, REPLICA_SETS);
    this.#statefulSets = new Informer(sim, client, STATEFUL_SETS);
    this.#replicationControllers = new Informer(sim, client, REPLICATION_CONTROLLERS);
    this.#budgets = new Informer(sim, client, POD_DISRUPTION_BUDGETS);
    const forget = (): void => void (this.#known = undefined);
    this.#budgets.on({ added: forget, updated: forget, deleted: forget });
    this.defaultSelector = defaultSelectorFrom({
      services: (namespace) => this.#services.by('namespace', namespace),
      ownerSelector: (namespace, owner) => this.#ownerSelector(`${namespace}/${owner.name}`, owner),
    });
  }

  /** A node is worth nothing to affinity terms before its namespaces' labels are known, so these are read first. */
  get informers(): readonly { readonly synced: boolean; start(): void; stop(): void }[] {
    return [this.#namespaces, this.#services, this.#replicaSets, this.#statefulSets, this.#replicationControllers, this.#budgets];
  }

  namespaceLabels(name: string): Readonly<Record<string, string>> | undefined {
    return this.#namespaces.get(name)?.metadata.labels;
  }

  /** The same list until a budget changes. */
  budgets(): readonly DisruptionBudget[] {
    return (this.#known ??= [...this.#budgets.list()].map(({ metadata, spec, status }) => ({
      namespace: metadata.namespace ?? 'default',
      selector: spec?.selector,
      disruptionsAllowed: status?.disruptionsAllowed ?? 0,
      disruptedPods: status?.disruptedPods ?? {},
    })));
  }

  #ownerSelector(key: string, { apiVersion, kind }: OwnerReference): LabelSelector | undefined {
    const type = `${apiVersion} ${kind}`;
    if (type === 'apps/v1 ReplicaSet') return this.#replicaSets.get(key)?.spec?.selector;
    if (type === 'apps/v1 StatefulSet') return this.#statefulSets.get(key)?.spec?.selector;
    const labels = type === 'v1 ReplicationController' ? this.#replicationControllers.get(key)?.spec?.selector : undefined;
    return labels === undefined ? undefined : { matchLabels: labels };
  }
}
