import { parseTime } from '../../sim/time.ts';
import type { ContainerStatus, Pod } from '../generated/types.ts';
import type { Column } from '../kind.ts';
import { ageColumn, column, nameColumn } from './column.ts';
import { humanDuration } from './duration.ts';

export const podColumns: readonly Column<Pod>[] = [
  nameColumn(),
  column('Ready', 'The aggregate readiness state of this pod for accepting traffic.', (pod) => {
    const { ready, total } = podSummary(pod);
    return `${ready}/${total}`;
  }),
  column('Status', 'The aggregate status of the containers in this pod.', (pod) => podSummary(pod).reason),
  column(
    'Restarts',
    'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
    (pod, now) => {
      const { restarts, lastRestart } = podSummary(pod);
      return restarts === 0 || lastRestart === undefined ? String(restarts) : `${restarts} (${humanDuration(now - lastRestart)} ago)`;
    },
  ),
  ageColumn(),
  column('IP', 'PodStatus.podIP', (pod) => pod.status?.podIPs?.[0]?.ip || '<none>', { wide: true }),
  column('Node', 'PodSpec.nodeName', (pod) => pod.spec?.nodeName || '<none>', { wide: true }),
  column('Nominated Node', 'PodStatus.nominatedNodeName', (pod) => pod.status?.nominatedNodeName || '<none>', { wide: true }),
  column('Readiness Gates', 'PodSpec.readinessGates', readinessGates, { wide: true }),
];

/** Rows of pods that have ended say so, for clients that hide or grey them. */
export function podRowConditions({ status }: Pod): { type: string; status: string; reason: string; message: string }[] {
  if (status?.phase === 'Succeeded') {
    return [{ type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' }];
  }
  return status?.phase === 'Failed' ? [{ type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' }] : [];
}

export interface PodSummary {
  readonly ready: number;
  readonly total: number;
  /** The STATUS column: `Running`, `Init:0/1`, `CrashLoopBackOff` … */
  readonly reason: string;
  readonly restarts: number;
  /** When the container that was restarted last had ended, in virtual ms. */
  readonly lastRestart: number | undefined;
}

// Three columns of a row ask for the same summary.
const summaries = new WeakMap<Pod, PodSummary>();

/** What `kubectl get pods` says of a pod in a word. */
export function podSummary(pod: Pod): PodSummary {
  let summary = summaries.get(pod);
  if (summary === undefined) {
    summary = summarize(pod);
    summaries.set(pod, summary);
  }
  return summary;
}

function summarize(pod: Pod): PodSummary {
  const { spec, status } = pod;
  const conditions = status?.conditions ?? [];
  const phase = status?.phase ?? '';
  let reason = status?.reason || phase;
  if (conditions.some(({ type, reason: why }) => type === 'PodScheduled' && why === 'SchedulingGated')) reason = 'SchedulingGated';

  const restartable = new Set((spec?.initContainers ?? []).filter((c) => c.restartPolicy === 'Always').map((c) => c.name));
  const total = (spec?.containers ?? []).length + restartable.size;
  let ready = 0;
  let restarts = 0;
  let sidecarRestarts = 0;
  let last: number | undefined;
  let sidecarLast: number | undefined;
  let initializing = false;

  for (const [index, container] of (status?.initContainerStatuses ?? []).entries()) {
    restarts += container.restartCount;
    last = later(last, container);
    const sidecar = restartable.has(container.name);
    if (sidecar) {
      sidecarRestarts += container.restartCount;
      sidecarLast = later(sidecarLast, container);
    }
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (sidecar && container.started === true) {
      if (container.ready) ready++;
      continue;
    }
    if (terminated !== undefined) reason = `Init:${terminated.reason || exitOf(terminated)}`;
    else if (waiting?.reason !== undefined && waiting.reason !== '' && waiting.reason !== 'PodInitializing')
      reason = `Init:${waiting.reason}`;
    else reason = `Init:${index}/${(spec?.initContainers ?? []).length}`;
    initializing = true;
    break;
  }

  if (!initializing || conditions.some(({ type, status: value }) => type === 'Initialized' && value === 'True')) {
    restarts = sidecarRestarts;
    last = sidecarLast;
    let running = false;
    for (const container of (status?.containerStatuses ?? []).toReversed()) {
      restarts += container.restartCount;
      last = later(last, container);
      const { waiting, terminated, running: runs } = container.state ?? {};
      if (waiting?.reason) reason = waiting.reason;
      else if (terminated !== undefined) reason = terminated.reason || exitOf(terminated);
      else if (container.ready && runs !== undefined) {
        running = true;
        ready++;
      }
    }
    if (reason === 'Completed' && running) {
      reason = conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True') ? 'Running' : 'NotReady';
    }
  }

  if (pod.metadata.deletionTimestamp !== undefined) {
    if (status?.reason === 'NodeLost') reason = 'Unknown';
    else if (phase !== 'Succeeded' && phase !== 'Failed') reason = 'Terminating';
  }
  return { ready, total, reason, restarts, lastRestart: last };
}

function exitOf({ signal, exitCode }: { signal?: number; exitCode: number }): string {
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function later(before: number | undefined, container: ContainerStatus): number | undefined {
  const finished = parseTime(container.lastState?.terminated?.finishedAt);
  return Number.isNaN(finished) || (before !== undefined && before >= finished) ? before : finished;
}

function readinessGates(pod: Pod): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const conditions = pod.status?.conditions ?? [];
  const met = gates.filter(({ conditionType }) => conditions.find(({ type }) => type === conditionType)?.status === 'True').length;
  return `${met}/${gates.length}`;
}
