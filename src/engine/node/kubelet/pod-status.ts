import type { ContainerStatus, Pod, PodStatus } from '../../api/generated/types.ts';
import { formatTime, type Millis } from '../../sim/time.ts';
import { containerStatus, type ContainerView } from './container-status.ts';
import { podConditions } from './pod-conditions.ts';
import { podPhase } from './pod-phase.ts';
import { podLimits, podRequests } from './requests.ts';

export interface StatusInput {
  readonly pod: Pod;
  readonly now: Millis;
  readonly hostIP: string;
  readonly podIP: string | undefined;
  readonly sandboxReady: boolean;
  readonly containers: readonly ContainerView[];
  /** The pod is being ended: what has stopped stays so. */
  readonly terminal: boolean;
  /** Why the kubelet itself ended it. */
  readonly ended: { readonly reason: string; readonly message: string } | undefined;
}

/** The pod's status as the kubelet reports it. */
export function makePodStatus(input: StatusInput): PodStatus {
  const { pod, now, hostIP, podIP, ended } = input;
  const old = pod.status ?? {};
  const idle = (pod.spec?.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const before = [...(old.initContainerStatuses ?? []), ...(old.containerStatuses ?? []), ...(old.ephemeralContainerStatuses ?? [])];
  const statuses = (role: ContainerView['role']): ContainerStatus[] =>
    input.containers
      .filter((view) => view.role === role)
      .map((view) =>
        containerStatus(
          view,
          idle,
          before.find(({ name }) => name === view.spec.name),
        ),
      );
  const initStatuses = statuses('init');
  const mainStatuses = statuses('main').sort((a, b) => (a.name < b.name ? -1 : 1));
  const ephemeralStatuses = statuses('ephemeral');
  const all = [...initStatuses, ...mainStatuses];
  const running = all.some(({ state }) => state?.running !== undefined);
  // What the kubelet ends is told as failed once nothing of it runs any more.
  const phase = ended === undefined ? podPhase(pod, all, input.terminal) : running ? (old.phase ?? 'Running') : 'Failed';
  const finished = phase === 'Succeeded' || phase === 'Failed';
  const why = ended !== undefined && finished ? ended : old.reason === undefined ? undefined : { reason: old.reason, message: old.message };
  const requests = podRequests(pod);
  const limits = podLimits(pod);
  const placed = all.some(({ resources }) => resources !== undefined);
  return {
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    phase,
    conditions: podConditions(pod, phase, all, input.sandboxReady && !finished, now),
    ...(why === undefined ? {} : { reason: why.reason, ...(why.message === undefined ? {} : { message: why.message }) }),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    startTime: old.startTime ?? formatTime(now),
    ...(initStatuses.length === 0 ? {} : { initContainerStatuses: initStatuses }),
    containerStatuses: mainStatuses,
    ...(ephemeralStatuses.length === 0 ? {} : { ephemeralContainerStatuses: ephemeralStatuses }),
    ...(old.qosClass === undefined ? {} : { qosClass: old.qosClass }),
    ...(old.resourceClaimStatuses === undefined ? {} : { resourceClaimStatuses: old.resourceClaimStatuses }),
    ...(placed && Object.keys(requests).length > 0 ? { allocatedResources: requests } : {}),
    ...(placed
      ? {
          resources: {
            ...(Object.keys(limits).length === 0 ? {} : { limits }),
            ...(Object.keys(requests).length === 0 ? {} : { requests }),
          },
        }
      : {}),
  };
}
