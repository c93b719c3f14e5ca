import { KINDS } from '../api/kinds/index.ts';
import type { Deployment, Event, Node, Pod, ReplicaSet } from '../api/generated/types.ts';
import { keyOf } from '../api/meta.ts';
import { ApiServer } from '../apiserver/server.ts';
import type { ApiRequest, ApiResponse, Transport } from '../apiserver/types.ts';
import { Client, OutsideClient } from '../client/client.ts';
import { Informer } from '../client/informer.ts';
import { EVENTS, LEASES, NAMESPACES, NODES, PODS, REPLICA_SETS } from '../client/resources.ts';
import { Store } from '../etcd/store.ts';
import { Simulation } from '../sim/simulation.ts';
import { SECOND, formatMicroTime, formatTime } from '../sim/time.ts';
import { ControllerManager, type ControllerManagerOptions } from './manager.ts';
import { isPodTerminal } from './pod-state.ts';

export interface TestClusterOptions extends Partial<Omit<ControllerManagerOptions, 'sim' | 'transport'>> {
  seed?: number;
  nodes?: number;
  /** Decides whether a pod ever becomes ready. */
  readies?: (pod: Pod) => boolean;
  /** The node a pod goes to; '' for the next in turn. */
  place?: (pod: Pod) => string;
  /** Refuses requests before they reach the server. */
  refuse?: (request: ApiRequest) => ApiResponse | undefined;
}

/** An API server, a controller manager, and kubelets that only mark pods Running and heartbeat. For tests. */
export class TestCluster {
  readonly sim: Simulation;
  readonly server: ApiServer;
  readonly transport: Transport;
  readonly admin: OutsideClient;
  readonly manager: ControllerManager;
  readonly pods: Informer<Pod>;
  /** Nodes whose kubelet is silent. */
  readonly dead = new Set<string>();
  readies: (pod: Pod) => boolean;
  /** Pods whose end has begun, by uid. */
  readonly #ending = new Set<string>();
  #addresses = 0;
  #placed = 0;

