import type { Task } from '../../../../os/task.ts';
import { logPath, POD_LOGS } from '../../../runtime/log-files.ts';
import { nanoTime } from '../../../runtime/log-text.ts';
import { digestOf, Fatal, findContainer, findSandbox, isImage, labelsOf, sandboxOf, type Run } from './context.ts';
import { imageItem, print, structured } from './listing.ts';

export function* inspect(run: Run): Task<number> {
  for (const id of required(run, 'inspect')) {
    const container = findContainer(run, id, 'getting the status of the container');
    const { config, startedAt, finishedAt, createdAt, sandboxId, resources } = container;
    const sandbox = sandboxOf(run, sandboxId);
    const at = (time: number | undefined): string => (time === undefined ? '0001-01-01T00:00:00Z' : nanoTime(time));
    yield* structured(
      run,
      {
        status: {
          id: container.id,
          metadata: { attempt: config.attempt, name: config.name },
          state: `CONTAINER_${container.state.toUpperCase()}`,
          createdAt: at(createdAt),
          startedAt: at(startedAt),
          finishedAt: at(finishedAt),
          exitCode: container.exitCode ?? 0,
          image: { annotations: {}, image: container.image, runtimeHandler: '', userSpecifiedImage: '' },
          imageRef: container.imageId,
          imageId: digestOf(container.imageId),
          reason: container.reason ?? '',
          message: container.message ?? '',
          labels: labelsOf(sandbox, config.name),
          annotations: { 'io.kubernetes.container.restartCount': String(config.attempt) },
          mounts: config.mounts.map(({ containerPath, readOnly }) => ({
            containerPath,
            readonly: readOnly,
            propagation: 'PROPAGATION_PRIVATE',
          })),
          logPath: sandbox === undefined ? '' : `${POD_LOGS}${logPath(sandbox, container)}`,
          resources: {
            linux: {
              cpuPeriod: '100000',
              cpuQuota: String(resources.cpuLimit * 100),
              memoryLimitInBytes: String(resources.memoryLimit),
              oomScoreAdj: String(config.oomScore ?? 0),
            },
          },
        },
        info: {
          sandboxID: sandboxId,
          pid: run.cri.pidOf(container.id) ?? 0,
          removing: false,
          config: {
            metadata: { name: config.name, attempt: config.attempt },
            command: config.command ?? [],
            args: config.args ?? [],
            envs: Array.from(config.env, ([key, value]) => ({ key, value })),
          },
        },
      },
      'json',
    );
  }
  return 0;
}

export function* inspectp(run: Run): Task<number> {
  for (const id of required(run, 'inspectp')) {
    const sandbox = findSandbox(run, id, 'getting the pod sandbox status for');
    const { config, createdAt, ready, ip } = sandbox;
    yield* structured(
      run,
      {
        status: {
          id: sandbox.id,
          metadata: { attempt: config.attempt, name: config.name, namespace: config.namespace, uid: config.uid },
          state: ready ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY',
          createdAt: nanoTime(createdAt),
          network: { additionalIps: [], ip: config.hostNetwork ? '' : ip },
          linux: { namespaces: { options: { ipc: 'POD', network: config.hostNetwork ? 'NODE' : 'POD', pid: 'CONTAINER' } } },
          labels: labelsOf(sandbox),
          annotations: {},
          runtimeHandler: '',
        },
        info: { hostname: config.hostname, logDirectory: `${POD_LOGS}/${config.namespace}_${config.name}_${config.uid}` },
      },
      'json',
    );
  }
  return 0;
}

export function* inspecti(run: Run): Task<number> {
  for (const name of required(run, 'inspecti')) {
    const { images } = run.cri;
    const image = images.imageStatus(name) ?? images.listImages().find(({ id }) => isImage(id, name));
    if (image === undefined) throw new Fatal(`no such image "${name}" present`);
    yield* structured(run, { status: imageItem(image), info: {} }, 'json');
  }
  return 0;
}

export function* version({ process, cri }: Run): Task<number> {
  const { runtimeName, runtimeVersion } = cri.runtime;
  const shown = runtimeName === 'containerd' ? `v${runtimeVersion}` : runtimeVersion;
  return yield* print(process, `Version:  0.1.0\nRuntimeName:  ${runtimeName}\nRuntimeVersion:  ${shown}\nRuntimeApiVersion:  v1\n`);
}

export function* info(run: Run): Task<number> {
  const { networkReady } = run.cri.runtime;
  const status = {
    conditions: [
      { message: '', reason: '', status: true, type: 'RuntimeReady' },
      {
        message: networkReady ? '' : 'Network plugin returns error: cni plugin not initialized',
        reason: networkReady ? '' : 'NetworkPluginNotReady',
        status: networkReady,
        type: 'NetworkReady',
      },
    ],
  };
  return yield* structured(run, { status }, 'json');
}

export function required({ flags }: Run, command: string): readonly string[] {
  if (flags.operands.length === 0) throw new Fatal(`"crictl ${command}" requires at least 1 argument`);
  return flags.operands;
}
