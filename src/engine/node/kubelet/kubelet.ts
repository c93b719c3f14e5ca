import { StatusError } from '../../api/errors.ts';
import { quantityMilli, quantityValue } from '../../api/quantity.ts';
import type { Lease, Node, NodeCondition, Pod, Service } from '../../api/generated/types.ts';
import { Client } from '../../client/client.ts';
import { EventRecorder } from '../../client/events.ts';
import { Informer } from '../../client/informer.ts';
import { LEASES, NODES, PODS, SERVICES } from '../../client/resources.ts';
import type { Transport } from '../../apiserver/types.ts';
import type { Component } from '../../component.ts';
import type { NetworkNamespace } from '../../network/namespace.ts';
import type { MemoryFiles } from '../../os/files.ts';
import { start, type Running, type Task } from '../../os/task.ts';
import type { Simulation, Timer } from '../../sim/simulation.ts';
import { SECOND, formatMicroTime, formatTime } from '../../sim/time.ts';
import type { ImageStore } from '../runtime/image-store.ts';
import type { RuntimeService } from '../runtime/cri.ts';
import { admitPod, type Refusal } from './admission.ts';
import { Backoff } from './backoff.ts';
import { ImageManager } from './image-manager.ts';
import { ObservedImages, ObservedRuntime } from './metrics/observed-runtime.ts';
import { KubeletPages } from './metrics/pages.ts';
import { PodWorker } from './pod-worker.ts';
import { Sources } from './sources.ts';
import type { WorkerContext } from './worker-context.ts';

export interface KubeletOptions {
  sim: Simulation;
  transport: Transport;
  nodeName: string;
  address: string;
  capacity: Readonly<Record<string, string>>;
  allocatable: Readonly<Record<string, string>>;
  labels: Readonly<Record<string, string>>;
  taints: readonly { key: string; value?: string; effect: string }[];
  runtime: RuntimeService;
  images: ImageStore;
  host: NetworkNamespace;
  staticPods: readonly Pod[];
  clusterDNS: string;
  ids: { machineID: string; systemUUID: string; bootID: string };
}

// The kubelet's defaults: node-lease-duration 40 s renewed every quarter, status looked at every 10 s and sent every 5 min.
const LEASE_SECONDS = 40;
const LEASE_PERIOD = 10 * SECOND;
const STATUS_PERIOD = 10 * SECOND;
const REPORT_EVERY = 300 * SECOND;
const TOKEN_DAY = 24 * 3600 * SECOND;

/** The node agent: registers its node, sends heartbeats, and keeps the pods that name it as their specs say. */
export class Kubelet implements Component {
  readonly name: string;
  /** What it counts, and shows at `/metrics…`. */
  readonly pages: KubeletPages;
  #startedAt = 0;
  readonly #client: Client;
  readonly #recorder: EventRecorder;
  readonly #pods: Informer<Pod>;
  readonly #services: Informer<Service>;
  readonly #nodes: Informer<Node>;
  readonly #workers = new Map<string, PodWorker>();
  readonly #rejected = new Set<string>();
  readonly #context: WorkerContext;
  readonly #timers = new Set<Timer>();
  /** Tokens of pods in use, by pod, audience and lifetime (client-go's token manager). */
  readonly #tokens = new Map<string, { token: string; renewAt: number }>();
  readonly #hostPaths = new Map<string, MemoryFiles>();
  #unsubscribe: (() => void) | undefined;
  #node: Node | undefined;
  #lease: Lease | undefined;
  /** Tokens that have been asked for and not come yet. */
  readonly #asked = new Set<string>();
  #telling: Running | undefined;
  #beating: Running | undefined;
  #reportedAt = 0;
  #running = false;

