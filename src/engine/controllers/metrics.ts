import type { Node } from '../api/generated/types.ts';
import { WorkQueueMetrics, type QueueObserver } from '../client/workqueue-metrics.ts';
import { buildInfo } from '../metrics/build-info.ts';
import { Registry } from '../metrics/registry.ts';
import type { Simulation } from '../sim/simulation.ts';
import type { Millis } from '../sim/time.ts';

/** Queues whose name upstream is not their controller's. */
const QUEUES: Readonly<Record<string, string>> = {
  'clusterrole-aggregation': 'ClusterRoleAggregator',
  'csr-approving': 'certificate',
  'csr-signing': 'certificate',
  disruption: 'disruption',
  endpoints: 'endpoint',
  endpointslice: 'endpoint_slice',
  'endpointslice-mirroring': 'endpoint_slice_mirroring',
  'garbage-collector': 'garbage_collector_attempt_to_delete',
  'horizontal-pod-autoscaler': 'horizontalpodautoscaler',
  'node-ipam': 'node_ipam_controller',
  'node-lifecycle': 'node_lifecycle_controller',
  'persistentvolume-binder': 'claims',
  'pod-garbage-collector': 'orphaned_pods_nodes',
  'pvc-protection': 'pvcprotection',
  'pv-protection': 'pvprotection',
  replicationcontroller: 'replicationmanager',
  resourcequota: 'resourcequota_primary',
  'root-ca-certificate-publisher': 'root_ca_cert_publisher',
  'serviceaccount-token': 'serviceaccount_tokens_service',
  'taint-eviction': 'noexec_taint_pod',
  ttl: 'ttlcontroller',
  'ttl-after-finished': 'ttl_jobs_to_delete',
  'ephemeral-volume': 'ephemeral_volume',
};

/** The `name` label of a controller's work queue. */
function queueName(actor: string): string {
  const controller = actor.replace(/^controller\//, '');
  return QUEUES[controller] ?? controller;
}

export interface ManagerState {
  startedAt(): Millis;
  leading(): boolean;
  /** Names of the controllers that run. */
  running(): Iterable<string>;
  /** As the cache has them; none while it does not lead. */
  nodes(): Iterable<Node>;
}

const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';

/** What kube-controller-manager shows on port 10257. */
export class ManagerMetrics {
  readonly registry = new Registry();
  readonly #queues: WorkQueueMetrics;
  readonly #evictions;
  readonly #evicted;

  constructor(sim: Simulation, state: ManagerState) {
    const { registry } = this;
    this.#queues = new WorkQueueMetrics(registry, sim);
    this.#evictions = registry.counters({
      name: 'node_collector_evictions_total',
      help: 'Nodes whose pods were evicted.',
      stability: 'STABLE',
      labels: ['zone'],
    });
    this.#evicted = registry.counter({ name: 'taint_eviction_controller_pod_deletions_total', help: 'Pods deleted because of a taint.' });
    const perZone = (name: string, help: string, value: (nodes: readonly Node[]) => number): void =>
      registry.collect({ name: `node_collector_${name}`, help, labels: ['zone'] }, (emit) => {
        for (const [zone, nodes] of zones(state.nodes())) emit(value(nodes), zone);
      });
    perZone('zone_size', 'Nodes of a zone.', (nodes) => nodes.length);
    perZone('unhealthy_nodes_in_zone', 'Nodes of a zone that are not Ready.', (nodes) => nodes.filter((node) => !isReady(node)).length);
    perZone('zone_health', 'Nodes of a zone that are Ready, in percent.', (nodes) => (100 * nodes.filter(isReady).length) / nodes.length);
    registry.collect(
      { name: 'leader_election_master_status', help: '1 for who holds the Lease of that name, 0 for who stands by.', labels: ['name'] },
      (emit) => emit(state.leading() ? 1 : 0, 'kube-controller-manager'),
    );
    registry.collect({ name: 'running_managed_controllers', help: 'Controllers that run here.', labels: ['name', 'manager'] }, (emit) => {
      for (const name of state.running()) emit(1, name, 'kube-controller-manager');
    });
    buildInfo(registry, () => state.startedAt());
  }

  queue(actor: string): QueueObserver {
    return this.#queues.queue(queueName(actor));
  }

  /** All pods of a node that has gone silent are to go. */
  nodeEvicted(node: Node): void {
    this.#evictions.with(zoneOf(node)).inc();
  }

  podEvicted(): void {
    this.#evicted.inc();
  }
}

function zones(nodes: Iterable<Node>): Map<string, Node[]> {
  const found = new Map<string, Node[]>();
  for (const node of nodes) {
    const zone = zoneOf(node);
    const there = found.get(zone);
    if (there === undefined) found.set(zone, [node]);
    else there.push(node);
  }
  return found;
}

/** util/node.GetZoneKey: region and zone, with a colon and a NUL between. */
function zoneOf({ metadata }: Node): string {
  const region = metadata.labels?.[REGION] ?? '';
  const zone = metadata.labels?.[ZONE] ?? '';
  return region === '' && zone === '' ? '' : `${region}:\0:${zone}`;
}

const isReady = ({ status }: Node): boolean => status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
