import type { Container, ContainerStatus, Pod, PodCondition, PodStatus } from '../../api/generated/types.ts';
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
  readonly ended: { readonly reason: string; readonly message: string; readonly disruption?: boolean } | undefined;
  /** The pod with the resources that it was granted. */
  readonly allocated: Pod;
  /** It begins anew: `killing` its containers still, or not all of them have started again. */
  readonly anew: 'killing' | 'starting' | undefined;
  /** Conditions of a resize under way. */
  readonly resizing: readonly PodCondition[];
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
  const alive = input.anew !== undefined && !input.terminal;
  const phase =
    ended !== undefined ? (running ? (old.phase ?? 'Running') : 'Failed') : alive ? 'Running' : podPhase(pod, all, input.terminal);
  const finished = phase === 'Succeeded' || phase === 'Failed';
  const why = ended !== undefined && finished ? ended : old.reason === undefined ? undefined : { reason: old.reason, message: old.message };
  const actual = withResources(input.allocated, input.containers);
  const granted = podRequests(input.allocated);
  const requests = podRequests(actual);
  const limits = podLimits(actual);
  const disrupted = ended?.disruption === true && finished ? ended.message : undefined;
  const placed = all.some(({ resources }) => resources !== undefined);
  return {
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    phase,
    conditions: podConditions(pod, phase, all, input.sandboxReady && !finished, now, {
      resizing: input.resizing,
      disrupted,
      restarting: input.anew === 'killing',
    }),
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
    ...(old.extendedResourceClaimStatus === undefined ? {} : { extendedResourceClaimStatus: old.extendedResourceClaimStatus }),
    ...(placed && Object.keys(granted).length > 0 ? { allocatedResources: granted } : {}),
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

/** The pod as its containers run, where a resize has been granted and not done yet. */
function withResources(pod: Pod, views: readonly ContainerView[]): Pod {
  const { spec } = pod;
  if (spec === undefined || views.every(({ resources, spec: own }) => resources === undefined || resources === own.resources)) return pod;
  const actual = (container: Container): Container => {
    const resources = views.find((view) => view.spec.name === container.name)?.resources;
    return resources === undefined ? container : { ...container, resources };
  };
  return {
    ...pod,
    spec: {
      ...spec,
      containers: spec.containers.map(actual),
      ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(actual) }),
    },
  };
}
