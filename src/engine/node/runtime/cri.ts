import type { ResourceRequirements } from '../../api/generated/types.ts';
import type { MemoryFiles } from '../../os/files.ts';
import type { Started, StartOptions } from '../../os/kernel.ts';
import type { Network, SignalName } from '../../os/process.ts';
import type { ResolverConfig } from '../../os/resolv-conf.ts';
import type { NetworkNamespace } from '../../network/namespace.ts';
import type { Actor } from '../../sim/log.ts';
import type { Millis } from '../../sim/time.ts';
import type { ContainerLog } from './log.ts';

/** The Container Runtime Interface: what a kubelet may ask of a runtime. Method names are the CRI's. */

/** A refusal by the runtime; `message` is containerd's text without the gRPC prefix. */
export class CriError extends Error {
  constructor(
    readonly code: 'Unknown' | 'NotFound' | 'InvalidArgument' | 'Unavailable',
    message: string,
  ) {
    super(message);
  }

  /** As gRPC clients print it. */
  get rpc(): string {
    return `rpc error: code = ${this.code} desc = ${this.message}`;
  }
}

export interface PortMapping {
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: 'TCP' | 'UDP';
}

export interface SandboxConfig {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  readonly attempt: number;
  readonly hostname: string;
  /** With the subdomain, for `/etc/hosts`. */
  readonly fqdn?: string;
  readonly hostNetwork: boolean;
  readonly resolver: ResolverConfig;
  /** More lines of `/etc/hosts`: name to address. */
  readonly hostAliases: Readonly<Record<string, string>>;
  readonly portMappings: readonly PortMapping[];
}

export interface Sandbox {
  readonly id: string;
  readonly config: SandboxConfig;
  readonly ip: string;
  readonly createdAt: Millis;
  readonly ready: boolean;
  readonly network: NetworkNamespace;
}

export interface Mount {
  readonly containerPath: string;
  readonly readOnly: boolean;
  /** A directory, or one file of a volume (`subPath`). Made when a program first looks at its files. */
  readonly content: () => MemoryFiles | Uint8Array;
  /** Known to be a directory before anybody has looked. */
  readonly directory?: boolean;
  /** It lies in memory. */
  readonly memory?: boolean;
}

/** Limits that can be changed while a container runs; 0 for none. Memory in bytes, CPU in milli-CPUs. */
export interface ContainerResources {
  readonly memoryLimit: number;
  readonly cpuLimit: number;
}

/** What a container uses at this moment. */
export interface ContainerStats {
  /** Bytes. */
  readonly memory: number;
  /** Milli-CPUs. */
  readonly cpu: number;
  /** CPU time so far in ms, and what was wanted beyond the limit. */
  readonly cpuTime: number;
  readonly throttled: number;
  readonly processes: number;
  /** Bytes and inodes of its writable layer. */
  readonly disk: number;
  readonly inodes: number;
  /** Bytes of its log. */
  readonly logs: number;
}

/** What a container's processes may do (LinuxContainerSecurityContext). */
export interface ContainerSecurity {
  readonly privileged: boolean;
  readonly add: readonly string[];
  readonly drop: readonly string[];
  readonly noNewPrivileges: boolean;
  readonly seccomp: 'default' | 'unconfined';
  /** A profile on the node's disk. */
  readonly seccompFile?: string;
  /** A profile that has to be loaded on the node; there are none. */
  readonly appArmorProfile?: string;
}

export interface ContainerConfig {
  readonly name: string;
  readonly attempt: number;
  readonly image: string;
  /** Unset: the image's entrypoint. */
  readonly command?: readonly string[];
  /** Unset: the image's cmd, unless `command` is set. */
  readonly args?: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly workingDir?: string;
  readonly mounts: readonly Mount[];
  readonly stdin: boolean;
  /** Standard input ends when the first client that attached goes away. */
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly user?: string;
  readonly readOnlyRoot: boolean;
  readonly security?: ContainerSecurity;
  readonly stopSignal?: string;
  /** Bytes; 0 for none. */
  readonly memoryLimit: number;
  /** Milli-CPUs; none unless said. */
  readonly cpuLimit?: number;
  /** What the pod asked for when it was made, as the kubelet wants to remember it. */
  readonly requirements?: ResourceRequirements;
  /** How readily the kernel ends it when the machine has no memory left: -1000 to 1000. */
  readonly oomScore?: number;
  /** Whose processes it sees: its own alone (unless said), its pod's, or those of another container, by id. */
  readonly pids?: 'pod' | { readonly container: string };
  readonly terminationMessagePath: string;
  /** The end of the log is the message of a failed container that has written none. */
  readonly logsAsTerminationMessage: boolean;
  /** Address in the log. */
  readonly actor: Actor;
}

