import type {
  ConfigMap,
  CronJob,
  Deployment,
  Endpoints,
  EndpointSlice,
  Job,
  Lease,
  Namespace,
  Node,
  Pod,
  ReplicaSet,
  ReplicationController,
  Service,
  ServiceAccount,
} from '../api/generated/types.ts';
import { controllerOf, type ApiObject, type OwnerReference } from '../api/meta.ts';
import type { Client, Resource } from '../client/client.ts';
import { Informer, type IndexFunction } from '../client/informer.ts';
import {
  CONFIG_MAPS,
  CRON_JOBS,
  DEPLOYMENTS,
  ENDPOINTS,
  ENDPOINT_SLICES,
  JOBS,
  LEASES,
  NAMESPACES,
  NODES,
  PODS,
  REPLICA_SETS,
  REPLICATION_CONTROLLERS,
  SERVICES,
  SERVICE_ACCOUNTS,
} from '../client/resources.ts';
import type { Simulation, Timer } from '../sim/simulation.ts';
import { isPodTerminal } from './pod-state.ts';

const CONTROLLER: Record<string, IndexFunction<ApiObject>> = {
  /** By uid of the controlling owner. */
  controller: ({ metadata: { ownerReferences } }) =>
    ownerReferences === undefined ? NONE : (controllers.get(ownerReferences) ?? controllerIn(ownerReferences)),
  /** What nobody controls, by namespace: the candidates for adoption. */
  orphan: (object) => (controllerOf(object) === undefined ? [object.metadata.namespace ?? ''] : NONE),
};

const NONE: readonly string[] = [];

// Pods of one template share their owners and labels: so do the indexes.
const controllers = new WeakMap<readonly OwnerReference[], readonly string[]>();
const labels = new WeakMap<Readonly<Record<string, string>>, { readonly namespace: string; readonly values: readonly string[] }>();

function controllerIn(owners: readonly OwnerReference[]): readonly string[] {
  const uid = owners.find(({ controller }) => controller === true)?.uid ?? '';
  const values = uid === '' ? NONE : [uid];
  controllers.set(owners, values);
  return values;
}

function labelsOf({ metadata: { labels: own, namespace = '' } }: Pod): readonly string[] {
  if (own === undefined) return NONE;
  const known = labels.get(own);
  if (known?.namespace === namespace) return known.values;
  const values: string[] = [];
  for (const key in own) if (!HASH_LABELS.has(key)) values.push(`${namespace}/${key}=${own[key]}`);
  labels.set(own, { namespace, values });
  return values;
}

const NAMESPACE: Record<string, IndexFunction<ApiObject>> = { namespace: (object) => [object.metadata.namespace ?? ''] };

// Labels that differ from one template to the next: no Service selects by them.
export const HASH_LABELS: ReadonlySet<string> = new Set(['pod-template-hash', 'controller-revision-hash']);

const POD_INDEXES: Record<string, IndexFunction<Pod>> = {
  ...CONTROLLER,
  node: (pod) => (pod.spec?.nodeName === undefined ? [] : [pod.spec.nodeName]),
  /** By `namespace/key=value`. */
  label: labelsOf,
  /** `finished`, and `unscheduled` for pods being deleted that no kubelet will ever finish. */
  garbage: (pod) => {
    const finished = isPodTerminal(pod);
    const unscheduled = pod.metadata.deletionTimestamp !== undefined && pod.spec?.nodeName === undefined;
    return finished || unscheduled ? [...(finished ? ['finished'] : []), ...(unscheduled ? ['unscheduled'] : [])] : NONE;
  },
};

const SLICE_INDEXES: Record<string, IndexFunction<EndpointSlice>> = {
  /** By `namespace/service`. */
  service: (slice) => {
    const service = slice.metadata.labels?.['kubernetes.io/service-name'];
    return service === undefined ? [] : [`${slice.metadata.namespace ?? ''}/${service}`];
  },
};

/** The caches of one controller manager: one a resource, made when first asked for. */
export class Informers {
  readonly #made = new Map<string, Informer<ApiObject>>();
  #started = false;
  #poll: Timer | undefined;

  constructor(
    readonly sim: Simulation,
    readonly client: Client,
  ) {}

  get configMaps(): Informer<ConfigMap> {
    return this.of(CONFIG_MAPS);
  }
  get cronJobs(): Informer<CronJob> {
    return this.of(CRON_JOBS);
  }
  get deployments(): Informer<Deployment> {
    return this.of(DEPLOYMENTS, NAMESPACE);
  }
  get endpoints(): Informer<Endpoints> {
    return this.of(ENDPOINTS);
  }
  get endpointSlices(): Informer<EndpointSlice> {
    return this.of(ENDPOINT_SLICES, SLICE_INDEXES);
  }
  get jobs(): Informer<Job> {
    return this.of(JOBS, { ...CONTROLLER, ...NAMESPACE });
  }
  get leases(): Informer<Lease> {
    return this.of(LEASES);
  }
  get namespaces(): Informer<Namespace> {
    return this.of(NAMESPACES);
  }
  get nodes(): Informer<Node> {
    return this.of(NODES);
  }
  get pods(): Informer<Pod> {
    return this.of(PODS, POD_INDEXES);
  }
  get replicaSets(): Informer<ReplicaSet> {
    return this.of(REPLICA_SETS, { ...CONTROLLER, ...NAMESPACE });
  }
  get replicationControllers(): Informer<ReplicationController> {
    return this.of(REPLICATION_CONTROLLERS, { ...CONTROLLER, ...NAMESPACE });
  }
  get services(): Informer<Service> {
    return this.of(SERVICES, NAMESPACE);
  }
  get serviceAccounts(): Informer<ServiceAccount> {
    return this.of(SERVICE_ACCOUNTS);
  }

  /** The cache of any resource. Indexes count for the first who asks, or are added to those there are. */
  of<T extends ApiObject>(resource: Resource<T>, indexes: Record<string, IndexFunction<T>> = {}): Informer<T> {
    const key = `${resource.group}/${resource.resource}`;
    const there = this.#made.get(key) as unknown as Informer<T> | undefined;
    if (there !== undefined) {
      for (const [name, of] of Object.entries(indexes)) if (!there.hasIndex(name)) there.addIndex(name, of);
      return there;
    }
    const informer = new Informer(this.sim, this.client, resource, { indexes });
    this.#made.set(key, informer as unknown as Informer<ApiObject>);
    if (this.#started) informer.start();
    return informer;
  }

  /** Fills the caches, and calls `then` as soon as all are filled: at once unless the API server cannot be reached. */
  start(then: () => void): void {
    this.#started = true;
    for (const informer of this.#made.values()) informer.start();
    this.#await(then);
  }

  stop(): void {
    this.#started = false;
    this.#poll?.cancel();
    for (const informer of this.#made.values()) informer.stop();
    this.#made.clear();
  }

  #await(then: () => void): void {
    if ([...this.#made.values()].every(({ synced }) => synced)) return then();
    // client-go's WaitForCacheSync looks every 100 ms.
    this.#poll = this.sim.after(100, () => this.#await(then), { background: true });
  }
}
