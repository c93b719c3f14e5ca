import { StatusError } from '../../api/errors.ts';
import type { Container, EphemeralContainer, Pod } from '../../api/generated/types.ts';
import type { Task } from '../../os/task.ts';
import { CriError, type ContainerConfig, type ImageInfo, type Sandbox } from '../runtime/cri.ts';
import { makeEnvironment } from './environment.ts';
import { ContainerError } from './errors.ts';
import { expand } from './expand.ts';
import { oomScore } from './oom-score.ts';
import { runtimeLimits } from './resize/actuation.ts';
import { containerSecurity } from './security.ts';
import type { PodVolumes } from './volumes.ts';
import { formatPod, type WorkerContext } from './worker-context.ts';

/** Where a container is to start. */
export interface StartPlace {
  readonly pod: Pod;
  readonly container: Container;
  readonly sandbox: Sandbox;
  readonly podIPs: readonly string[];
  readonly volumes: PodVolumes;
  /** What drivers of devices add to its environment. */
  readonly devices: ReadonlyMap<string, string>;
  readonly attempt: number;
  /** `spec.containers{web}`. */
  readonly fieldPath: string;
}

/** Pulls the image, makes the container and starts it; its id. Throws `ContainerError`, after the event that tells why. */
export function* startContainer(context: WorkerContext, place: StartPlace): Task<string> {
  const { runtime, imageManager, recorder } = context;
  const { pod, container, sandbox, fieldPath } = place;
  const info = yield* imageManager.ensure(pod, container, fieldPath);
  const failed = (reason: string, message: string): ContainerError => {
    recorder.event(pod, 'Warning', 'Failed', `Error: ${message}`, { fieldPath });
    return new ContainerError(reason, message);
  };
  let config: ContainerConfig;
  try {
    config = containerConfig(context, place, info);
  } catch (error) {
    if (error instanceof ContainerError) throw failed(error.reason, error.message);
    if (error instanceof StatusError) throw failed('CreateContainerConfigError', error.message);
    throw error;
  }
  let id: string;
  try {
    id = runtime.createContainer(sandbox.id, config);
  } catch (error) {
    if (error instanceof CriError) throw failed('CreateContainerError', error.message);
    throw error;
  }
  recorder.event(pod, 'Normal', 'Created', 'Container created', { fieldPath });
  try {
    runtime.startContainer(id);
  } catch (error) {
    if (error instanceof CriError) throw failed('RunContainerError', error.message);
    throw error;
  }
  recorder.event(pod, 'Normal', 'Started', 'Container started', { fieldPath });
  return id;
}

function containerConfig(context: WorkerContext, place: StartPlace, image: ImageInfo): ContainerConfig {
  const { pod, container, volumes } = place;
  const { namespace = '', name = '' } = pod.metadata;
  const own = makeEnvironment(pod, container, {
    node: context.node,
    podIPs: place.podIPs,
    sources: context.sources,
    services: context.services(namespace),
    volumeFiles: (volume) => {
      const [mount] = volumes.mountsOf(pod, { name: container.name, volumeMounts: [{ name: volume, mountPath: '/' }] }, new Map());
      const content = pod.spec?.volumes?.some(({ name: known }) => known === volume) === true ? mount?.content() : undefined;
      return content instanceof Uint8Array ? undefined : content;
    },
  });
  const env = place.devices.size === 0 ? own : new Map([...own, ...[...place.devices].filter(([name]) => !own.has(name))]);
  const user = container.securityContext?.runAsUser ?? pod.spec?.securityContext?.runAsUser;
  verifyNonRoot(pod, container, user, image);
  const security = containerSecurity(pod, container);
  const text = (parts: readonly string[]): string[] => parts.map((part) => expand(part, (key) => env.get(key)));
  return {
    name: container.name,
    attempt: place.attempt,
    image: container.image ?? '',
    ...(container.command === undefined ? {} : { command: text(container.command) }),
    ...(container.args === undefined ? {} : { args: text(container.args) }),
    env,
    ...(container.workingDir === undefined ? {} : { workingDir: container.workingDir }),
    mounts: volumes.mountsOf(pod, container, env),
    stdin: container.stdin === true,
    stdinOnce: container.stdinOnce === true,
    tty: container.tty === true,
    ...(user === undefined ? {} : { user: String(user) }),
    ...(security === undefined ? {} : { security }),
    readOnlyRoot: container.securityContext?.readOnlyRootFilesystem === true,
    ...(container.lifecycle?.stopSignal === undefined ? {} : { stopSignal: container.lifecycle.stopSignal }),
    ...runtimeLimits(container.resources),
    ...(container.resources === undefined ? {} : { requirements: container.resources }),
    oomScore: oomScore(pod, container, context.machineMemory),
    ...pids(context, place),
    terminationMessagePath: container.terminationMessagePath ?? '/dev/termination-log',
    logsAsTerminationMessage: container.terminationMessagePolicy === 'FallbackToLogsOnError',
    actor: `pod/${namespace}/${name}`,
  };
}

/** Whose processes it sees: those of the container that it is to debug, or all of a pod that shares them. */
function pids({ runtime }: WorkerContext, { pod, container }: StartPlace): Pick<ContainerConfig, 'pids'> {
  const target = (container as EphemeralContainer).targetContainerName ?? '';
  if (target !== '') {
    const found = runtime.podContainers(pod.metadata.uid ?? '').find(({ config, state }) => config.name === target && state === 'running');
    if (found === undefined) throw new ContainerError('CreateContainerConfigError', `unable to find target container ${target}`);
    return { pids: { container: found.id } };
  }
  return pod.spec?.shareProcessNamespace === true ? { pids: 'pod' } : {};
}

/** `runAsNonRoot`: only a user number can be told from root's. */
function verifyNonRoot(pod: Pod, container: Container, user: number | undefined, image: ImageInfo): void {
  if ((container.securityContext?.runAsNonRoot ?? pod.spec?.securityContext?.runAsNonRoot) !== true) return;
  const where = `pod: "${formatPod(pod)}", container: ${container.name}`;
  const refused = (text: string): ContainerError => new ContainerError('CreateContainerConfigError', text);
  if (user !== undefined) {
    if (user === 0) throw refused(`container's runAsUser breaks non-root policy (${where})`);
    return;
  }
  if (image.user === '' || Number(image.user) === 0) throw refused(`container has runAsNonRoot and image will run as root (${where})`);
  if (!/^\d+$/.test(image.user))
    throw refused(`container has runAsNonRoot and image has non-numeric user (${image.user}), cannot verify user is non-root (${where})`);
}
