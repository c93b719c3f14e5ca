import { StatusError } from '../../api/errors.ts';
import { quantityMilli, quantityValue } from '../../api/quantity.ts';
import type { Node, Pod } from '../../api/generated/types.ts';
import { Client } from '../../client/client.ts';
import { EventRecorder } from '../../client/events.ts';
import type { Component } from '../../component.ts';
import type { MemoryFiles } from '../../os/files.ts';
import { start, type Running, type Task } from '../../os/task.ts';
import type { Millis } from '../../sim/time.ts';
import { Backoff } from './backoff.ts';
import type { DevicePlugin } from './device-plugin.ts';
import { ClaimVolumes } from './claim-volume.ts';
import { Duties } from './duties.ts';
import { EmptyDirs } from './empty-dirs.ts';
import { EvictionManager } from './eviction/manager.ts';
import type { Observations } from './eviction/thresholds.ts';
import { GarbageCollector } from './garbage.ts';
import { ImageManager } from './image-manager.ts';
import type { KubeletOptions } from './kubelet-options.ts';
import { ObservedImages, ObservedRuntime } from './metrics/observed-runtime.ts';
import { KubeletPages } from './metrics/pages.ts';
import { furnishDisk, nodeDisk, type NodeDisk } from './node-disk.ts';
import { NodeLease } from './node-lease.ts';
import { NodeReporter } from './node-reporter.ts';
import { NodeUse } from './node-use.ts';
import { PodApi } from './pod-api.ts';
import { PodGate } from './pod-gate.ts';
import { PodTokens } from './pod-tokens.ts';
import { PodWorkers } from './pod-workers.ts';
import { Allocation } from './resize/allocation.ts';
import { Resizes } from './resize/resizes.ts';
import { NODE_SHUTDOWN, NodeShutdown, type ShutdownPeriods } from './shutdown.ts';
import { Sources } from './sources.ts';
import { StaticPods } from './static-pods.ts';
import { WatchedObjects } from './watched-objects.ts';
import type { WorkerContext } from './worker-context.ts';

