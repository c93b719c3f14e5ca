import type { Confinement } from '../../os/capabilities.ts';
import { Kernel, type KernelOptions, type Started, type StartOptions, type Usage } from '../../os/kernel.ts';
import { PidNamespace } from '../../os/pid-namespace.ts';
import { pipe } from '../../os/pipe.ts';
import type { FileSystem, Program, Writer } from '../../os/process.ts';
import type { Task } from '../../os/task.ts';
import { emptyReader } from '../../os/text.ts';
import { Tty } from '../../os/tty.ts';
import type { Socket } from '../../network/namespace.ts';
import type { Random } from '../../sim/random.ts';
import type { Simulation } from '../../sim/simulation.ts';
import type { Attached, AttachStreams } from './cri.ts';
import type { FilesHost } from './container-files.ts';
import { confinementOf } from './confinement.ts';
import type { Container } from './container.ts';
import type { RuntimeFlavour } from './flavour.ts';

export interface ProcessHost extends FilesHost {
  readonly flavour: RuntimeFlavour;
  readonly sim: Simulation;
  /** Its processes hold that much memory now. */
  readonly onMemory: (container: Container, memory: number) => void;
}

/** The container's own kernel: its processes, its files, its view of the network. */
export function makeKernel(container: Container, host: ProcessHost): Kernel {
  return new Kernel(new ContainerKernel(container, host));
}

/** What a container is to its kernel. There are as many as containers, so it is no bundle of closures. */
class ContainerKernel implements KernelOptions {
  constructor(
    readonly container: Container,
    readonly host: ProcessHost,
  ) {}

  get sim(): Simulation {
    return this.host.sim;
  }
  get files(): FileSystem {
    return this.container.files;
  }
  get hostname(): string {
    return this.container.sandbox.config.hostname;
  }
  get user(): string {
    return this.container.user;
  }
  get pids(): PidNamespace | undefined {
    return this.container.pids;
  }
  /** A pod in the node's network has the node's setting. */
  get confinement(): Confinement {
    const { config, sandbox } = this.container;
    return confinementOf(config, this.host.flavour.everybodyPings || sandbox.config.hostNetwork);
  }
  get random(): Random {
    return this.host.random.fork(this.container.id);
  }

  net(): Socket {
    return this.container.sandbox.network.open();
  }

  lookup(name: string): Program | undefined {
    return this.host.images.program(this.container.unpacked.image, name);
  }

  skew(): number {
    const { network, node } = this.container.sandbox.network;
    return network.clocks.get(node ?? '') ?? 0;
  }

  cpuLimit(): number {
    return this.container.resources.cpuLimit;
  }

  onUse({ memory }: Usage): void {
    this.host.onMemory(this.container, memory);
  }
}

/** The namespace that the containers of a pod share: the sandbox's pause is process 1. */
export function sharedPids(startedAt: number): PidNamespace {
  return new PidNamespace({ pid: 1, parent: 0, group: 1, argv: ['/pause'], started: startedAt, stopped: false });
}

/** Starts the main process; throws `FileError` when there is no such program. */
export function startMain(container: Container, kernel: Kernel): Started {
  return kernel.start(container.argv(), {
    env: container.environment(container.config.tty),
    cwd: container.workingDirectory,
    ...streamsOf(container, kernel),
  });
}

/** The main process's streams: a terminal's two ends, or a pipe and the log. */
function streamsOf(container: Container, kernel: Kernel): Pick<StartOptions, 'stdin' | 'stdout' | 'stderr' | 'terminal'> {
  const { config } = container;
  const stdout = new ContainerOutput(container, 'stdout');
  if (config.tty) {
    const tty = (container.tty = new Tty({
      output: (bytes) => stdout.take(bytes),
      signal: (signal) => kernel.killGroup(container.main?.pid ?? 1, signal),
    }));
    return { stdin: config.stdin ? tty.reader : emptyReader(), stdout: tty.writer, stderr: tty.writer, terminal: tty };
  }
  if (config.stdin) container.input = pipe();
  return {
    stdin: container.input?.reader ?? emptyReader(),
    stdout,
    stderr: new ContainerOutput(container, 'stderr'),
  };
}

/** What goes to a container's log, and to who is attached. */
class ContainerOutput implements Writer {
  constructor(
    readonly container: Container,
    readonly stream: 'stdout' | 'stderr',
  ) {}

  take(bytes: Uint8Array): void {
    this.container.log.append(this.stream, bytes);
    for (const streams of this.container.attached) streams[this.stream](bytes);
  }

  *write(bytes: Uint8Array): Task<void> {
    this.take(bytes);
  }

  close(): void {
    // The log goes on for whoever writes next.
  }
}

export function attachTo(container: Container, streams: AttachStreams): Attached {
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