  constructor(readonly options: TestClusterOptions = {}) {
    const sim = new Simulation({ seed: options.seed ?? 1 });
    this.sim = sim;
    this.server = new ApiServer({ sim, store: new Store(sim), kinds: KINDS, kubelets: () => undefined, freeze: true });
    const { server } = this;
    this.transport = {
      *handle(request) {
        return options.refuse?.(request) ?? (yield* server.handle(request));
      },
    };
    this.admin = new OutsideClient(this.server, 'admin', {
      kind: 'certificate',
      user: 'admin',
      groups: ['system:masters', 'system:authenticated'],
    });
    this.readies = options.readies ?? ((pod) => pod.spec?.containers[0]?.image?.includes('bad') !== true);
    for (const name of ['default', 'kube-system', 'kube-node-lease']) this.#ensureNamespace(name);
    for (let i = 1; i <= (options.nodes ?? 3); i++) this.addNode(`node-${i}`);
    const { readies: _r, place: _p, refuse: _f, seed: _s, nodes: _n, ...rest } = options;
    this.manager = this.newManager(rest);
    this.pods = new Informer(sim, new Client(this.server, 'kubelet', this.admin.credentials), PODS);
    this.pods.on({ added: (pod) => this.#kubelet(pod), updated: (pod) => this.#kubelet(pod) });
    this.pods.start();
    this.manager.start();
  }

  newManager(options: Partial<ControllerManagerOptions> = {}): ControllerManager {
    return new ControllerManager({
      leaderElect: false,
      name: 'kube-controller-manager-control-plane',
      ...options,
      sim: this.sim,
      transport: this.transport,
    });
  }

  settle(limit = 600 * SECOND): void {
    this.sim.runUntilQuiet(limit);
  }

  run(seconds: number): void {
    this.sim.runFor(seconds * SECOND);
  }

  apply(deployment: Deployment): Deployment {
    return this.admin.create<Deployment>(
      { group: 'apps', version: 'v1', resource: 'deployments', kind: 'Deployment', namespaced: true },
      deployment,
    );
  }

  sets(app: string): ReplicaSet[] {
    const { items } = this.admin.list(REPLICA_SETS, { namespace: 'default', labelSelector: `app=${app}` });
    return [...items].sort(
      (a, b) =>
        Number(a.metadata.annotations?.['deployment.kubernetes.io/revision']) -
        Number(b.metadata.annotations?.['deployment.kubernetes.io/revision']),
    );
  }

  podsOf(app: string): readonly Pod[] {
    return this.admin.list(PODS, { namespace: 'default', labelSelector: `app=${app}` }).items;
  }

  /** `Type Reason: message` of all events about objects of a kind, with hashes and random suffixes cut to `#`. */
  events(kind: string): string[] {
    const { items } = this.admin.list<Event>(EVENTS);
    return items
      .filter(({ involvedObject }) => involvedObject.kind === kind)
      .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
      .map(
        ({ type, reason, message }) =>
          `${type ?? ''} ${reason ?? ''}: ${(message ?? '').replace(/\b(web|one|rs)-[a-z0-9]+(-[a-z0-9]{5})?/g, '$1-#')}`,
      );
  }

  addNode(name: string): void {
    const at = formatTime(this.sim.now);
    const node = this.admin.create<Node>(NODES, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { 'topology.kubernetes.io/zone': `zone-${name}` } },
    });
    const ready = {
      type: 'Ready',
      status: 'True',
      reason: 'KubeletReady',
      message: 'kubelet is posting ready status',
      lastHeartbeatTime: at,
      lastTransitionTime: at,
    };
    this.admin.updateStatus(NODES, { ...node, status: { ...node.status, conditions: [ready] } });
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace: 'kube-node-lease' },
      spec: { holderIdentity: name },
    };
    this.admin.create(LEASES, lease);
    const beat = (): void => {
      this.sim.after(10 * SECOND, beat, { background: true });
      if (!this.dead.has(name) && this.server.running)
        this.admin.patch(LEASES, 'kube-node-lease', name, { spec: { renewTime: formatMicroTime(this.sim.now) } }, { type: 'merge' });
    };
    beat();
  }

  #ensureNamespace(name: string): void {
    try {
      this.admin.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    } catch {
      // The API server has made it itself.
    }
  }

  #kubelet(pod: Pod): void {
    const { name = '', namespace } = pod.metadata;
    const node = pod.spec?.nodeName;
    if (node === undefined) {
      const target = this.options.place?.(pod) || `node-${(this.#placed++ % (this.options.nodes ?? 3)) + 1}`;
      this.#later(2, pod, () => {
        this.admin.createSub(PODS, namespace, name, 'binding', {
          apiVersion: 'v1',
          kind: 'Binding',
          metadata: { name },
          target: { kind: 'Node', name: target },
        });
      });
    } else if (this.dead.has(node)) return;
    else if (pod.metadata.deletionTimestamp !== undefined) {
      const { uid = '' } = pod.metadata;
      if (this.#ending.has(uid)) return;
      this.#ending.add(uid);
      this.#later(100, pod, () => {
        // A kubelet tells how the pod ended before it lets it go.
        const last = this.admin.get(PODS, namespace, name);
        if (!isPodTerminal(last)) this.admin.updateStatus(PODS, { ...last, status: { ...last.status, phase: 'Failed' } });
        this.admin.delete(PODS, namespace, name, { gracePeriodSeconds: 0 });
      });
    } else if (pod.status?.phase === 'Pending') {
      this.#later(200, pod, (fresh) => {
        const ready = this.readies(fresh) ? 'True' : 'False';
        const podIP = `10.244.0.${++this.#addresses}`;
        const conditions = [{ type: 'Ready', status: ready, lastTransitionTime: formatTime(this.sim.now) }];
        this.admin.updateStatus(PODS, {
          ...fresh,
          status: { ...fresh.status, phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions },
        });
      });
    }
  }

  #later(delay: number, pod: Pod, act: (fresh: Pod) => void): void {
    this.sim.after(delay, () => {
      const fresh = this.pods.get(keyOf(pod));
      if (fresh?.metadata.uid !== pod.metadata.uid || fresh === undefined) return;
      if (pod.metadata.deletionTimestamp === undefined && fresh.metadata.deletionTimestamp !== undefined) return;
      act(fresh);
    });
  }
}

/** A Deployment as `kubectl create deployment` makes it. */
export function deploymentOf(name: string, spec: Partial<NonNullable<Deployment['spec']>> & { image?: string } = {}): Deployment {
  const { image = 'nginx:1.27', ...rest } = spec;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default', labels: { app: name } },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'nginx', image }] } },
      ...rest,
    },
  };
}
