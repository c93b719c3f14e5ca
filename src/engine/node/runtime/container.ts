import type { Confinement } from '../../os/capabilities.ts';
import type { DiskUse } from '../../os/disk-use.ts';
import type { Kernel, Started } from '../../os/kernel.ts';
import type { PidNamespace } from '../../os/pid-namespace.ts';
import type { Pipe } from '../../os/pipe.ts';
import type { Tty } from '../../os/tty.ts';
import { SparseSet } from '../../sim/sparse.ts';
import type { Millis } from '../../sim/time.ts';
import { confinementOf } from './confinement.ts';
import type { AttachStreams, ContainerConfig, ContainerResources, RuntimeContainer, Sandbox } from './cri.ts';
import type { Unpacked } from './image-store.ts';
import type { LazyFiles } from './lazy-files.ts';
import type { ContainerLog } from './log.ts';

/** A pod's sandbox as the runtime keeps it. */
export interface PodSandbox extends Sandbox {
  ready: boolean;
  readonly unmap: (() => void)[];
  /** The sandbox's process namespace, where containers share one. */
  pids?: PidNamespace;
}

/** A container as the runtime keeps it. */
export class Container implements RuntimeContainer {
  state: RuntimeContainer['state'] = 'created';
  startedAt: Millis | undefined;
  finishedAt: Millis | undefined;
  exitCode: number | undefined;
  reason: string | undefined;
  message: string | undefined;
  oom = false;
  kernel: Kernel | undefined;
  pids: PidNamespace | undefined;
  main: Started | undefined;
  input: Pipe | undefined;
  tty: Tty | undefined;
  /** Limits in force; an update changes them while it runs. */
  resources: ContainerResources;
  /** Bytes that its processes hold, as last told. */
  memory = 0;
  /** Bytes that it has written to volumes in memory. */
  tmpfs = 0;
  readonly attached = new SparseSet<AttachStreams>();
  readonly stopping = new SparseSet<() => void>();

  constructor(
    readonly id: string,
    readonly sandbox: PodSandbox,
    readonly config: ContainerConfig,
    readonly unpacked: Unpacked,
    readonly createdAt: Millis,
    readonly log: ContainerLog,
    readonly files: LazyFiles,
    /** What it has written to its own root file system. */
    readonly layer: DiskUse,
  ) {
    this.resources = { memoryLimit: config.memoryLimit, cpuLimit: config.cpuLimit ?? 0 };
  }

  get sandboxId(): string {
    return this.sandbox.id;
  }
  get podUid(): string {
    return this.sandbox.config.uid;
  }
  get image(): string {
    return this.unpacked.reference;
  }
  get imageId(): string {
    return this.unpacked.id;
  }

  get confinement(): Confinement {
    return confinementOf(this.config);
  }

  argv(): readonly string[] {
    return argvOf(this.config, this.unpacked);
  }

  get workingDirectory(): string {
    return this.config.workingDir ?? this.unpacked.image.workingDir ?? '/';
  }

  get user(): string {
    return userOf(this.unpacked, this.config);
  }

  /** The environment of its processes: the image's, then what the pod says. */
  environment(terminal: boolean): Map<string, string> {
    const env = new Map(Object.entries(this.unpacked.image.env ?? {}));
    env.set('HOSTNAME', this.sandbox.config.hostname);
    if (terminal) env.set('TERM', 'xterm');
    if (!env.has('PATH')) env.set('PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
    for (const [name, value] of this.config.env) env.set(name, value);
    if (!env.has('HOME')) env.set('HOME', '/root');
    return env;
  }
}

/** Who reads and writes in a container. */
export function userOf({ image }: Unpacked, config: ContainerConfig): string {
  const user = config.user ?? image.user ?? 'root';
  return user === '0' ? 'root' : user;
}

/** What a container runs: its command and arguments, or the image's. */
export function argvOf(config: ContainerConfig, { image }: Unpacked): readonly string[] {
  const command = config.command ?? [];
  const args = config.args ?? [];
  // Kept by every container: `concat` makes the list as long as it is.
  if (command.length > 0) return command.concat(args);
  return (image.entrypoint ?? []).concat(args.length > 0 ? args : (image.cmd ?? []));
}