export interface RuntimeContainer {
  readonly id: string;
  readonly sandboxId: string;
  readonly podUid: string;
  readonly config: ContainerConfig;
  /** `docker.io/library/nginx:1.27`. */
  readonly image: string;
  readonly imageId: string;
  readonly state: 'created' | 'running' | 'exited';
  readonly createdAt: Millis;
  readonly startedAt: Millis | undefined;
  readonly finishedAt: Millis | undefined;
  readonly exitCode: number | undefined;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  /** Limits in force. */
  readonly resources: ContainerResources;
  readonly log: ContainerLog;
}

export interface AttachStreams {
  stdout(bytes: Uint8Array): void;
  stderr(bytes: Uint8Array): void;
  exited(code: number): void;
}

export interface Attached {
  /** What was typed or piped; nothing happens where the container has no standard input. */
  stdin(bytes: Uint8Array): void;
  closeStdin(): void;
  resize(columns: number, rows: number): void;
  detach(): void;
}

export interface RuntimeService {
  readonly runtimeName: string;
  readonly runtimeVersion: string;
  /** False until the network has a range of pod addresses. */
  readonly networkReady: boolean;
  /** Since when its daemon does not run: containers go on, and nobody starts or stops any. */
  readonly downSince: Millis | undefined;
  updateRuntimeConfig(podCIDR: string): void;
  runPodSandbox(config: SandboxConfig): Sandbox;
  /** Limits of a pod as a whole. */
  updatePodSandboxResources(uid: string, resources: ContainerResources): void;
  stopPodSandbox(id: string): void;
  removePodSandbox(id: string): void;
  /** Sandboxes of a pod, newest first. */
  podSandboxes(uid: string): readonly Sandbox[];
  listPodSandbox(): Iterable<Sandbox>;
  createContainer(sandboxId: string, config: ContainerConfig): string;
  startContainer(id: string): void;
  /** Sends the stop signal, and KILL after `grace`; `onStopped` is called once it has ended. */
  stopContainer(id: string, grace: Millis, onStopped: () => void): void;
  removeContainer(id: string): void;
  listContainers(): Iterable<RuntimeContainer>;
  /** Changes the limits of a container that runs. */
  updateContainerResources(id: string, resources: ContainerResources): void;
  containerStatus(id: string): RuntimeContainer | undefined;
  /** Containers of a pod, newest first. */
  podContainers(uid: string): readonly RuntimeContainer[];
  exec(id: string, argv: readonly string[], options: StartOptions): Started;
  attach(id: string, streams: AttachStreams): Attached;
  /** Signals a process group of a container: what the terminal of an exec session does on ^C. */
  signalGroup(id: string, group: number, signal: SignalName): void;
  /** A way into the sandbox's network, as the runtime's port-forward has it: it dials on the pod's own loopback. */
  portForward(sandboxId: string): Network;
  stats(id: string): ContainerStats;
  /** Told the uid of a pod when one of its containers or sandboxes has changed by itself. */
  subscribe(listener: (podUid: string) => void): () => void;
}

export interface ImageInfo {
  readonly id: string;
  readonly reference: string;
  readonly names: readonly string[];
  readonly size: number;
  readonly user: string;
  /** It took credentials to pull it. */
  readonly guarded: boolean;
}

/** Who pulls, to a registry that wants to know. */
export interface AuthConfig {
  readonly username: string;
  readonly password: string;
}

export interface ImageService {
  imageStatus(reference: string): ImageInfo | undefined;
  listImages(): readonly ImageInfo[];
  /** `done` comes later, in virtual time. Returns how to give the pull up. */
  pullImage(reference: string, done: (result: ImageInfo | CriError) => void, auth?: AuthConfig): () => void;
  removeImage(reference: string): void;
}