  constructor(readonly options: KubeletOptions) {
    const { sim, transport, nodeName } = options;
    this.name = `${nodeName}/kubelet`;
    this.#client = new Client(transport, this.name, {
      kind: 'certificate',
      user: `system:node:${nodeName}`,
      groups: ['system:nodes', 'system:authenticated'],
    });
    this.#recorder = new EventRecorder(sim, this.#client, { component: 'kubelet', host: nodeName });
    this.#pods = new Informer(sim, this.#client, PODS, { fieldSelector: `spec.nodeName=${nodeName}` });
    this.#services = new Informer(sim, this.#client, SERVICES, { indexes: { namespace: (service) => [service.metadata.namespace ?? ''] } });
    this.pages = new KubeletPages({
      nodeName,
      capacity: { cpu: quantityMilli(options.capacity['cpu'] ?? '0') / 1000, memory: quantityValue(options.capacity['memory'] ?? '0') },
      runtime: options.runtime,
      now: () => sim.now,
      startedAt: () => this.#startedAt,
      pods: () => this.pods(),
    });
    const { kubelet: metrics, probes } = this.pages;
    const podOf = (uid: string): Pod | undefined => this.#workers.get(uid)?.pod;
    const runtime = new ObservedRuntime({ sim, runtime: options.runtime, metrics, podOf });
    const updated = (pod: Pod): void => {
      metrics.podSeen(pod);
      this.#take(pod);
    };
    this.#pods.on({ added: (pod) => this.#take(pod), updated, deleted: (pod) => this.#drop(pod) });
    // Its own node alone: the status is compared with what the watch last told, the server is asked only after a conflict.
    this.#nodes = new Informer(sim, this.#client, NODES, { fieldSelector: `metadata.name=${nodeName}` });
    const learn = (node: Node): void => {
      this.#node = node;
    };
    this.#nodes.on({ added: learn, updated: learn });
    const sources = new Sources(this.#client);
    this.#context = {
      sim,
      client: this.#client,
      actor: this.name,
      runtime,
      probes,
      nodeName,
      random: sim.random(`${this.name}/volumes`),
      imageManager: new ImageManager(sim, new ObservedImages(sim, options.images, metrics), this.#recorder, new Backoff(sim)),
      recorder: this.#recorder,
      restarts: new Backoff(sim),
      sources,
      net: options.host.open(),
      node: { hostIP: options.address, allocatable: options.allocatable },
      hostPaths: this.#hostPaths,
      token: (pod, audience, seconds) => this.#token(pod, audience, seconds),
      services: (namespace) => [
        ...this.#services.by('namespace', namespace),
        ...(namespace === 'default'
          ? []
          : this.#services.by('namespace', 'default').filter((service) => service.metadata.name === 'kubernetes')),
      ],
      clusterDNS: options.clusterDNS,
      done: (uid) => {
        this.#workers.delete(uid);
        for (const key of this.#tokens.keys()) if (key.startsWith(uid)) this.#tokens.delete(key);
      },
    };
  }

  get running(): boolean {
    return this.#running;
  }

  /** The pod of this node with that name, as the kubelet knows it. */
  pod(namespace: string, name: string): Pod | undefined {
    for (const worker of this.#workers.values()) {
      if (worker.pod.metadata.namespace === namespace && worker.pod.metadata.name === name) return worker.pod;
    }
    return this.#pods.get(`${namespace}/${name}`);
  }

  /** The pods of this node, as the kubelet knows them. */
  pods(): Pod[] {
    return Array.from(this.#workers.values(), ({ pod }) => pod);
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    const { sim, runtime } = this.options;
    this.#startedAt = sim.now;
    this.pages.reset();
    sim.append(this.name, 'component', { state: 'started' });
    this.#unsubscribe = runtime.subscribe((uid) => this.#workers.get(uid)?.wake());
    this.#telling = this.#start(this.#register());
    this.#beat();
    this.#nodes.start();
    this.#services.start();
    this.#pods.start();
    this.#every(STATUS_PERIOD, () => this.#tell());
    this.#every(LEASE_PERIOD, () => this.#beat());
    for (const pod of this.options.staticPods) this.#start(this.#mirror(pod));
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.options.sim.append(this.name, 'component', { state: 'stopped' });
    this.#unsubscribe?.();
    this.#telling?.kill();
    this.#beating?.kill();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    for (const worker of this.#workers.values()) worker.stop();
    this.#workers.clear();
    this.#pods.stop();
    this.#services.stop();
    this.#nodes.stop();
    this.#node = undefined;
    this.#lease = undefined;
  }

  #take(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const known = this.#workers.get(uid);
    if (known !== undefined) return known.update(pod);
    if (this.#refused(pod)) return;
    const worker = new PodWorker(this.#context, pod);
    this.#workers.set(uid, worker);
    worker.wake();
  }

  *#admitted(): Generator<Pod, void, undefined> {
    for (const { pod } of this.#workers.values()) if (pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed') yield pod;
  }

  /** A pod that was bound here without there being room for it, or that does not want this node, fails without having run. */
  #refused(pod: Pod): boolean {
    const uid = pod.metadata.uid ?? '';
    if (this.#rejected.has(uid)) return true;
    if (pod.status?.startTime !== undefined || pod.metadata.deletionTimestamp !== undefined) return false;
    const admit = (): Refusal | undefined => admitPod(pod, this.#admitted(), this.#node, this.options.allocatable, this.#workers.size);
    let refusal = admit();
    if (refusal?.reason === 'NodeAffinity') {
      // The scheduler may have seen labels that have not come here yet: ask before refusing.
      this.#node = this.#fresh() ?? this.#node;
      refusal = admit();
    }
    if (refusal === undefined) return false;
    this.#rejected.add(uid);
    this.#recorder.event(pod, 'Warning', refusal.reason, refusal.message);
    this.#start(
      this.#client.updateStatus(PODS, {
        ...pod,
        status: { ...pod.status, phase: 'Failed', ...refusal, startTime: formatTime(this.options.sim.now) },
      }),
    );
    return true;
  }

  #drop(pod: Pod): void {
    this.pages.kubelet.podGone(pod.metadata.uid ?? '');
    this.#rejected.delete(pod.metadata.uid ?? '');
    this.#workers.get(pod.metadata.uid ?? '')?.removed();
  }

  #every(period: number, act: () => void): void {
    const turn = (): void => {
      const timer = this.options.sim.after(
        period,
        () => {
          this.#timers.delete(timer);
          turn();
          act();
        },
        { background: true },
      );
      this.#timers.add(timer);
    };
    turn();
  }

  /** The node as the server has it; undefined when it does not say. */
  #fresh(): Node | undefined {
    try {
      return this.#client.getNow(NODES, undefined, this.options.nodeName);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return undefined;
    }
  }

  *#register(): Task<void> {
    const { nodeName, labels, taints } = this.options;
    const node: Node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: nodeName,
        labels: {
          'beta.kubernetes.io/arch': 'amd64',
          'beta.kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'kubernetes.io/hostname': nodeName,
          'kubernetes.io/os': 'linux',
          ...labels,
        },
        annotations: { 'node.alpha.kubernetes.io/ttl': '0', 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
      },
      spec: taints.length === 0 ? {} : { taints: taints.map((taint) => ({ ...taint })) },
      status: this.#nodeStatus(undefined),
    };
    try {
      this.#node = yield* this.#client.create(NODES, node);
    } catch (error) {
      // Refused otherwise: the next turn tries again.
      if (!(error instanceof StatusError) || error.reason !== 'AlreadyExists') throw error;
      this.#node = yield* this.#client.get(NODES, undefined, nodeName);
    }
    this.#recorder.event(this.#node, 'Normal', 'Starting', 'Starting kubelet.');
    yield* this.#status(true);
  }

  *#status(force: boolean): Task<void> {
    const { sim, nodeName, runtime } = this.options;
    if (this.#node === undefined) return yield* this.#register();
    const current = this.#node;
    const cidr = current.spec?.podCIDR;
    if (cidr !== undefined) runtime.updateRuntimeConfig(cidr);
    // The rest is put together only when there is something to tell.
    const changed = this.#conditions(current).some(
      (condition) => current.status?.conditions?.find((old) => old.type === condition.type)?.status !== condition.status,
    );
    if (!force && !changed && sim.now - this.#reportedAt < REPORT_EVERY) return;
    this.#reportedAt = sim.now;
    const status = this.#nodeStatus(current);
    try {
      this.#node = yield* this.#client.updateStatus(NODES, { ...current, status });
    } catch (error) {
      if (!(error instanceof StatusError) || error.reason !== 'Conflict') throw error;
      const fresh = yield* this.#client.get(NODES, undefined, nodeName);
      this.#node = yield* this.#client.updateStatus(NODES, { ...fresh, status: this.#nodeStatus(fresh) });
    }
    const ready = status.conditions?.find((condition) => condition.type === 'Ready')?.status === 'True';
    if (changed)
      this.#recorder.event(
        this.#node,
        'Normal',
        ready ? 'NodeReady' : 'NodeNotReady',
        `Node ${nodeName} status is now: ${ready ? 'NodeReady' : 'NodeNotReady'}`,
      );
    // Until the range of pod addresses is known nothing can run: look again soon.
    if (!ready) this.#soon();
  }

  #soon(): void {
    const timer = this.options.sim.after(20, () => {
      this.#timers.delete(timer);
      this.#tell();
    });
    this.#timers.add(timer);
  }

  #conditions(old: Node | undefined): NodeCondition[] {
    const { sim, runtime } = this.options;
    const now = formatTime(sim.now);
    const condition = (type: string, status: string, reason: string, message: string): NodeCondition => {
      const before = old?.status?.conditions?.find((each) => each.type === type);
      return {
        type,
        status,
        reason,
        message,
        lastHeartbeatTime: now,
        lastTransitionTime: before?.status === status ? (before.lastTransitionTime ?? now) : now,
      };
    };
    return [
      condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
      condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
      condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
      runtime.networkReady
        ? condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status')
        : condition(
            'Ready',
            'False',
            'KubeletNotReady',
            'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
          ),
    ];
  }

  #nodeStatus(old: Node | undefined): NonNullable<Node['status']> {
    const { address, nodeName, capacity, allocatable, runtime, images, ids } = this.options;
    return {
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: nodeName },
      ],
      capacity: { ...capacity },
      allocatable: { ...allocatable },
      conditions: this.#conditions(old),
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } } as NonNullable<NonNullable<Node['status']>['daemonEndpoints']>,
      images: images.listImages().map(({ names, size }) => ({ names: [...names], sizeBytes: size })),
      nodeInfo: {
        architecture: 'amd64',
        bootID: ids.bootID,
        containerRuntimeVersion: `${runtime.runtimeName}://${runtime.runtimeVersion}`,
        kernelVersion: '6.12.48+deb13-amd64',
        kubeProxyVersion: '',
        kubeletVersion: 'v1.36.3',
        machineID: ids.machineID,
        operatingSystem: 'linux',
        osImage: 'Debian GNU/Linux 13 (trixie)',
        systemUUID: ids.systemUUID,
      },
    };
  }

  /** Tells how the node is, unless that is being told already. */
  #tell(): void {
    if (this.#telling?.done !== false) this.#telling = this.#start(this.#status(false));
  }

  #beat(): void {
    if (this.#beating?.done !== false) this.#beating = this.#start(this.#renew());
  }

  *#renew(): Task<void> {
    const { sim, nodeName } = this.options;
    const renewTime = formatMicroTime(sim.now);
    try {
      // client-go's lease controller writes over what it wrote last; only when that fails it reads.
      this.#lease ??= yield* this.#client.get(LEASES, 'kube-node-lease', nodeName);
      this.#lease = yield* this.#client.update(LEASES, { ...this.#lease, spec: { ...this.#lease.spec, renewTime } });
    } catch (error) {
      this.#lease = undefined;
      if (error instanceof StatusError && error.reason === 'Conflict') return yield* this.#renew();
      if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error;
      const owner = this.#node;
      const lease: Lease = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: {
          name: nodeName,
          namespace: 'kube-node-lease',
          ...(owner === undefined
            ? {}
            : { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: owner.metadata.uid ?? '' }] }),
        },
        spec: { holderIdentity: nodeName, leaseDurationSeconds: LEASE_SECONDS, renewTime },
      };
      this.#lease = yield* this.#client.create(LEASES, lease);
    }
    if (sim.log.enabled) sim.append(this.name, 'heartbeat', { lease: `kube-node-lease/${nodeName}` });
  }

  /** A static pod shows in the API as a mirror that nobody there can change. */
  *#mirror(pod: Pod): Task<void> {
    const { nodeName, ids } = this.options;
    const hash = ids.bootID.replaceAll('-', '').slice(0, 32);
    try {
      yield* this.#client.create(PODS, {
        ...pod,
        metadata: {
          ...pod.metadata,
          name: `${pod.metadata.name ?? ''}-${nodeName}`,
          annotations: {
            'kubernetes.io/config.hash': hash,
            'kubernetes.io/config.mirror': hash,
            'kubernetes.io/config.seen': formatTime(this.options.sim.now),
            'kubernetes.io/config.source': 'file',
          },
          ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: this.#node?.metadata.uid ?? '', controller: true }],
        },
        spec: { ...pod.spec, containers: pod.spec?.containers ?? [], nodeName },
      });
    } catch (error) {
      if (!(error instanceof StatusError) || error.reason !== 'AlreadyExists') throw error;
    }
  }

  #token(pod: Pod, audience: string | undefined, seconds = 3607): string | undefined {
    const { now } = this.options.sim;
    const key = `${pod.metadata.uid ?? ''}/${audience ?? ''}/${seconds}`;
    const known = this.#tokens.get(key);
    if (known !== undefined && now < known.renewAt) return known.token;
    // Where the server asks others before it gives one, the old one, or none, has to do until then.
    if (this.#asked.has(key)) return known?.token;
    this.#asked.add(key);
    this.#start(this.#askToken(pod, audience, seconds, key));
    return this.#tokens.get(key)?.token;
  }

  *#askToken(pod: Pod, audience: string | undefined, seconds: number, key: string): Task<void> {
    const { now } = this.options.sim;
    const ask = this.#client.createSub(
      { group: '', version: 'v1', resource: 'serviceaccounts', kind: 'ServiceAccount', namespaced: true },
      pod.metadata.namespace,
      pod.spec?.serviceAccountName ?? 'default',
      'token',
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {
          audiences: audience === undefined ? [] : [audience],
          expirationSeconds: seconds,
          boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod.metadata.name, uid: pod.metadata.uid },
        },
      },
    );
    let token: string | undefined;
    try {
      token = ((yield* ask) as { status?: { token?: string } }).status?.token;
    } finally {
      this.#asked.delete(key);
    }
    // A new one is asked for when four fifths of its time are over, and once a day.
    if (token !== undefined) this.#tokens.set(key, { token, renewAt: now + Math.min(0.8 * seconds * SECOND, TOKEN_DAY) });
  }

  /** What the API server refuses or does not answer is tried again at the next turn. */
  #start(task: Task<unknown>): Running {
    return start(task, (error) => {
      if (!(error instanceof StatusError)) throw error;
    });
  }
}
