import type { Container, Pod } from '../../api/generated/types.ts';
import type { RuntimeContainer } from '../runtime/cri.ts';
import type { ContainerView } from './container-status.ts';
import type { PodProbes } from './pod-probes.ts';
import type { PodResize } from './resize/pod-resize.ts';
import { isSidecar, ruleFor, shouldRestart } from './restart-policy.ts';
import type { WaitingContainers } from './waiting-containers.ts';
import type { WholeRestart } from './whole-restart.ts';

export interface ContainerStates {
  readonly runtime: string;
  readonly waiting: WaitingContainers;
  readonly anew: WholeRestart;
  readonly probes: PodProbes;
  readonly resize: PodResize;
  /** Newest first. */
  runs(name: string): readonly RuntimeContainer[];
}

/** What the worker of a pod knows of its containers. `allocated`: the pod with the resources it was granted. */
export function containerViews(pod: Pod, { spec }: Pod, states: ContainerStates): ContainerView[] {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = spec ?? {};
  const idle = { reason: initContainers.length > 0 ? 'PodInitializing' : 'ContainerCreating' };
  const view = (container: Container, role: ContainerView['role']): ContainerView => {
    const { waiting, anew, probes, resize } = states;
    const runs = states.runs(container.name);
    const [last] = runs;
    const plain = role === 'init' && !isSidecar(container);
    const held = waiting.get(container.name);
    return {
      spec: container,
      role,
      runs,
      waiting: anew.isPast(last) ? (held ?? idle) : waits(pod, container, role, last) ? held : undefined,
      started: plain ? last?.state === 'running' : probes.started(container),
      ready: plain ? last?.exitCode === 0 : role !== 'ephemeral' && probes.ready(container),
      runtime: states.runtime,
      resources: last === undefined ? undefined : (resize.resourcesOf(last) ?? container.resources),
    };
  };
  return [
    ...initContainers.map((each) => view(each, 'init')),
    ...containers.map((each) => view(each, 'main')),
    ...ephemeralContainers.map((each) => view(each as Container, 'ephemeral')),
  ];
}

/** Only what will be started again waits; the rest has ended. */
function waits(pod: Pod, container: Container, role: ContainerView['role'], last: RuntimeContainer | undefined): boolean {
  if (ruleFor(container, last?.exitCode ?? 0)?.action === 'RestartAllContainers') return true;
  return last?.state !== 'exited' || shouldRestart(pod, container, last.exitCode ?? 0, role === 'init');
}
