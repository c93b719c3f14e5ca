import { badRequest, failure, notFound } from '../../api/errors.ts';
import type { Container, Pod } from '../../api/generated/types.ts';
import type { Status } from '../../api/meta.ts';
import type { ByteStream, ExecOptions, KubeletServer, LogOptions, PortForwardStream, RemoteCommandStream } from '../../apiserver/types.ts';
import { pipe } from '../../os/pipe.ts';
import { encode, writerTo } from '../../os/text.ts';
import type { Writer } from '../../os/process.ts';
import { run } from '../../os/task.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { SECOND, formatMicroTime, parseTime } from '../../sim/time.ts';
import { CriError, type RuntimeContainer, type RuntimeService } from '../runtime/cri.ts';
import type { LogLine } from '../runtime/log.ts';
import type { Kubelet } from './kubelet.ts';

/** The kubelet's own server on port 10250: logs, exec and attach. */
export class NodeServer implements KubeletServer {
  constructor(readonly options: { sim: Simulation; kubelet: Kubelet; runtime: RuntimeService }) {}

  logs(namespace: string, podName: string, container: string, options: LogOptions): string | ByteStream {
    const pod = this.#pod(namespace, podName);
    const runs = this.#runs(pod, container);
    const wanted = options.previous ? runs.find((each, i) => i > 0 || each.state === 'exited') : runs[0];
    if (options.previous && (runs.length < 2 || wanted === undefined)) {
      throw badRequest(`previous terminated container "${container}" in pod "${podName}" not found`);
    }
    const source = options.previous ? runs[1] : wanted;
    if (source === undefined || source.state === 'created') {
      const waiting = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].find(
        (each) => each.name === container,
      )?.state?.waiting;
      throw badRequest(
        `container "${container}" in pod "${podName}" is waiting to start: ${waiting?.reason === 'ErrImagePull' || waiting?.reason === 'ImagePullBackOff' ? 'trying and failing to pull image' : (waiting?.reason ?? 'ContainerCreating')}`,
      );
    }
    const text = this.#select(source, options);
    if (!options.follow || source.state === 'exited') return text;
    return {
      kind: 'bytes',
      subscribe(sink) {
        if (text !== '') sink.data(encode(text));
        return source.log.follow(
          (line) => sink.data(encode(format(line, options))),
          () => sink.end(),
        );
      },
    };
  }

  exec(namespace: string, podName: string, container: string, options: ExecOptions): RemoteCommandStream {
    const current = this.#running(this.#pod(namespace, podName), container);
    const { runtime, sim } = this.options;
    return {
      kind: 'remote-command',
      terminal: options.tty,
      start: (sink) => {
        const input = pipe();
        const stdout = writerTo((bytes) => sink.stdout(bytes));
        const stderr = options.tty ? stdout : writerTo((bytes) => sink.stderr(bytes));
        let done = false;
        const end = (status: Status): void => {
          if (done) return;
          done = true;
          sink.status(status);
        };
        let kill = (): void => {};
        try {
          const started = runtime.exec(current.id, options.command, {
            ...(options.stdin ? { stdin: input.reader } : {}),
            stdout,
            stderr,
            ...(options.tty ? { terminal: { columns: 80, rows: 24, onResize: () => () => {} } } : {}),
          });
          kill = () => started.kill('KILL');
          started.onExit((code) => sim.after(0, () => end(exitStatus(code))));
        } catch (error) {
          if (!(error instanceof CriError)) throw error;
          sim.after(0, () =>
            end(failure(500, 'InternalError', `Internal error occurred: error executing command in container: ${error.message}`).status),
          );
        }
        return {
          stdin: (bytes) => void write(input.writer, bytes),
          closeStdin: () => input.writer.close(),
          resize: () => {},
          close: () => {
            done = true;
            kill();
          },
        };
      },
    };
  }

  attach(namespace: string, podName: string, container: string, options: ExecOptions): RemoteCommandStream {
    const current = this.#running(this.#pod(namespace, podName), container);
    const { runtime, sim } = this.options;
    return {
      kind: 'remote-command',
      terminal: options.tty,
      start: (sink) => {
        const attached = runtime.attach(current.id, {
          stdout: (bytes) => sink.stdout(bytes),
          stderr: (bytes) => sink.stderr(bytes),
          exited: (code) => void sim.after(0, () => sink.status(exitStatus(code))),
        });
        const { stdin } = attached;
        return {
          stdin: (bytes) => void (stdin !== undefined && write(stdin, bytes)),
          closeStdin: () => stdin?.close(),
          resize: () => {},
          close: () => attached.detach(),
        };
      },
    };
  }

  portForward(): PortForwardStream {
    throw failure(501, 'NotImplemented', 'port forwarding is not modelled on this node');
  }

  #pod(namespace: string, name: string): Pod {
    const pod = this.options.kubelet.pod(namespace, name);
    if (pod === undefined) throw notFound({ group: '', resource: 'pods', name });
    return pod;
  }

  #runs(pod: Pod, container: string): RuntimeContainer[] {
    const known = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].some((each: Container) => each.name === container);
    if (!known) throw badRequest(`container ${container} is not valid for pod ${pod.metadata.name ?? ''}`);
    return this.options.runtime.podContainers(pod.metadata.uid ?? '').filter((each) => each.config.name === container);
  }

  #running(pod: Pod, container: string): RuntimeContainer {
    const current = this.#runs(pod, container)[0];
    if (current?.state !== 'running')
      throw failure(500, 'InternalError', `Internal error occurred: unable to upgrade connection: container not found ("${container}")`);
    return current;
  }

  #select(source: RuntimeContainer, options: LogOptions): string {
    const since = options.sinceSeconds === undefined ? parseTime(options.sinceTime) : this.options.sim.now - options.sinceSeconds * SECOND;
    let lines = source.log.lines.filter((line) => Number.isNaN(since) || line.at >= since);
    if (options.tailLines !== undefined) lines = options.tailLines === 0 ? [] : lines.slice(-options.tailLines);
    const text = lines.map((line) => format(line, options)).join('');
    return options.limitBytes === undefined ? text : text.slice(0, options.limitBytes);
  }
}

function format(line: LogLine, options: LogOptions): string {
  return options.timestamps ? `${formatMicroTime(line.at).replace('000Z', '000000Z')} ${line.text}` : line.text;
}

/** Writes what came from outside; a full pipe keeps it waiting on its own. */
function write(writer: Writer, bytes: Uint8Array): void {
  run(
    writer.write(bytes),
    () => {},
    () => {},
  );
}

function exitStatus(code: number): Status {
  if (code === 0) return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: command terminated with exit code ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}
