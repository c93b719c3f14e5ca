import type { ContainerStatus, Pod } from '../../api/generated/types.ts';
import { isSidecar, shouldRestart } from './restart-policy.ts';

/** The pod's phase by its containers' states. `terminal`: the pod is being ended, nothing of it will be restarted. */
export function podPhase(pod: Pod, statuses: readonly ContainerStatus[], terminal: boolean): string {
  const old = pod.status?.phase;
  if (old === 'Succeeded' || old === 'Failed') return old;
  const find = (name: string): ContainerStatus | undefined => statuses.find((each) => each.name === name);
  const started = (pod.spec?.containers ?? []).some(({ name }) => wasStarted(find(name)));
  let pendingInit = 0;
  let running = 0;
  let waiting = 0;
  for (const container of pod.spec?.initContainers ?? []) {
    const status = find(container.name);
    const ended = status?.state?.terminated ?? (status?.state?.waiting === undefined ? undefined : status.lastState?.terminated);
    if (isSidecar(container)) {
      if (status?.state?.running !== undefined) running++;
      if (ended === undefined && status?.started !== true) pendingInit += started ? 0 : 1;
    } else if (ended === undefined) pendingInit++;
    else if (ended.exitCode !== 0 && !shouldRestart(pod, container, ended.exitCode, true)) return 'Failed';
    else if (ended.exitCode !== 0) pendingInit++;
  }
  let stopped = 0;
  let succeeded = 0;
  let lasting = 0;
  for (const container of pod.spec?.containers ?? []) {
    const status = find(container.name);
    const ended = status?.state?.terminated ?? (status?.state?.waiting === undefined ? undefined : status.lastState?.terminated);
    if (status?.state?.running !== undefined) running++;
    else if (ended === undefined) waiting++;
    else {
      stopped++;
      if (ended.exitCode === 0) succeeded++;
      if (!shouldRestart(pod, container, ended.exitCode, false)) lasting++;
    }
  }
  // Since v1.27 a pod that is ended has a terminal phase before it is let go, though nothing of it was ever started.
  if (pendingInit > 0 || waiting > 0) return terminal && running === 0 ? 'Failed' : 'Pending';
  if (running > 0) return 'Running';
  if (stopped === 0) return 'Pending';
  if (!terminal && lasting !== stopped) return 'Running';
  return stopped === succeeded ? 'Succeeded' : 'Failed';
}

/** Whether a container has run, now or before. */
export function wasStarted(status: ContainerStatus | undefined): boolean {
  return status?.state?.running !== undefined || status?.state?.terminated !== undefined || status?.lastState?.terminated !== undefined;
}
