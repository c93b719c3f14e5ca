import type { Container, ContainerState, ContainerStatus, ResourceRequirements, VolumeMountStatus } from '../../api/generated/types.ts';
import { formatTime } from '../../sim/time.ts';
import type { RuntimeContainer } from '../runtime/cri.ts';

/** What the worker knows of one container beside the runtime. */
export interface ContainerView {
  readonly spec: Container;
  readonly role: 'init' | 'main' | 'ephemeral';
  /** Newest first. */
  readonly runs: readonly RuntimeContainer[];
  /** Why it does not run, when the kubelet holds it back. */
  readonly waiting: { reason: string; message?: string } | undefined;
  readonly started: boolean;
  readonly ready: boolean;
  /** The runtime's name stands before the container's id. */
  readonly runtime: string;
  /** What it runs with; `spec` says what it was granted. */
  readonly resources: ResourceRequirements | undefined;
}

/** A container's status. `idle`: the reason of waiting while nothing has been tried; `old`: what was reported before. */
export function containerStatus(view: ContainerView, idle: string, old: ContainerStatus | undefined): ContainerStatus {
  const { spec, waiting } = view;
  const [run, previous] = view.runs;
  // A status may outlive its container: what ended is not forgotten when the runtime's record goes.
  if (run === undefined && waiting === undefined && old?.state?.terminated !== undefined) return old;
  const now: ContainerState = run === undefined ? { waiting: { reason: idle } } : stateOf(run, view.runtime);
  const held = waiting !== undefined && now.running === undefined;
  const lastState =
    held && now.terminated !== undefined
      ? now
      : previous !== undefined
        ? stateOf(previous, view.runtime)
        : run === undefined
          ? (old?.lastState ?? {})
          : {};
  const mounts = spec.volumeMounts?.map(({ name, mountPath, readOnly }): VolumeMountStatus => ({
    name,
    mountPath,
    ...(readOnly === true ? { readOnly, recursiveReadOnly: 'Disabled' } : {}),
  }));
  const requests = spec.resources?.requests;
  return {
    name: spec.name,
    state: held ? { waiting: { ...waiting } } : now,
    lastState,
    ready: view.ready,
    restartCount: run?.config.attempt ?? old?.restartCount ?? 0,
    image: run?.image ?? spec.image ?? '',
    imageID: run?.imageId ?? '',
    ...(run === undefined ? {} : { containerID: `${view.runtime}://${run.id}` }),
    started: view.started,
    ...(run === undefined || requests === undefined || Object.keys(requests).length === 0 ? {} : { allocatedResources: requests }),
    ...(run === undefined ? {} : { resources: view.resources ?? {} }),
    ...(mounts === undefined || mounts.length === 0 ? {} : { volumeMounts: mounts }),
  };
}

function stateOf(run: RuntimeContainer, runtime: string): ContainerState {
  if (run.state === 'created') return { waiting: {} };
  if (run.state === 'running') return { running: { startedAt: formatTime(run.startedAt ?? 0) } };
  return {
    terminated: {
      exitCode: run.exitCode ?? 0,
      reason: run.reason ?? (run.exitCode === 0 ? 'Completed' : 'Error'),
      ...(run.message === undefined || run.message === '' ? {} : { message: run.message }),
      startedAt: formatTime(run.startedAt ?? 0),
      finishedAt: formatTime(run.finishedAt ?? 0),
      containerID: `${runtime}://${run.id}`,
    },
  };
}
