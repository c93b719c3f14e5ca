import type { Pod } from '../../../api/generated/types.ts';
import type { Started, StartOptions } from '../../../os/kernel.ts';
import type { Network, SignalName } from '../../../os/process.ts';
import type { Simulation } from '../../../sim/simulation.ts';
import type { Millis } from '../../../sim/time.ts';
import {
  CriError,
  type Attached,
  type AttachStreams,
  type AuthConfig,
  type ContainerConfig,
  type ContainerResources,
  type ContainerStats,
  type ImageInfo,
  type ImageService,
  type RuntimeContainer,
  type RuntimeService,
  type Sandbox,
  type SandboxConfig,
} from '../../runtime/cri.ts';
import type { ContainerType, KubeletMetrics } from './kubelet-metrics.ts';

export interface ObservedRuntimeOptions {
  readonly sim: Simulation;
  readonly runtime: RuntimeService;
  readonly metrics: KubeletMetrics;
  /** The pod with that uid, as the kubelet knows it. */
  readonly podOf: (uid: string) => Pod | undefined;
}

/** The runtime as the kubelet calls it: what changes something is counted, as the kubelet's own instrumented client does. */
export class ObservedRuntime implements RuntimeService {
  readonly #options: ObservedRuntimeOptions;
  readonly #runtime: RuntimeService;

  constructor(options: ObservedRuntimeOptions) {
    this.#options = options;
    this.#runtime = options.runtime;
  }

  get runtimeName(): string {
    return this.#runtime.runtimeName;
  }

  get runtimeVersion(): string {
    return this.#runtime.runtimeVersion;
  }

  get networkReady(): boolean {
    return this.#runtime.networkReady;
  }

  get downSince(): Millis | undefined {
    return this.#runtime.downSince;
  }

  updateRuntimeConfig(podCIDR: string): void {
    this.#runtime.updateRuntimeConfig(podCIDR);
  }

  runPodSandbox(config: SandboxConfig): Sandbox {
    const sandbox = this.#counted('run_podsandbox', () => this.#runtime.runPodSandbox(config));
    this.#options.metrics.sandboxStarted(config.uid);
    return sandbox;
  }

  updatePodSandboxResources(uid: string, resources: ContainerResources): void {
    this.#runtime.updatePodSandboxResources(uid, resources);
  }
  stopPodSandbox(id: string): void {
    this.#counted('stop_podsandbox', () => this.#runtime.stopPodSandbox(id));
  }

  removePodSandbox(id: string): void {
    this.#counted('remove_podsandbox', () => this.#runtime.removePodSandbox(id));
  }

  podSandboxes(uid: string): readonly Sandbox[] {
    return this.#runtime.podSandboxes(uid);
  }

  listPodSandbox(): Iterable<Sandbox> {
    return this.#runtime.listPodSandbox();
  }

  createContainer(sandboxId: string, config: ContainerConfig): string {
    return this.#counted('create_container', () => this.#runtime.createContainer(sandboxId, config));
  }

  startContainer(id: string): void {
    const { metrics } = this.#options;
    const type = this.#typeOf(id);
    try {
      this.#counted('start_container', () => this.#runtime.startContainer(id));
    } catch (error) {
      metrics.containerFailed(type, 'RunContainerError');
      throw error;
    }
    metrics.containerStarted(type);
  }

  stopContainer(id: string, grace: Millis, onStopped: () => void): void {
    const { sim, metrics } = this.#options;
    const begun = sim.now;
    this.#runtime.stopContainer(id, grace, () => {
      metrics.operation('stop_container', sim.now - begun);
      onStopped();
    });
  }

  removeContainer(id: string): void {
    this.#counted('remove_container', () => this.#runtime.removeContainer(id));
  }

  listContainers(): Iterable<RuntimeContainer> {
    return this.#runtime.listContainers();
  }

  updateContainerResources(id: string, resources: ContainerResources): void {
    this.#counted('update_container', () => this.#runtime.updateContainerResources(id, resources));
  }

  containerStatus(id: string): RuntimeContainer | undefined {
    return this.#runtime.containerStatus(id);
  }

  podContainers(uid: string): readonly RuntimeContainer[] {
    return this.#runtime.podContainers(uid);
  }

  exec(id: string, argv: readonly string[], options: StartOptions): Started {
    return this.#counted('exec', () => this.#runtime.exec(id, argv, options));
  }

  attach(id: string, streams: AttachStreams): Attached {
    return this.#counted('attach', () => this.#runtime.attach(id, streams));
  }

  signalGroup(id: string, group: number, signal: SignalName): void {
    this.#runtime.signalGroup(id, group, signal);
  }

  portForward(sandboxId: string): Network {
    return this.#counted('port_forward', () => this.#runtime.portForward(sandboxId));
  }

  stats(id: string): ContainerStats {
    return this.#runtime.stats(id);
  }

  subscribe(listener: (podUid: string) => void): () => void {
    return this.#runtime.subscribe(listener);
  }

  #counted<T>(type: string, call: () => T): T {
    const { metrics } = this.#options;
    metrics.operation(type, 0);
    try {
      return call();
    } catch (error) {
      if (error instanceof CriError) metrics.operationFailed(type);
      throw error;
    }
  }

  #typeOf(id: string): ContainerType {
    const container = this.#runtime.containerStatus(id);
    if (container === undefined) return 'container';
    const { podUid, config } = container;
    const { initContainers = [], ephemeralContainers = [] } = this.#options.podOf(podUid)?.spec ?? {};
    if (initContainers.some(({ name }) => name === config.name)) return 'init_container';
    return ephemeralContainers.some(({ name }) => name === config.name) ? 'ephemeral_container' : 'container';
  }
}

/** The same for images. */
export class ObservedImages implements ImageService {
  constructor(
    readonly sim: Simulation,
    readonly images: ImageService,
    readonly metrics: KubeletMetrics,
  ) {}

  imageStatus(reference: string): ImageInfo | undefined {
    return this.images.imageStatus(reference);
  }

  listImages(): readonly ImageInfo[] {
    return this.images.listImages();
  }

  removeImage(reference: string): void {
    this.metrics.operation('remove_image', 0);
    this.images.removeImage(reference);
  }

  pullImage(reference: string, done: (result: ImageInfo | CriError) => void, auth?: AuthConfig): () => void {
    const begun = this.sim.now;
    const answered = (result: ImageInfo | CriError): void => {
      const took = this.sim.now - begun;
      this.metrics.operation('pull_image', took);
      if (result instanceof CriError) this.metrics.operationFailed('pull_image');
      else this.metrics.pulled(result.size, took);
      done(result);
    };
    return this.images.pullImage(reference, answered, auth);
  }
}
