import { badRequest, failure, notFound } from '../../api/errors.ts';
import type { Pod } from '../../api/generated/types.ts';
import type { ByteStream, ExecOptions, KubeletServer, LogOptions, PortForwardStream, RemoteCommandStream } from '../../apiserver/types.ts';
import { CONTENT_TYPE } from '../../metrics/exposition.ts';
import { encode } from '../../os/text.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { SECOND, formatMicroTime, parseTime } from '../../sim/time.ts';
import type { RuntimeContainer, RuntimeService } from '../runtime/cri.ts';
import type { LogLine } from '../runtime/log-text.ts';
import { execSession, exitStatus } from './exec-session.ts';
import type { Kubelet } from './kubelet.ts';
import { forwardPorts } from './port-forward.ts';

/** The kubelet's own server on port 10250: logs, exec, attach and port-forward. */
export class NodeServer implements KubeletServer {
  constructor(readonly options: { sim: Simulation; kubelet: Kubelet; runtime: RuntimeService }) {}

  logs(namespace: string, podName: string, container: string, options: LogOptions): string | ByteStream {
    const pod = this.#pod(namespace, podName);
    const runs = this.#runs(pod, container);
    const source = options.previous ? this.#previous(pod, container, runs) : runs[0];
    if (options.previous && source === undefined)
      throw badRequest(`previous terminated container "${container}" in pod "${podName}" not found`);
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
    const { id } = this.#running(this.#pod(namespace, podName), container);
    const { runtime, sim } = this.options;
    return { kind: 'remote-command', terminal: options.tty, start: (sink) => execSession(sim, runtime, id, options, sink) };
  }

  attach(namespace: string, podName: string, container: string, options: ExecOptions): RemoteCommandStream {
    const { id } = this.#running(this.#pod(namespace, podName), container);
    const { runtime, sim } = this.options;
    return {
      kind: 'remote-command',
      terminal: options.tty,
      start: (sink) => {
        const attached = runtime.attach(id, {
          stdout: (bytes) => sink.stdout(bytes),
          stderr: (bytes) => sink.stderr(bytes),
          // How the container ended its status tells, not this connection's.
          exited: () => void sim.after(0, () => sink.status(exitStatus(0))),
        });
        return {
          stdin: (bytes) => options.stdin && attached.stdin(bytes),
          closeStdin: () => options.stdin && attached.closeStdin(),
          resize: (columns, rows) => attached.resize(columns, rows),
          close: () => attached.detach(),
        };
      },
    };
  }

  page(path: string): { contentType: string; body: string } | undefined {
    const { kubelet } = this.options;
    switch (path) {
      case '/healthz':
      case '/healthz/ping':
        return { contentType: 'text/plain; charset=utf-8', body: 'ok' };
      case '/pods':
        return {
          contentType: 'application/json',
          body: JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: kubelet.pods() }),
        };
      default: {
        const metrics = kubelet.pages.page(path);
        return metrics === undefined ? undefined : { contentType: CONTENT_TYPE, body: metrics };
      }
    }
  }

  portForward(namespace: string, podName: string, ports: readonly number[]): PortForwardStream {
    const pod = this.#pod(namespace, podName);
    const { runtime } = this.options;
    const sandbox = runtime.podSandboxes(pod.metadata.uid ?? '').find(({ ready }) => ready);
    if (sandbox === undefined)
      throw failure(
        500,
        'InternalError',
        `Internal error occurred: unable to upgrade connection: pod not found ("${podName}_${namespace}")`,
      );
    return forwardPorts(runtime, sandbox, ports);
  }

  #pod(namespace: string, name: string): Pod {
    const pod = this.options.kubelet.pod(namespace, name);
    if (pod === undefined) throw notFound({ group: '', resource: 'pods', name });
    return pod;
  }

  #runs(pod: Pod, container: string): RuntimeContainer[] {
    const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
    const known = [...containers, ...initContainers, ...ephemeralContainers].some(({ name }) => name === container);
    if (!known) throw badRequest(`container ${container} is not valid for pod ${pod.metadata.name ?? ''}`);
    return this.options.runtime.podContainers(pod.metadata.uid ?? '').filter((each) => each.config.name === container);
  }

  /** The one that the status calls the last: while a container waits for its next start that is the newest. */
  #previous(pod: Pod, container: string, runs: readonly RuntimeContainer[]): RuntimeContainer | undefined {
    const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {};
    const last = [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container)?.lastState?.terminated;
    return runs.find(({ id, state }) => state === 'exited' && last?.containerID?.endsWith(id) === true) ?? runs[1];
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
