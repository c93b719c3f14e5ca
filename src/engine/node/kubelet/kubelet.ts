import { StatusError } from '../../api/errors.ts';
import { quantityMilli, quantityValue } from '../../api/quantity.ts';
import type { Node, Pod, Service } from '../../api/generated/types.ts';
import { Client } from '../../client/client.ts';
import { EventRecorder } from '../../client/events.ts';
import { Informer } from '../../client/informer.ts';
import { NODES, PODS, SERVICES } from '../../client/resources.ts';
import type { Transport } from '../../apiserver/types.ts';
import type { Component } from '../../component.ts';
import type { NetworkNamespace } from '../../network/namespace.ts';
import type { MemoryFiles } from '../../os/files.ts';
import { start, type Running, type Task } from '../../os/task.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { SECOND, formatTime, type Millis } from '../../sim/time.ts';
import type { MachineResources } from '../machine-resources.ts';
import type { ContainerRuntime } from '../runtime/container-runtime.ts';
import type { ImageStore } from '../runtime/image-store.ts';
import { Backoff } from './backoff.ts';
import type { KubeletConfiguration } from './configuration.ts';
import type { DevicePlugin } from './device-plugin.ts';
import { Duties } from './duties.ts';
import { EmptyDirs } from './empty-dirs.ts';
import { EvictionManager } from './eviction/manager.ts';
import { limitsLocalStorage } from './eviction/local-storage.ts';
import type { PodUse } from './eviction/ranking.ts';
import type { Observations } from './eviction/thresholds.ts';
import { GarbageCollector } from './garbage.ts';
import { ImageManager } from './image-manager.ts';
import { ObservedImages, ObservedRuntime } from './metrics/observed-runtime.ts';
import { KubeletPages } from './metrics/pages.ts';
import { furnishDisk, nodeDisk, type NodeDisk } from './node-disk.ts';
import { NodeLease } from './node-lease.ts';
import { NodeReporter } from './node-reporter.ts';
import { NodeUse } from './node-use.ts';
import { PodApi } from './pod-api.ts';
import { PodGate } from './pod-gate.ts';
import { PodTokens } from './pod-tokens.ts';
import { PodWorker } from './pod-worker.ts';
import { Allocation } from './resize/allocation.ts';
import { Resizes } from './resize/resizes.ts';
import { NODE_SHUTDOWN, NodeShutdown, type ShutdownPeriods } from './shutdown.ts';
import { Sources } from './sources.ts';
import { StaticPods } from './static-pods.ts';
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
  runtime: ContainerRuntime;
  images: ImageStore;
  resources: MachineResources;
  configuration: KubeletConfiguration;
  host: NetworkNamespace;
  staticPods: readonly Pod[];
  clusterDNS: string;
  ids: { machineID: string; systemUUID: string; bootID: string };
  /** What a cloud calls the machine. */
  providerID?: string;
  /** What stands on the node's disk besides: file systems by path, and files that are made when somebody first looks. */
  disk?: { readonly mounts: Readonly<Record<string, MemoryFiles>>; furnish(files: MemoryFiles): void };
}

/** The node agent: registers its node, sends heartbeats, and keeps the pods that name it as their specs say. */
export class Kubelet implements Component {
  readonly name: string;
  /** What it counts, and shows at `/metrics…`. */
  readonly pages: KubeletPages;
  /** The node's own directories. */
  readonly #hostPaths = new Map<string, MemoryFiles>();
  readonly #devicePlugins = new Map<string, DevicePlugin>();
  readonly #pods: Informer<Pod>;
  readonly #services: Informer<Service>;
  readonly #nodes: Informer<Node>;
  readonly #workers = new Map<string, PodWorker>();
  readonly #gate: PodGate;
  readonly #context: WorkerContext;
  readonly #reporter: NodeReporter;
  readonly #lease: NodeLease;
  readonly #tokens: PodTokens;
  readonly #static: StaticPods;
  readonly #eviction: EvictionManager;
  readonly #garbage: GarbageCollector;
  readonly #shutdown: NodeShutdown;
  readonly #use: NodeUse;
  readonly #emptyDirs: EmptyDirs;
  /** Pods that may use only so much of the disk. */
  readonly #limited = new Set<PodWorker>();
  readonly #duties: Duties;
  #startedAt: Millis = 0;
  #since: Millis = 0;
  #starts = 0;
  #unsubscribe: (() => void)[] = [];
  #telling: Running | undefined;
  #beating: Running | undefined;
  #running = false;

