import { MemoryFiles, type Device } from '../../os/files.ts';
import { Kernel, type Started, type StartOptions } from '../../os/kernel.ts';
import { pipe, type Pipe } from '../../os/pipe.ts';
import { FileError, SIGNAL_NUMBER, type Network, type SignalName } from '../../os/process.ts';
import { concat, decode, emptyReader } from '../../os/text.ts';
import { Tty } from '../../os/tty.ts';
import { parseRange, toText, type Range } from '../../network/address.ts';
import { resolvConf } from '../../network/dns-message.ts';
import { NetworkNamespace } from '../../network/namespace.ts';
import type { VirtualNetwork } from '../../network/network.ts';
import type { Details, Ref } from '../../sim/log.ts';
import type { Random } from '../../sim/random.ts';
import type { Simulation } from '../../sim/simulation.ts';
import type { Millis } from '../../sim/time.ts';
import {
  CriError,
  type Attached,
  type AttachStreams,
  type ContainerConfig,
  type RuntimeContainer,
  type RuntimeService,
  type Sandbox,
  type SandboxConfig,
} from './cri.ts';
import type { ImageStore, Unpacked } from './image-store.ts';
import { LazyFiles } from './lazy-files.ts';
import { ContainerLog } from './log.ts';

interface PodSandbox extends Sandbox {
  ready: boolean;
  readonly unmap: (() => void)[];
}

class Container implements RuntimeContainer {
  state: RuntimeContainer['state'] = 'created';
  startedAt: Millis | undefined;
  finishedAt: Millis | undefined;
  exitCode: number | undefined;
  reason: string | undefined;
  message: string | undefined;
  oom = false;
  kernel: Kernel | undefined;
  main: Started | undefined;
  input: Pipe | undefined;
  tty: Tty | undefined;
  readonly attached = new Set<AttachStreams>();
  readonly stopping = new Set<() => void>();

  constructor(
    readonly id: string,
    readonly sandbox: PodSandbox,
    readonly config: ContainerConfig,
    readonly unpacked: Unpacked,
    readonly createdAt: Millis,
    readonly log: ContainerLog,
    readonly files: LazyFiles,
  ) {}

  get sandboxId(): string {
    return this.sandbox.id;
  }
  get image(): string {
    return this.unpacked.reference;
  }
  get imageId(): string {
    return this.unpacked.id;
  }
}

export interface ContainerdOptions {
  sim: Simulation;
  network: VirtualNetwork;
  node: string;
  images: ImageStore;
  host: NetworkNamespace;
  podCIDR?: string;
  random: Random;
}

/** containerd with a bridge network plugin: sandboxes with an address each, containers whose processes are programs. */
export class Containerd implements RuntimeService {
  readonly runtimeName = 'containerd';
  readonly runtimeVersion = '2.1.4';
  readonly #options: ContainerdOptions;
  readonly #sandboxes = new Map<string, PodSandbox>();
  readonly #containers = new Map<string, Container>();
  readonly #podSandboxes = new Map<string, PodSandbox[]>();
  readonly #podContainers = new Map<string, Container[]>();
  readonly #listeners = new Set<(podUid: string) => void>();
  #range: Range | undefined;
  #lastAddress = 1;

  constructor(options: ContainerdOptions) {
    this.#options = options;
    if (options.podCIDR !== undefined) this.updateRuntimeConfig(options.podCIDR);
  }

  get networkReady(): boolean {
    return this.#range !== undefined;
  }