/** The node agent: registers its node, sends heartbeats, and keeps the pods that name it as their specs say. */
export class Kubelet implements Component {
  readonly name: string;
  /** What it counts, and shows at `/metrics…`. */
  readonly pages: KubeletPages;
  /** The node's own directories. */
  readonly #hostPaths = new Map<string, MemoryFiles>();
  readonly #devicePlugins = new Map<string, DevicePlugin>();
  readonly #watched: WatchedObjects;
  readonly #workers = new PodWorkers();
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
  readonly #duties: Duties;
  #startedAt: Millis = 0;
  #since: Millis = 0;
  #starts = 0;
  #unsubscribe: (() => void)[] = [];
  #telling: Running | undefined;
  #beating: Running | undefined;
  #version = '';
  #running = false;
  #withoutRuntime = false;

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
    this.#watched = new WatchedObjects(sim, client, nodeName);
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
    const workers = this.#workers;
    const podOf = (uid: string): Pod | undefined => workers.pod(uid);
    const runtime = new ObservedRuntime({ sim, runtime: options.runtime, metrics, podOf });
    const images = new ObservedImages(sim, options.images, metrics);
    const updated = (pod: Pod): void => {
      metrics.podSeen(pod);
      this.#take(pod);
    };
    this.#watched.pods.on({ added: (pod) => this.#take(pod), updated, deleted: (pod) => this.#drop(pod) });
    this.#use = new NodeUse(options.resources, options.runtime);
    this.#emptyDirs = new EmptyDirs(options.resources, options.allocatable, () => sim.now);
    const node = (): Node | undefined => this.#reporter.node;
    const observe = (): Observations => this.observe();
    this.#garbage = new GarbageCollector({
      sim,
      recorder,
      runtime,
      images,
      configuration,
      node,
      disk: () => observe()['imagefs.available'],
      later: (delay, act) => this.#duties.after(delay, act, { background: true }),
      gone: (uid) => workers.of(uid) === undefined,
      ended: (uid) => workers.hasEnded(uid),
    });
    this.#eviction = new EvictionManager({
      sim,
      recorder,
      configuration,
      node,
      observe,
      active: () => workers.active(),
      limited: () => workers.limited(),
      useOf: (pod) => workers.use(pod),
      collectGarbage: () => {
        this.#garbage.collectContainers(true);
        this.#garbage.deleteUnusedImages();
      },
      evict: (pod, message, grace, disruption) => workers.kill(pod, { reason: 'Evicted', message, grace, disruption }),
      cleanedUp: (pod) => workers.stopped(pod),
    });
    this.#shutdown = new NodeShutdown({
      sim,
      configuration,
      active: () => workers.active(),
      kill: (pod, grace) => workers.kill(pod, { ...NODE_SHUTDOWN, grace, disruption: true }),
      ended: (pod) => workers.stopped(pod),
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
      ...(options.installed === undefined ? {} : { version: () => this.#version }),
      now: () => options.host.network.clockOf(options.host),
    });
    const learn = (changed: Node): void => {
      this.#reporter.node = changed;
    };
    this.#watched.nodes.on({ added: learn, updated: learn });
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
      most: () => workers.size,
      kill: (uid, why) => this.#workers.of(uid)?.kill(why),
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
      mirror: (namespace, name) => this.#watched.pods.get(`${namespace}/${name}`),
      added: (pod) => this.#take(pod),
      removed: (pod) => workers.end(pod),
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
      wake: (uid) => this.#workers.of(uid)?.wake(),
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
      now: () => sim.now,
      claims: new ClaimVolumes(client, nodeName),
      hostPaths: this.#hostPaths,
      emptyDirs: this.#emptyDirs,
      token: (pod, audience, seconds) => this.#tokens.get(pod, audience, seconds),
      services: (namespace) => this.#watched.services(namespace),
      clusterDNS: options.clusterDNS,
      done: (uid) => {
        workers.forget(uid);
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
        this.#lookAtRuntime();
        this.#static.scan();
        this.#eviction.synchronize();
        this.#gate.tellAgain();
        this.#tell();
      },
      everyMinute: () => {
        this.#garbage.collectContainers();
        this.#emptyDirs.clear((uid) => workers.of(uid) === undefined && options.runtime.podSandboxes(uid).length === 0);
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
    return this.#workers.named(namespace, name) ?? this.#watched.pods.get(`${namespace}/${name}`);
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

  /** The machine has lost its power, and with it what volumes in memory held. */
  loseMemory(): void {
    this.#emptyDirs.loseMemory();
  }

  /** The pods of this node, as the kubelet knows them. */
  pods(): Pod[] {
    return this.#workers.pods();
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
    this.#version = this.options.installed?.() ?? '';
    this.#starts++;
    this.pages.reset();
    this.#shutdown.reset();
    sim.append(this.name, 'component', { state: 'started' });
    this.#unsubscribe = [
      runtime.subscribe((uid) => {
        this.#workers.of(uid)?.wake();
        this.#garbage.touch(uid);
      }),
      resources.watchOom((victim, pid) =>
        this.#reporter.event('Warning', 'SystemOOM', `System OOM encountered, victim process: ${victim}, pid: ${pid}`),
      ),
    ];
    this.#garbage.touchAll();
    this.#telling = this.#start(this.#reporter.register());
    this.#beat();
    this.#watched.start();
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
    this.#workers.stop();
    this.#static.forget();
    this.#eviction.reset();
    this.#gate.reset();
    this.#watched.stop();
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
      if (pod.metadata.deletionTimestamp !== undefined) this.#workers.of(this.#static.of(pod)?.metadata.uid ?? '')?.wake(true);
      return;
    }
    const uid = pod.metadata.uid ?? '';
    const known = this.#workers.of(uid);
    if (known !== undefined) return known.update(pod);
    if (this.#gate.refuses(pod)) return;
    if (!this.#context.allocation.known(uid)) this.#context.allocation.grant(pod);
    this.#workers.begin(this.#context, pod);
  }

  #drop(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    if (StaticPods.isMirror(pod)) {
      this.#workers.of(this.#static.of(pod)?.metadata.uid ?? '')?.wake(true);
      return;
    }
    this.pages.kubelet.podGone(uid);
    this.#gate.forget(uid);
    this.#workers.of(uid)?.removed();
  }

  *#admitted(): Generator<Pod, void, undefined> {
    for (const pod of this.#workers.unended()) yield this.#context.allocation.of(pod);
  }

  /** What could not be done while the runtime was down is done once it is back. */
  #lookAtRuntime(): void {
    const down = this.options.runtime.downSince !== undefined;
    if (this.#withoutRuntime && !down) this.#workers.wakeAll();
    this.#withoutRuntime = down;
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
