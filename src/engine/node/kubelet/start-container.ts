import type { Container, Pod } from '../../api/generated/types.ts';
import { quantityValue } from '../../api/quantity.ts';
import type { Task } from '../../os/task.ts';
import { CriError, type ContainerConfig, type ImageInfo, type RuntimeContainer, type Sandbox } from '../runtime/cri.ts';
import type { KubeletContext } from './context.ts';
import { makeEnvironment } from './environment.ts';
import { ContainerError } from './errors.ts';
import { expand } from './expand.ts';
import { runHook, wait } from './lifecycle.ts';
import type { PodVolumes } from './volumes.ts';

export interface StartRequest {
  readonly context: KubeletContext;
  readonly pod: Pod;
  readonly container: Container;
  readonly sandbox: Sandbox;
  readonly volumes: PodVolumes;
  /** This container's latest, if it has run before. */
  readonly latest: RuntimeContainer | undefined;
  /** Restarts so far. */
  readonly attempt: number;
  readonly fieldPath: string;
  /** Kills the container again: its postStart hook failed. */
  kill(id: string, message: string): Task<void>;
}

/** Pulls, creates and starts a container. Throws `ContainerError` with the reason that its waiting state shows. */
export function* startContainer(request: StartRequest): Task<void> {
  const { context, pod, container, sandbox, fieldPath } = request;
  const { sim, runtime, recorder } = context;
  const event = (type: 'Normal' | 'Warning', reason: string, message: string): void => recorder.event(pod, type, reason, message, { fieldPath });
  backOff(request, event);
  let image: ImageInfo;
  try {
    image = yield* context.images.ensure(pod, container, fieldPath);
  } catch (error) {
    if (error instanceof ContainerError) event('Warning', 'Failed', `Error: ${error.reason}`);
    throw error;
  }
  let config: ContainerConfig;
  try {
    config = containerConfig(request, image);
  } catch (error) {
    if (error instanceof ContainerError) event('Warning', 'Failed', `Error: ${error.message}`);
    throw error;
  }
  yield* wait(sim, 20 + context.random.int(60));
  let id: string;
  try {
    id = runtime.createContainer(sandbox.id, config);
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    event('Warning', 'Failed', `Error: ${error.message}`);
    throw new ContainerError('CreateContainerError', error.message);
  }
  event('Normal', 'Created', 'Container created');
  yield* wait(sim, 20 + context.random.int(60));
  try {
    runtime.startContainer(id);
  } catch (error) {
    if (!(error instanceof CriError)) throw error;
    event('Warning', 'Failed', `Error: ${error.message}`);
    throw new ContainerError('RunContainerError', error.message);
  }
  event('Normal', 'Started', 'Container started');
  removeOldOnes(request);
  const hook = container.lifecycle?.postStart;
  if (hook === undefined) return;
  const failure = yield* runHook(sim, runtime, context.net, container, id, sandbox.ip, hook);
  if (failure === undefined) return;
  event('Warning', 'FailedPostStartHook', 'PostStartHook failed');
  yield* request.kill(id, 'FailedPostStartHook');
  throw new ContainerError('PostStartHookError', 'PostStartHook failed');
}

function backOff({ context, pod, container, latest }: StartRequest, event: (type: 'Warning', reason: string, message: string) => void): void {
  if (latest?.state !== 'exited') return;
  const { restarts } = context;
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const key = `${uid}/${container.name}`;
  const ended = latest.finishedAt ?? latest.createdAt;
  const who = `${name}_${namespace}(${uid})`;
  if (restarts.waitsSince(key, ended)) {
    const delay = restarts.delay(key);
    event('Warning', 'BackOff', `Back-off restarting failed container ${container.name} in pod ${who}`);
    throw new ContainerError('CrashLoopBackOff', `back-off ${goDuration(delay)} restarting failed container=${container.name} pod=${who}`, ended + delay);
  }
  restarts.next(key, ended);
}

/** Go prints whole seconds as `10s`, `1m20s`, `5m0s`. */
function goDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

function containerConfig({ context, pod, container, sandbox, volumes, attempt }: StartRequest, image: ImageInfo): ContainerConfig {
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const security = { ...pod.spec?.securityContext, ...container.securityContext };
  const user = security.runAsUser === undefined ? undefined : String(security.runAsUser);
  if (security.runAsNonRoot === true) {
    const who = `(pod: "${name}_${namespace}(${uid})", container: ${container.name})`;
    const effective = user ?? image.user;
    if (user === '0') throw new ContainerError('CreateContainerConfigError', `container's runAsUser breaks non-root policy ${who}`);
    if (effective === '' || effective === '0' || effective === 'root') throw new ContainerError('CreateContainerConfigError', `container has runAsNonRoot and image will run as root ${who}`);
    if (!/^\d+$/.test(effective)) {
      throw new ContainerError('CreateContainerConfigError', `container has runAsNonRoot and image has non-numeric user (${effective}), cannot verify user is non-root ${who}`);
    }
  }
  const env = makeEnvironment(pod, container, { node: context.facts, podIPs: [sandbox.ip], sources: context.sources, services: context.servicesFor(namespace) });
  const lookup = (variable: string): string | undefined => env.get(variable);
  return {
    name: container.name,
    attempt,
    image: container.image ?? '',
    ...(container.command === undefined ? {} : { command: container.command.map((word) => expand(word, lookup)) }),
    ...(container.args === undefined ? {} : { args: container.args.map((word) => expand(word, lookup)) }),
    env,
    ...(container.workingDir === undefined || container.workingDir === '' ? {} : { workingDir: container.workingDir }),
    mounts: volumes.mountsOf(pod, container, env),
    stdin: container.stdin === true,
    tty: container.tty === true,
    ...(user === undefined ? {} : { user }),
    readOnlyRoot: container.securityContext?.readOnlyRootFilesystem === true,
    ...(container.lifecycle?.stopSignal === undefined ? {} : { stopSignal: container.lifecycle.stopSignal }),
    memoryLimit: quantityValue(container.resources?.limits?.['memory']),
    terminationMessagePath: container.terminationMessagePath ?? '/dev/termination-log',
    actor: `pod/${namespace}/${name}/${container.name}`,
  };
}

// MaxPerPodContainerCount: one dead container is kept for each that runs, so that `logs --previous` has something.
function removeOldOnes({ context, pod, container }: StartRequest): void {
  const dead = context.runtime.podContainers(pod.metadata.uid ?? '').filter(({ config, state }) => config.name === container.name && state === 'exited');
  for (const { id } of dead.slice(1)) context.runtime.removeContainer(id);
}