  constructor(readonly options: KubeletOptions) {
    const { sim, transport, nodeName, configuration, disk } = options;
    for (const [path, files] of Object.entries(disk?.mounts ?? {})) this.#hostPaths.set(path, files);
    if (disk !== undefined) furnishDisk(this.#hostPaths, disk.furnish);
    this.name = `${nodeName}/kubelet`;
    const client = new Client(transport, this.name, {
      kind: 'certificate',
      user: `system:node:${nodeName}`,
      groups: ['system:nodes', 'system:authenticated'],
    });
    const recorder = new EventRecorder(sim, client, { component: 'kubelet', host: nodeName });
    this.#pods = new Informer(sim, client, PODS, { fieldSelector: `spec.nodeName=${nodeName}` });
    this.#services = new Informer(sim, client, SERVICES, { indexes: { namespace: (service) => [service.metadata.namespace ?? ''] } });
    // Its own node alone: the status is compared with what the watch last told, the server is asked only after a conflict.
    this.#nodes = new Informer(sim, client, NODES, { fieldSelector: `metadata.name=${nodeName}` });
    this.pages = new KubeletPages({
      nodeName,
      capacity: { cpu: quantityMilli(options.capacity['cpu'] ?? '0') / 1000, memory: quantityValue(options.capacity['memory'] ?? '0') },
      system: options.resources.system,
      runtime: options.runtime,
      now: () => sim.now,
      startedAt: () => this.#startedAt,
      pods: () => this.pods(),
    });
    const { kubelet: metrics, probes } = this.pages;
    const podOf = (uid: string): Pod | undefined => this.#workers.get(uid)?.pod;
    const runtime = new ObservedRuntime({ sim, runtime: options.runtime, metrics, podOf });
    const images = new ObservedImages(sim, options.images, metrics);
    const updated = (pod: Pod): void => {
      metrics.podSeen(pod);
      this.#take(pod);
    };
    this.#pods.on({ added: (pod) => this.#take(pod), updated, deleted: (pod) => this.#drop(pod) });
    this.#use = new NodeUse(options.resources, options.runtime);
    this.#emptyDirs = new EmptyDirs(options.resources, options.allocatable, () => sim.now);
    const node = (): Node | undefined => this.#reporter.node;
    const useOf = ({ metadata }: Pod): PodUse =>
      this.#workers.get(metadata.uid ?? '')?.use() ?? { containers: [], volumes: new Map(), volumeInodes: 0 };
    const stopped = ({ metadata }: Pod): boolean => this.#workers.get(metadata.uid ?? '')?.stopped ?? true;
    const observe = (): Observations => this.observe();
    this.#garbage = new GarbageCollector({
      sim,
      recorder,
      runtime,
      images,
      configuration,
      node,
      disk: () => observe()['imagefs.available'],
      gone: (uid) => !this.#workers.has(uid),
      ended: (uid) => hasEnded(podOf(uid)),
    });
    this.#eviction = new EvictionManager({
      sim,
      recorder,
      configuration,
      node,
      observe,
      active: () => this.#active(this.#workers.values()),
      limited: () => (this.#limited.size === 0 ? [] : this.#active(this.#limited)),
      useOf,
      collectGarbage: () => {
        this.#garbage.collectContainers(true);
        this.#garbage.deleteUnusedImages();
      },
      evict: ({ metadata }, message, grace, disruption) =>
        this.#workers.get(metadata.uid ?? '')?.kill({ reason: 'Evicted', message, grace, disruption }),
      cleanedUp: stopped,
    });
    this.#shutdown = new NodeShutdown({
      sim,
      configuration,
      active: () => this.#active(this.#workers.values()),
      kill: ({ metadata }, grace) => this.#workers.get(metadata.uid ?? '')?.kill({ ...NODE_SHUTDOWN, grace, disruption: true }),
      ended: stopped,
      tell: () => this.#tell(),
    });
    this.#reporter = new NodeReporter({
      sim,
      client,
      recorder,
      runtime,
      images,
      identity: options,
      pressures: () => this.#eviction.pressures,
      shuttingDown: () => this.#shutdown.going,
      soon: () => this.#duties.after(20, () => this.#tell()),
      now: () => options.host.network.clockOf(options.host),
    });
    const learn = (changed: Node): void => {
      this.#reporter.node = changed;
    };
    this.#nodes.on({ added: learn, updated: learn });
    // By the machine's own clock, which may be wrong.
    const clock = (): number => options.host.network.clockOf(options.host);
    this.#gate = new PodGate({
      sim,
      client,
      recorder,
      allocatable: options.allocatable,
      reporter: this.#reporter,
      shutdown: this.#shutdown,
      eviction: this.#eviction,
      admitted: () => this.#admitted(),
      most: () => this.#workers.size,
      kill: (uid, why) => this.#workers.get(uid)?.kill(why),
      start: (task) => void this.#start(task),
    });
    this.#lease = new NodeLease(sim, client, nodeName, this.name, node, clock);
    this.#tokens = new PodTokens(
      client,
      () => sim.now,
      (task) => void this.#start(task),
    );
    this.#static = new StaticPods({
      sim,
      client,
      nodeName,
      hostPaths: this.#hostPaths,
      node,
      mirror: (namespace, name) => this.#pods.get(`${namespace}/${name}`),
      added: (pod) => this.#take(pod),
      removed: (pod) => this.#end(pod),
    });
    const sources = new Sources(client);
    const allocation = new Allocation();
    const resizes = new Resizes({
      sim,
      recorder,
      allocation,
      allocatable: options.allocatable,
      pod: podOf,
      admitted: () => this.#admitted(),
      wake: (uid) => this.#workers.get(uid)?.wake(),
    });
    this.#context = {
      sim,
      client,
      actor: this.name,
      runtime,
      probes,
      devicePlugins: this.#devicePlugins,
      nodeName,
      random: sim.random(`${this.name}/volumes`),
      imageManager: new ImageManager(sim, images, recorder, new Backoff(sim), sources, configuration),
      recorder,
      restarts: new Backoff(sim),
      sources,
      api: new PodApi(client, this.#static),
      allocation,
      resizes,
      net: options.host.open(),
      node: { hostIP: options.address, allocatable: options.allocatable },
      machineMemory: options.resources.capacity.memory,
      hostPaths: this.#hostPaths,
      emptyDirs: this.#emptyDirs,
      token: (pod, audience, seconds) => this.#tokens.get(pod, audience, seconds),
      services: (namespace) => [
        ...this.#services.by('namespace', namespace),
        ...(namespace === 'default'
          ? []
          : this.#services.by('namespace', 'default').filter((service) => service.metadata.name === 'kubernetes')),
      ],
      clusterDNS: options.clusterDNS,
      done: (uid) => {
        const worker = this.#workers.get(uid);
        if (worker !== undefined) this.#limited.delete(worker);
        this.#workers.delete(uid);
        this.#emptyDirs.release(uid);
        this.#garbage.touch(uid);
        this.#tokens.forget(uid);
        // What it had is free for those who wait for more.
        resizes.retry();
      },
    };
    this.#duties = new Duties(sim, {
      heartbeat: () => this.#beat(),
      housekeeping: () => {
        this.#static.scan();
        this.#eviction.synchronize();
        this.#gate.tellAgain();
        this.#tell();
      },
      everyMinute: () => {
        this.#garbage.collectContainers();
        this.#emptyDirs.clear((uid) => !this.#workers.has(uid) && options.runtime.podSandboxes(uid).length === 0);
        resizes.retry();
      },
      everyFiveMinutes: () => this.#garbage.collectImages(),
    });
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

  /** Has a file system stand at a directory of the node, or no more: what the node plugins of storage drivers do. */
  mountDirectory(path: string, files: MemoryFiles | undefined): void {
    if (files === undefined) this.#hostPaths.delete(path);
    else this.#hostPaths.set(path, files);
  }

  get disk(): NodeDisk {
    return nodeDisk(this.#hostPaths, () => this.options.sim.now, this.options.resources.disk);
  }

  /** What of the machine is left. */
  observe(): Observations {
    return this.#use.observe();
  }

  /** How often it was started. */
  get starts(): number {
    return this.#starts;
  }

  /** When it began, or ceased, to run. */
  get since(): Millis {
    return this.#since;
  }

  /** A driver of devices has its plugin here, or no more. */
  registerDevicePlugin(driver: string, plugin: DevicePlugin | undefined): void {
    if (plugin === undefined) this.#devicePlugins.delete(driver);
    else this.#devicePlugins.set(driver, plugin);
  }

  /** Deletes a directory of the node, as an administrator or a provisioner would. */
  eraseDirectory(path: string): void {
    this.disk.erase(path);
  }

  /** The machine has lost its power, and with it what volumes in memory held. */
  loseMemory(): void {
    this.#emptyDirs.loseMemory();
  }

  /** The pods of this node, as the kubelet knows them. */
  pods(): Pod[] {
    return Array.from(this.#workers.values(), ({ pod }) => pod);
  }

  /** Static pods' manifests (`staticPodPath`): files put here run, files taken away end. Read within ten seconds. */
  get manifests(): MemoryFiles {
    return this.#static.files;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    const { sim, runtime, staticPods, resources } = this.options;
    this.#startedAt = this.#since = sim.now;
    this.#starts++;
    this.pages.reset();
    this.#shutdown.reset();
    sim.append(this.name, 'component', { state: 'started' });
    this.#unsubscribe = [
      runtime.subscribe((uid) => {
        this.#workers.get(uid)?.wake();
        this.#garbage.touch(uid);
      }),
      resources.watchOom((victim, pid) =>
        this.#reporter.event('Warning', 'SystemOOM', `System OOM encountered, victim process: ${victim}, pid: ${pid}`),
      ),
    ];
    this.#garbage.touchAll();
    this.#telling = this.#start(this.#reporter.register());
    this.#beat();
    this.#nodes.start();
    this.#services.start();
    this.#pods.start();
    this.#duties.start();
    this.#static.install(staticPods);
    this.#static.scan();
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#since = this.options.sim.now;
    this.options.sim.append(this.name, 'component', { state: 'stopped' });
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#telling?.kill();
    this.#beating?.kill();
    this.#duties.stop();
    for (const worker of this.#workers.values()) worker.stop();
    this.#workers.clear();
    this.#limited.clear();
    this.#static.forget();
    this.#eviction.reset();
    this.#gate.reset();
    this.#pods.stop();
    this.#services.stop();
    this.#nodes.stop();
    this.#reporter.node = undefined;
    this.#lease.forget();
  }

  /** systemd tells that the machine is about to shut down; `done` is called when the kubelet lets it (graceful node shutdown). */
  shutdown(done: () => void, periods?: ShutdownPeriods): void {
    this.#shutdown.begin(done, periods);
  }

  /** It does not shut down after all. */
  cancelShutdown(): void {
    this.#shutdown.cancel();
  }

  #take(pod: Pod): void {
    if (StaticPods.isMirror(pod)) {
      // Somebody else's deletion of the mirror ends nothing: it is made anew.
      if (pod.metadata.deletionTimestamp !== undefined) this.#workers.get(this.#static.of(pod)?.metadata.uid ?? '')?.wake(true);
      return;
    }
    const uid = pod.metadata.uid ?? '';
    const known = this.#workers.get(uid);
    if (known !== undefined) return known.update(pod);
    if (this.#gate.refuses(pod)) return;
    if (!this.#context.allocation.known(uid)) this.#context.allocation.grant(pod);
    const worker = new PodWorker(this.#context, pod);
    this.#workers.set(uid, worker);
    if (limitsLocalStorage(pod)) this.#limited.add(worker);
    worker.wake();
  }

  #drop(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    if (StaticPods.isMirror(pod)) {
      this.#workers.get(this.#static.of(pod)?.metadata.uid ?? '')?.wake(true);
      return;
    }
    this.pages.kubelet.podGone(uid);
    this.#gate.forget(uid);
    this.#workers.get(uid)?.removed();
  }

  /** A static pod's manifest has gone: the pod ends in its own time. */
  #end(pod: Pod): void {
    const worker = this.#workers.get(pod.metadata.uid ?? '');
    if (worker === undefined) return;
    const grace = pod.spec?.terminationGracePeriodSeconds ?? 30;
    const { metadata } = worker.pod;
    const until = formatTime(this.options.sim.now + grace * SECOND);
    worker.update({ ...worker.pod, metadata: { ...metadata, deletionTimestamp: until, deletionGracePeriodSeconds: grace } });
  }

  *#admitted(): Generator<Pod, void, undefined> {
    for (const { pod } of this.#workers.values()) if (!hasEnded(pod)) yield this.#context.allocation.of(pod);
  }

  #active(workers: Iterable<PodWorker>): Pod[] {
    return Array.from(workers)
      .filter(({ pod, stopped }) => !hasEnded(pod) && !stopped)
      .map(({ pod }) => pod);
  }

  /** Tells how the node is, unless that is being told already. */
  #tell(): void {
    if (this.#telling?.done !== false && this.#reporter.due) this.#telling = this.#start(this.#reporter.report(false));
  }

  #beat(): void {
    if (this.#beating?.done !== false) this.#beating = this.#start(this.#lease.renew());
  }

  /** What the API server refuses or does not answer is tried again at the next turn. */
  #start(task: Task<unknown>): Running {
    return start(task, (error) => {
      if (!(error instanceof StatusError)) throw error;
    });
  }
}

function hasEnded(pod: Pod | undefined): boolean {
  return pod?.status?.phase === 'Succeeded' || pod?.status?.phase === 'Failed';
}
