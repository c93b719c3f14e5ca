import type { Container, ContainerState, ContainerStateTerminated, ContainerStatus } from '../../api/generated/types.ts';
import { formatTime } from '../../sim/time.ts';
import type { RuntimeContainer } from '../runtime/cri.ts';
import type { ContainerError } from './errors.ts';

export interface ContainerFacts {
  readonly container: Container;
  /** This container's, newest first. */
  readonly runtime: readonly RuntimeContainer[];
  readonly old: ContainerStatus | undefined;
  readonly error: ContainerError | undefined;
  /** Reason while it has never run. */
  readonly waiting: string;
  readonly ready: boolean;
  readonly started: boolean;
  /** Init containers count as ready once they have completed. */
  readonly init: boolean;
}

export function containerStatus(facts: ContainerFacts): ContainerStatus {
  const { container, runtime, old, error, waiting, init } = facts;
  const [latest, previous] = runtime;
  const base = { name: container.name, image: latest?.image ?? container.image ?? '', imageID: latest?.imageId ?? '' };
  if (latest === undefined) {
    // What this node knew before a restart of its runtime stays known.
    if (old?.state?.terminated !== undefined && error === undefined) return old;
    return {
      ...base,
      state: { waiting: error === undefined ? { reason: waiting } : waitingFor(error) },
      lastState: old?.lastState ?? {},
      ready: false,
      started: false,
      restartCount: old?.restartCount ?? 0,
    };
  }
  const terminated = latest.state === 'exited' ? terminatedState(latest, container) : undefined;
  const overlaid = error !== undefined && latest.state !== 'running';
  const state: ContainerState = overlaid
    ? { waiting: waitingFor(error) }
    : terminated !== undefined
      ? { terminated }
      : latest.state === 'running'
        ? { running: { startedAt: formatTime(latest.startedAt ?? latest.createdAt) } }
        : { waiting: { reason: waiting } };
  const last = overlaid ? terminated : previous?.state === 'exited' ? terminatedState(previous, container) : undefined;
  const requests = container.resources?.requests;
  return {
    ...base,
    ...(requests === undefined ? {} : { allocatedResources: requests }),
    containerID: `containerd://${latest.id}`,
    lastState: last === undefined ? (overlaid ? {} : (keptLast(old) ?? {})) : { terminated: last },
    ready: latest.state === 'running' ? facts.ready : init && terminated !== undefined && terminated.exitCode === 0 && !overlaid,
    resources: { ...(container.resources?.limits === undefined ? {} : { limits: container.resources.limits }), ...(requests === undefined ? {} : { requests }) },
    restartCount: latest.config.attempt,
    started: latest.state === 'running' && facts.started,
    state,
    ...((container.volumeMounts?.length ?? 0) === 0
      ? {}
      : {
          volumeMounts: (container.volumeMounts ?? []).map(({ name, mountPath, readOnly }) => ({
            mountPath,
            name,
            ...(readOnly === true ? { readOnly, recursiveReadOnly: 'Disabled' } : {}),
          })),
        }),
  };
}

function keptLast(old: ContainerStatus | undefined): ContainerState | undefined {
  return old?.lastState?.terminated === undefined ? undefined : old.lastState;
}

function waitingFor({ reason, message }: ContainerError): NonNullable<ContainerState['waiting']> {
  return { reason, ...(message === '' ? {} : { message }) };
}

function terminatedState(container: RuntimeContainer, spec: Container): ContainerStateTerminated {
  const exitCode = container.exitCode ?? 0;
  const message = container.message ?? (spec.terminationMessagePolicy === 'FallbackToLogsOnError' && exitCode !== 0 ? tail(container) : undefined);
  return {
    exitCode,
    ...(container.reason === undefined ? {} : { reason: container.reason }),
    ...(message === undefined || message === '' ? {} : { message }),
    startedAt: formatTime(container.startedAt ?? container.createdAt),
    finishedAt: formatTime(container.finishedAt ?? container.createdAt),
    containerID: `containerd://${container.id}`,
  };
}

// FallbackToLogsOnError: at most 80 lines and 2048 bytes.
function tail(container: RuntimeContainer): string {
  return container.log.lines.slice(-80).map(({ text }) => text).join('').slice(-2048);
}
