import { DiskUse, type DiskUseOptions } from '../../os/disk-use.ts';
import type { Kernel, Started, StartOptions } from '../../os/kernel.ts';
import { FileError, SIGNAL_NUMBER, type Network, type SignalName } from '../../os/process.ts';
import type { Details, Ref, Seq } from '../../sim/log.ts';
import type { Millis } from '../../sim/time.ts';
import type { MachineResources } from '../machine-resources.ts';
import { argvOf, Container, type PodSandbox } from './container.ts';
import { ContainerRoot, terminationMessage } from './container-files.ts';
import { attachTo, makeKernel, sharedPids, startMain, type ProcessHost } from './container-process.ts';
import {
  CriError,
  type Attached,
  type AttachStreams,
  type ContainerConfig,
  type ContainerResources,
  type ContainerStats,
  type RuntimeContainer,
  type RuntimeService,
  type Sandbox,
  type SandboxConfig,
} from './cri.ts';
import { FLAVOURS, type RuntimeFlavour } from './flavour.ts';
import type { ImageStore, Unpacked } from './image-store.ts';
import { LazyFiles } from './lazy-files.ts';
import { ContainerLog } from './log.ts';
import { MemoryWatch } from './memory-watch.ts';
import { ToldLines } from './told-lines.ts';
import { PodSandboxes, type SandboxesOptions } from './pod-sandboxes.ts';
import { addTo, removeFrom } from './by-pod.ts';

export interface ContainerRuntimeOptions extends SandboxesOptions {
  images: ImageStore;
  /** containerd unless said. */
  flavour?: RuntimeFlavour;
  /** Whether there is a file on the node's disk. */
  hasFile?: (path: string) => boolean;
  /** Whose memory the containers share; without it the machine's never ends. */
  resources?: MachineResources;
}

/** A container runtime with a bridge network plugin: sandboxes with an address each, containers whose processes are programs. */
export class ContainerRuntime implements RuntimeService {
  readonly runtimeName: string;
  readonly runtimeVersion: string;
  readonly #options: ContainerRuntimeOptions;
  readonly #flavour: RuntimeFlavour;
  readonly sandboxes: PodSandboxes;
  readonly #containers = new Map<string, Container>();
  readonly #podContainers = new Map<string, Container[]>();
  readonly #listeners = new Set<(podUid: string) => void>();
  readonly #running = new Set<Container>();
  /** Of each log entry about a container or sandbox, whose it was: what the machine's journal names. */
  readonly ids = new Map<Seq, string>();
  /** Pods that have told a component's story from its beginning. */
  readonly #tellers = new Set<string>();
  #generation = 0;
  readonly #memory: MemoryWatch;
  /** The same for all containers. */
  readonly #host: ProcessHost;
  readonly #onDisk: DiskUseOptions;
  readonly #now = (): Millis => this.#options.sim.now;
  readonly #rotated = (): void => void this.#generation++;
  #downSince: Millis | undefined;

