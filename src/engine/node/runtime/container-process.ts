import { Kernel, type Started, type StartOptions } from '../../os/kernel.ts';
import { PidNamespace } from '../../os/pid-namespace.ts';
import { pipe } from '../../os/pipe.ts';
import { emptyReader } from '../../os/text.ts';
import { Tty } from '../../os/tty.ts';
import type { Random } from '../../sim/random.ts';
import type { Simulation } from '../../sim/simulation.ts';
import type { Attached, AttachStreams } from './cri.ts';
import type { Container } from './container.ts';
import type { RuntimeFlavour } from './flavour.ts';
import type { ImageStore } from './image-store.ts';

export interface ProcessHost {
  readonly flavour: RuntimeFlavour;
  readonly sim: Simulation;
  readonly images: ImageStore;
  readonly random: Random;
  /** Its processes hold that much memory now. */
  readonly onMemory: (container: Container, memory: number) => void;
}

/** The container's own kernel: its processes, its files, its view of the network. */
export function makeKernel(container: Container, { flavour, sim, images, random, onMemory }: ProcessHost): Kernel {
  const { sandbox, unpacked } = container;
  return new Kernel({
    sim,
    files: container.files,
    net: () => sandbox.network.open(),
    hostname: sandbox.config.hostname,
    lookup: (name) => images.program(unpacked.image, name),
    random: random.fork(container.id),
    user: container.user,
    // A pod in the node's network has the node's setting.
    confinement: { ...container.confinement, everybodyPings: flavour.everybodyPings || sandbox.config.hostNetwork },
    skew: () => sandbox.network.network.clocks.get(sandbox.network.node ?? '') ?? 0,
    cpuLimit: () => container.resources.cpuLimit,
    ...(container.pids === undefined ? {} : { pids: container.pids }),
    onUse: ({ memory }) => onMemory(container, memory),
  });
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
  const { config, log } = container;
  const tee =
    (stream: 'stdout' | 'stderr') =>
    (bytes: Uint8Array): void => {
      for (const streams of container.attached) streams[stream](bytes);
    };
  if (config.tty) {
    const show = tee('stdout');
    const tty = (container.tty = new Tty({
      output(bytes) {
        log.append('stdout', bytes);
        show(bytes);
      },
      signal: (signal) => kernel.killGroup(container.main?.pid ?? 1, signal),
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