  updateRuntimeConfig(podCIDR: string): void {
    if (this.#range !== undefined) return;
    this.#range = parseRange(podCIDR);
  }

  runPodSandbox(config: SandboxConfig): Sandbox {
    const { sim, network, node, host, random } = this.#options;
    const id = random.hex(64);
    const ip = config.hostNetwork ? (host.addresses[0] as string) : this.#allocate(config);
    const namespace = config.hostNetwork
      ? host
      : new NetworkNamespace({
          network,
          actor: `pod/${config.namespace}/${config.name}`,
          addresses: [ip],
          node,
          resolver: config.resolver,
          hosts: { ...config.hostAliases, [config.hostname]: ip, ...(config.fqdn === undefined ? {} : { [config.fqdn]: ip }) },
        });
    const unmap = config.hostNetwork
      ? []
      : config.portMappings.map(({ hostPort, containerPort, protocol }) =>
          network.mapHostPort(host.addresses[0] as string, hostPort, protocol, ip, containerPort),
        );
    const sandbox: PodSandbox = { id, config, ip, createdAt: sim.now, ready: true, network: namespace, unmap };
    this.#sandboxes.set(id, sandbox);
    const own = this.#podSandboxes.get(config.uid);
    if (own === undefined) this.#podSandboxes.set(config.uid, [sandbox]);
    else own.unshift(sandbox);
    if (sim.log.enabled) sim.append(`${node}/containerd`, 'sandbox', { state: 'created', ip }, { ref: refOf(config) });
    this.#notify(config.uid);
    return sandbox;
  }

  stopPodSandbox(id: string): void {
    const sandbox = this.#sandboxes.get(id);
    if (sandbox === undefined || !sandbox.ready) return;
    for (const container of this.#podContainers.get(sandbox.config.uid) ?? [])
      if (container.sandbox === sandbox) container.main?.kill('KILL');
    sandbox.ready = false;
    for (const undo of sandbox.unmap.splice(0)) undo();
    if (!sandbox.config.hostNetwork) sandbox.network.close();
    const { sim, node } = this.#options;
    if (sim.log.enabled) sim.append(`${node}/containerd`, 'sandbox', { state: 'removed', ip: sandbox.ip }, { ref: refOf(sandbox.config) });
    this.#notify(sandbox.config.uid);
  }

  removePodSandbox(id: string): void {
    const sandbox = this.#sandboxes.get(id);
    if (sandbox === undefined) return;
    this.stopPodSandbox(id);
    const { uid } = sandbox.config;
    for (const container of (this.#podContainers.get(uid) ?? []).slice())
      if (container.sandbox === sandbox) this.removeContainer(container.id);
    this.#sandboxes.delete(id);
    removeFrom(this.#podSandboxes, uid, sandbox);
  }

  podSandboxes(uid: string): readonly Sandbox[] {
    return this.#podSandboxes.get(uid) ?? [];
  }

  listPodSandbox(): Iterable<Sandbox> {
    return this.#sandboxes.values();
  }

  createContainer(sandboxId: string, config: ContainerConfig): string {
    const { sim, images, random } = this.#options;
    const sandbox = this.#sandboxes.get(sandboxId);
    if (sandbox === undefined) throw new CriError('NotFound', `failed to find sandbox id "${sandboxId}": not found`);
    const unpacked = images.find(config.image);
    if (unpacked === undefined) throw new CriError('Unknown', `failed to resolve image "${config.image}": not found`);
    const id = random.hex(64);
    if (argvOf(config, unpacked).length === 0)
      throw new CriError('Unknown', `failed to generate container "${id}" spec: failed to generate spec: no command specified`);
    const log = new ContainerLog(() => sim.now);
    const files = new LazyFiles(() => this.#rootFiles(unpacked, sandbox, config));
    const container = new Container(id, sandbox, config, unpacked, sim.now, log, files);
    this.#containers.set(id, container);
    const own = this.#podContainers.get(sandbox.config.uid);
    if (own === undefined) this.#podContainers.set(sandbox.config.uid, [container]);
    else own.unshift(container);
    this.#record(container, { container: config.name, state: 'created', image: unpacked.reference });
    return id;
  }

  startContainer(id: string): void {
    const container = this.#require(id);
    const { sim, images, random } = this.#options;
    const { config, unpacked, sandbox } = container;
    const env = new Map(Object.entries(unpacked.image.env ?? {}));
    env.set('HOSTNAME', sandbox.config.hostname);
    if (config.tty) env.set('TERM', 'xterm');
    if (!env.has('PATH')) env.set('PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
    for (const [name, value] of config.env) env.set(name, value);
    if (!env.has('HOME')) env.set('HOME', '/root');
    const kernel = new Kernel({
      sim,
      files: container.files,
      net: () => sandbox.network.open(),
      hostname: sandbox.config.hostname,
      lookup: (name) => images.program(unpacked.image, name),
      random: random.fork(id),
      user: userOf(container),
      onUse: ({ memory }) => {
        if (config.memoryLimit > 0 && memory > config.memoryLimit && !container.oom) {
          container.oom = true;
          // The kernel's OOM killer does its work as soon as the program lets go.
          sim.after(0, () => container.main?.kill('KILL'));
        }
      },
    });
    container.kernel = kernel;
    const argv = argvOf(config, unpacked);
    const tee =
      (stream: 'stdout' | 'stderr') =>
      (bytes: Uint8Array): void => {
        for (const streams of container.attached) streams[stream](bytes);
      };
    const streams = this.#streams(container, kernel, tee);
    let main: Started;
    container.state = 'running';
    container.startedAt = sim.now;
    this.#record(container, { container: config.name, state: 'started', image: unpacked.reference });
    try {
      main = kernel.start(argv, {
        env,
        cwd: config.workingDir ?? unpacked.image.workingDir ?? '/',
        ...streams,
      });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      const message = `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${execError(argv[0] as string, error)}: unknown`;
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
    this.#containers.delete(id);
    removeFrom(this.#podContainers, container.sandbox.config.uid, container);
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
    const { config, unpacked, sandbox } = container;
    const env = new Map(Object.entries(unpacked.image.env ?? {}));
    env.set('HOSTNAME', sandbox.config.hostname);
    for (const [name, value] of config.env) env.set(name, value);
    if (!env.has('HOME')) env.set('HOME', '/root');
    if (options.terminal !== undefined) env.set('TERM', 'xterm');
    try {
      return container.kernel.start(argv, { cwd: config.workingDir ?? unpacked.image.workingDir ?? '/', env, ...options });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      throw new CriError(
        'Unknown',
        `failed to exec in container: failed to start exec "${this.#options.random.hex(64)}": OCI runtime exec failed: exec failed: unable to start container process: ${execError(argv[0] ?? '', error)}: unknown`,
      );
    }
  }

  attach(id: string, streams: AttachStreams): Attached {
    const container = this.#require(id);
    const { config } = container;
    container.attached.add(streams);
    const closeStdin = (): void => {
      // Without stdinOnce the next client may go on where this one stops.
      if (config.stdinOnce) container.input?.writer.close();
      if (config.stdinOnce) container.tty?.hangUp();
    };
    return {
      stdin(bytes) {
        if (config.stdin) container.tty?.type(bytes);
        container.input?.writer.push(bytes);
      },
      closeStdin,
      resize: (columns, rows) => container.tty?.resize(columns, rows),
      detach() {
        container.attached.delete(streams);
        closeStdin();
      },
    };
  }

  signalGroup(id: string, group: number, signal: SignalName): void {
    this.#containers.get(id)?.kernel?.killGroup(group, signal);
  }

  portForward(sandboxId: string): Network {
    const sandbox = this.#sandboxes.get(sandboxId);
    if (sandbox === undefined) throw new CriError('NotFound', `failed to find sandbox id "${sandboxId}": not found`);
    return sandbox.network.open();
  }

  stats(id: string): { memory: number; cpu: number; cpuTime: number } {
    const usage = this.#containers.get(id)?.kernel?.usage();
    return { memory: usage?.memory ?? 0, cpu: usage?.cpu ?? 0, cpuTime: usage?.cpuTime ?? 0 };
  }

  subscribe(listener: (podUid: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The machine lost its power: every process is gone at once, addresses answer no more. What is on disk stays known. */
  powerOff(): void {
    for (const container of this.#containers.values()) {
      if (container.state !== 'running') continue;
      container.kernel?.killAll();
      container.exitCode = 255;
      container.reason = 'Unknown';
    }
    for (const sandbox of this.#sandboxes.values()) this.stopPodSandbox(sandbox.id);
  }

  /** The main process's streams: a terminal's two ends, or a pipe and the log. */
  #streams(
    container: Container,
    kernel: Kernel,
    tee: (stream: 'stdout' | 'stderr') => (bytes: Uint8Array) => void,
  ): Pick<StartOptions, 'stdin' | 'stdout' | 'stderr' | 'terminal'> {
    const { config, log } = container;
    if (config.tty) {
      const show = tee('stdout');
      const tty = (container.tty = new Tty({
        output(bytes) {
          log.append('stdout', bytes);
          show(bytes);
        },
        signal: (signal) => kernel.killGroup(1, signal),
      }));
      return { stdin: config.stdin ? tty.reader : emptyReader(), stdout: tty.writer, stderr: tty.writer, terminal: tty };
    }
    if (config.stdin) container.input = pipe();
    return {
      stdin: container.input?.reader ?? emptyReader(),
      stdout: log.writer('stdout', tee('stdout')),
      stderr: log.writer('stderr', tee('stderr')),
    };
  }

  #rootFiles(unpacked: Unpacked, sandbox: PodSandbox, config: ContainerConfig): MemoryFiles {
    const { sim, images } = this.#options;
    const user = config.user ?? unpacked.image.user ?? 'root';
    const files = new MemoryFiles(() => sim.now, { snapshot: images.snapshot(unpacked.image), user: user === '0' ? 'root' : user });
    const texts: Record<string, string> = {
      '/etc/hostname': `${sandbox.config.hostname}\n`,
      '/etc/hosts': hostsFile(sandbox),
      '/etc/resolv.conf': resolvConf(sandbox.config.resolver),
    };
    for (const [path, text] of Object.entries(texts)) files.device(path, { read: () => text });
    files.device('/dev/null', { read: () => '' });
    files.device(config.terminationMessagePath, messageFile());
    for (const { containerPath, readOnly, content, directory } of config.mounts) {
      if (directory === true) {
        files.mountFiles(containerPath, content as () => MemoryFiles, { readOnly });
        continue;
      }
      const mounted = content();
      if (mounted instanceof Uint8Array) files.device(containerPath, { read: () => mounted });
      else files.mountFiles(containerPath, mounted, { readOnly });
    }
    if (workingDirectory(config, unpacked) !== '/' && !files.exists(workingDirectory(config, unpacked)))
      files.makeDirectory(workingDirectory(config, unpacked), { parents: true });
    if (config.readOnlyRoot) files.mount('/', {}, { readOnly: true });
    return files;
  }

  #exited(container: Container, code: number, reason: string, message: string | undefined): void {
    if (container.state === 'exited') return;
    const { sim } = this.#options;
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

  /** host-local IPAM: one address after the other, `.0` and the gateway `.1` left out, around at the end. */
  #allocate(config: SandboxConfig): string {
    const range = this.#range;
    if (range === undefined)
      throw new CriError('Unknown', `failed to setup network for sandbox: plugin type="bridge" failed (add): cni plugin not initialized`);
    for (let tries = 0; tries < range.size; tries++) {
      this.#lastAddress = this.#lastAddress >= range.size - 2 ? 2 : this.#lastAddress + 1;
      const ip = toText(range.first + this.#lastAddress);
      if (this.#options.network.at(ip) === undefined) return ip;
    }
    throw new CriError(
      'Unknown',
      `failed to setup network for sandbox "${config.name}": plugin type="bridge" failed (add): failed to allocate for range 0: no IP addresses available in range set`,
    );
  }

  #require(id: string): Container {
    const container = this.#containers.get(id);
    if (container === undefined) throw new CriError('NotFound', `an error occurred when try to find container "${id}": not found`);
    return container;
  }

  #record(container: Container, detail: Details['container']): void {
    const { sim, node } = this.#options;
    if (sim.log.enabled) sim.append(`${node}/containerd`, 'container', detail, { ref: refOf(container.sandbox.config) });
  }

  #notify(uid: string): void {
    for (const listener of this.#listeners) listener(uid);
  }
}

function refOf({ namespace, name, uid }: SandboxConfig): Ref {
  return { kind: 'Pod', namespace, name, uid };
}

function argvOf(config: ContainerConfig, { image }: Unpacked): readonly string[] {
  const command = config.command ?? [];
  const args = config.args ?? [];
  if (command.length > 0) return [...command, ...args];
  return [...(image.entrypoint ?? []), ...(args.length > 0 ? args : (image.cmd ?? []))];
}

function workingDirectory(config: ContainerConfig, { image }: Unpacked): string {
  return config.workingDir ?? image.workingDir ?? '/';
}

function userOf({ config, unpacked }: Container): string {
  const user = config.user ?? unpacked.image.user ?? 'root';
  return user === '0' ? 'root' : user;
}

function execError(name: string, error: FileError): string {
  if (error.code === 'EACCES') return `exec: "${name}": permission denied`;
  return name.includes('/')
    ? `exec: "${name}": stat ${name}: no such file or directory`
    : `exec: "${name}": executable file not found in $PATH`;
}

// The kubelet reads at most 4096 bytes of it, and of the log no more than 80 lines and 2048 bytes.
function terminationMessage({ files, config, exitCode, log }: Container): string | undefined {
  const { made } = files;
  const text = made === undefined ? '' : decode(made.read(config.terminationMessagePath).subarray(0, 4096));
  if (text !== '') return text;
  if (!config.logsAsTerminationMessage || exitCode === 0) return undefined;
  const tail = log.lines.slice(-80).map((line) => line.text);
  return tail.join('').slice(-2048);
}

/** The file that a program may leave its last words in: `>` begins anew. */
function messageFile(): Device {
  let text: Uint8Array = new Uint8Array();
  return {
    read: () => text,
    write(bytes) {
      text = bytes.length === 0 ? bytes : concat([text, bytes]);
    },
  };
}

function hostsFile({ ip, config }: PodSandbox): string {
  const aliases = new Map<string, string[]>();
  for (const [name, address] of Object.entries(config.hostAliases)) aliases.set(address, [...(aliases.get(address) ?? []), name]);
  const lines = [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    `${ip}\t${config.fqdn === undefined ? '' : `${config.fqdn}\t`}${config.hostname}`,
    ...(aliases.size === 0 ? [] : ['', '# Entries added by HostAliases.']),
    ...[...aliases].map(([address, names]) => `${address}\t${names.join('\t')}`),
  ];
  return `${lines.join('\n')}\n`;
}

function removeFrom<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  const index = list?.indexOf(item) ?? -1;
  if (list === undefined || index < 0) return;
  list.splice(index, 1);
  if (list.length === 0) map.delete(key);
}