  constructor(options: ContainerRuntimeOptions) {
    this.#options = options;
    this.#flavour = options.flavour ?? FLAVOURS.containerd;
    this.sandboxes = new PodSandboxes(options, this.#flavour, (sandbox, state) => {
      this.#recordSandbox(sandbox, { state, ip: sandbox.ip });
      this.#notify(sandbox.config.uid);
    });
    this.#memory = new MemoryWatch(options.sim, options.resources, () => this.#running);
    const { sim, images, random, resources } = options;
    this.#host = {
      flavour: this.#flavour,
      sim,
      now: this.#now,
      images,
      random,
      machine: { resources, memoryInUse: () => this.memoryInUse, cpuInUse: () => this.cpuInUse },
      container: (id) => this.#containers.get(id),
      onMemory: (container, memory) => this.#memory.holds(container, memory),
    };
    this.#onDisk = resources === undefined ? {} : { within: resources.disk };
    this.runtimeName = this.#flavour.name;
    this.runtimeVersion = this.#flavour.version;
  }

  get networkReady(): boolean {
    return this.sandboxes.networkReady;
  }

  get downSince(): Millis | undefined {
    return this.#downSince;
  }

  /** Its daemon starts or ends; the containers' own processes do not mind. */
  runDaemon(on: boolean): void {
    this.#downSince = on ? undefined : (this.#downSince ?? this.#options.sim.now);
  }

  /** Changes whenever there are other log files than before. */
  get generation(): number {
    return this.#generation;
  }

  get memoryInUse(): number {
    return this.#memory.inUse;
  }

  /** Milli-CPUs that all containers have now. */
  get cpuInUse(): number {
    let sum = 0;
    for (const { kernel } of this.#running) sum += kernel?.usage().cpu ?? 0;
    return sum;
  }

  /** How many processes run in all containers. */
  get processes(): number {
    let sum = 0;
    for (const { kernel } of this.#running) sum += kernel?.count ?? 0;
    return sum;
  }

  updateRuntimeConfig(podCIDR: string): void {
    this.sandboxes.assign(podCIDR);
  }

  runPodSandbox(config: SandboxConfig): Sandbox {
    return this.sandboxes.run(config);
  }

  updatePodSandboxResources(uid: string, { memoryLimit }: ContainerResources): void {
    this.#memory.limitPod(uid, memoryLimit);
  }

  stopPodSandbox(id: string): void {
    const sandbox = this.sandboxes.get(id);
    if (sandbox === undefined || !sandbox.ready) return;
    for (const container of this.#podContainers.get(sandbox.config.uid) ?? [])
      if (container.sandbox === sandbox) container.main?.kill('KILL');
    this.sandboxes.stop(sandbox);
  }

  removePodSandbox(id: string): void {
    const sandbox = this.sandboxes.get(id);
    if (sandbox === undefined) return;
    this.stopPodSandbox(id);
    const { uid } = sandbox.config;
    for (const container of (this.#podContainers.get(uid) ?? []).slice())
      if (container.sandbox === sandbox) this.removeContainer(container.id);
    this.sandboxes.remove(sandbox);
    this.#memory.limitPod(uid, 0);
  }

  podSandboxes(uid: string): readonly Sandbox[] {
    return this.sandboxes.of(uid);
  }

  listPodSandbox(): Iterable<Sandbox> {
    return this.sandboxes.all();
  }

  createContainer(sandboxId: string, config: ContainerConfig): string {
    const { images, random } = this.#options;
    const sandbox = this.sandboxes.require(sandboxId);
    const unpacked = images.find(config.image);
    if (unpacked === undefined) throw new CriError('Unknown', `failed to resolve image "${config.image}": not found`);
    const id = random.hex(64);
    if (argvOf(config, unpacked).length === 0) throw new CriError('Unknown', this.#flavour.noCommand(id));
    this.#requireProfiles(config);
    const log = new ContainerLog(this.#now, new DiskUse(this.#onDisk), this.#rotated, this.#told(config, sandbox, unpacked));
    const layer = new DiskUse(this.#onDisk);
    const files = new LazyFiles(new ContainerRoot(this.#host, id, unpacked, sandbox, config, layer));
    const container = new Container(id, sandbox, config, unpacked, this.#now(), log, files, layer);
    container.pids = this.#pidsFor(config, sandbox);
    if (this.#flavour.looksUpAtCreation) this.#lookUp(container);
    this.#containers.set(id, container);
    this.#generation++;
    addTo(this.#podContainers, sandbox.config.uid, container);
    this.#record(container, { container: config.name, state: 'created', image: unpacked.reference });
    return id;
  }

  startContainer(id: string): void {
    const container = this.#require(id);
    const { sim } = this.#options;
    const { config, unpacked, sandbox } = container;
    const kernel = makeKernel(container, this.#host);
    container.kernel = kernel;
    let main: Started;
    container.state = 'running';
    this.#running.add(container);
    container.startedAt = sim.now;
    container.log.told?.begin();
    this.#record(container, { container: config.name, state: 'started', image: unpacked.reference });
    try {
      main = startMain(container, kernel);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      const message = this.#flavour.programMissing(container.argv()[0] ?? '', error);
      container.startedAt = 0;
      this.#exited(container, 128, 'StartError', message);
      throw new CriError('Unknown', message);
    }
    container.main = main;
    main.onExit((code) => this.#exited(container, code, container.oom ? 'OOMKilled' : code === 0 ? 'Completed' : 'Error', undefined));
    this.#notify(sandbox.config.uid);
  }

  stopContainer(id: string, grace: Millis, onStopped: () => void): void {
    const container = this.#containers.get(id);
    if (container === undefined || container.state !== 'running') {
      if (container?.state === 'created') this.#exited(container, 0, 'Completed', undefined);
      return onStopped();
    }
    const { sim } = this.#options;
    container.stopping.add(onStopped);
    if (grace <= 0) {
      this.#record(container, { container: container.config.name, state: 'killed', reason: 'SIGKILL' });
      container.main?.kill('KILL');
      return;
    }
    const wanted = (container.config.stopSignal ?? '').replace(/^SIG/, '');
    const signal: SignalName = wanted in SIGNAL_NUMBER ? (wanted as SignalName) : (container.unpacked.image.stopSignal ?? 'TERM');
    const timer = sim.after(grace, () => {
      this.#record(container, { container: container.config.name, state: 'killed', reason: 'SIGKILL' });
      container.main?.kill('KILL');
    });
    container.stopping.add(() => timer.cancel());
    this.#record(container, { container: container.config.name, state: 'killed', reason: `SIG${signal}` });
    container.main?.kill(signal);
  }

  removeContainer(id: string): void {
    const container = this.#containers.get(id);
    if (container === undefined) return;
    container.main?.kill('KILL');
    container.log.use.release();
    container.layer.release();
    this.#running.delete(container);
    this.#containers.delete(id);
    this.#generation++;
    removeFrom(this.#podContainers, container.sandbox.config.uid, container);
  }

  listContainers(): Iterable<RuntimeContainer> {
    return this.#containers.values();
  }

  updateContainerResources(id: string, resources: ContainerResources): void {
    const container = this.#require(id);
    // What was used until now was used under the old limits.
    container.kernel?.usage();
    container.resources = resources;
    this.#memory.holds(container, container.memory);
  }

  containerStatus(id: string): RuntimeContainer | undefined {
    return this.#containers.get(id);
  }

  podContainers(uid: string): readonly RuntimeContainer[] {
    return this.#podContainers.get(uid) ?? [];
  }

  exec(id: string, argv: readonly string[], options: StartOptions): Started {
    const container = this.#require(id);
    if (container.state !== 'running' || container.kernel === undefined)
      throw new CriError('Unknown', `failed to exec in container: container is in CONTAINER_EXITED state`);
    try {
      return container.kernel.start(argv, {
        cwd: container.workingDirectory,
        env: container.environment(options.terminal !== undefined),
        ...options,
      });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      throw new CriError('Unknown', this.#flavour.execMissing(argv[0] ?? '', error, this.#options.random.hex(64)));
    }
  }

  attach(id: string, streams: AttachStreams): Attached {
    return attachTo(this.#require(id), streams);
  }

  signalGroup(id: string, group: number, signal: SignalName): void {
    this.#containers.get(id)?.kernel?.killGroup(group, signal);
  }

  portForward(sandboxId: string): Network {
    return this.sandboxes.require(sandboxId).network.open();
  }

  stats(id: string): ContainerStats {
    const container = this.#containers.get(id);
    const usage = container?.kernel?.usage();
    return {
      memory: (usage?.memory ?? 0) + (usage === undefined ? 0 : (container?.tmpfs ?? 0)),
      cpu: usage?.cpu ?? 0,
      cpuTime: usage?.cpuTime ?? 0,
      throttled: usage?.throttled ?? 0,
      processes: container?.kernel?.count ?? 0,
      disk: container?.layer.bytes ?? 0,
      inodes: container?.layer.inodes ?? 0,
      logs: container?.log.bytes ?? 0,
    };
  }

  subscribe(listener: (podUid: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The processes of a running container, for who lays hands on them from outside. */
  kernelOf(id: string): Kernel | undefined {
    return this.#containers.get(id)?.kernel;
  }

  /** Those whose processes run, for who looks at the machine's processes. */
  *runningContainers(): Iterable<Container> {
    for (const container of this.#containers.values()) if (container.state === 'running') yield container;
  }

  podSandbox(id: string): Sandbox | undefined {
    return this.sandboxes.get(id);
  }

  /** The machine lost its power: every process is gone at once, addresses answer no more. What is on disk stays known. */
  powerOff(): void {
    for (const container of Array.from(this.#running)) {
      container.kernel?.killAll();
      container.exitCode = 255;
      container.reason = 'Unknown';
    }
    for (const sandbox of this.sandboxes.all()) this.stopPodSandbox(sandbox.id);
  }

  get #actor(): string {
    return `${this.#options.node}/${this.#flavour.actor}`;
  }

  /** Throws where there is no program to start. */
  #lookUp(container: Container): void {
    const [name = ''] = container.argv();
    try {
      makeKernel(container, this.#host).resolve(container.argv(), container.workingDirectory, container.environment(false).get('PATH'));
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      throw new CriError('Unknown', this.#flavour.programMissing(name, error));
    }
  }

  /** Undefined for all but what stands for a component of this world. */
  #told(config: ContainerConfig, sandbox: PodSandbox, unpacked: Unpacked): ToldLines | undefined {
    const { sim, node } = this.#options;
    const story = unpacked.image.story?.({ node, pod: sandbox.config.name, argv: argvOf(config, unpacked) });
    if (story === undefined) return undefined;
    const first = !this.#tellers.has(sandbox.config.name);
    this.#tellers.add(sandbox.config.name);
    return new ToldLines(sim, story, first);
  }

  #requireProfiles({ security }: ContainerConfig): void {
    const { appArmorProfile, seccompFile } = security ?? {};
    if (appArmorProfile !== undefined) throw new CriError('Unknown', this.#flavour.profileMissing('AppArmor', appArmorProfile));
    if (seccompFile !== undefined && this.#options.hasFile?.(seccompFile) !== true)
      throw new CriError('Unknown', this.#flavour.profileMissing('seccomp', seccompFile));
  }

  #pidsFor({ pids }: ContainerConfig, sandbox: PodSandbox): Container['pids'] {
    if (pids === undefined) return undefined;
    if (pids === 'pod') return (sandbox.pids ??= sharedPids(this.#options.sim.now));
    const target = this.#containers.get(pids.container);
    if (target?.state !== 'running' || target.kernel === undefined)
      throw new CriError(
        'Unknown',
        `failed to generate container spec: invalid target container: container "${pids.container}" is not running`,
      );
    return target.kernel.pids;
  }

  #exited(container: Container, code: number, reason: string, message: string | undefined): void {
    if (container.state === 'exited') return;
    const { sim } = this.#options;
    this.#memory.holds(container, 0);
    this.#running.delete(container);
    container.state = 'exited';
    container.finishedAt = sim.now;
    container.exitCode = code;
    container.reason = reason;
    container.log.close();
    container.message = message ?? terminationMessage(container);
    this.#record(container, { container: container.config.name, state: 'exited', reason, exitCode: code });
    for (const streams of container.attached) streams.exited(code);
    container.attached.clear();
    for (const stopped of container.stopping) stopped();
    container.stopping.clear();
    container.kernel = undefined;
    this.#notify(container.sandbox.config.uid);
  }

  #require(id: string): Container {
    const container = this.#containers.get(id);
    if (container === undefined) throw new CriError('NotFound', `an error occurred when try to find container "${id}": not found`);
    return container;
  }

  #record(container: Container, detail: Details['container']): void {
    const { sim } = this.#options;
    if (sim.log.enabled) this.ids.set(sim.append(this.#actor, 'container', detail, { ref: refOf(container.sandbox.config) }), container.id);
  }

  #recordSandbox({ id, config }: PodSandbox, detail: Details['sandbox']): void {
    const { sim } = this.#options;
    if (sim.log.enabled) this.ids.set(sim.append(this.#actor, 'sandbox', detail, { ref: refOf(config) }), id);
  }

  #notify(uid: string): void {
    for (const listener of this.#listeners) listener(uid);
  }
}

function refOf({ namespace, name, uid }: SandboxConfig): Ref {
  return { kind: 'Pod', namespace, name, uid };
}
