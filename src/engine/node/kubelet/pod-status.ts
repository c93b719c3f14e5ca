import type { Container, ContainerState, ContainerStatus, Pod, PodCondition, PodStatus } from '../../api/generated/types.ts';
import { formatTime, type Millis } from '../../sim/time.ts';
import type { RuntimeContainer } from '../runtime/cri.ts';

/** What the worker knows of one container beside the runtime. */
export interface ContainerView {
  readonly spec: Container;
  readonly init: boolean;
  /** Newest first. */
  readonly runs: readonly RuntimeContainer[];
  /** Why it does not run, when the kubelet holds it back. */
  readonly waiting: { reason: string; message?: string } | undefined;
  readonly started: boolean;
  readonly ready: boolean;
}

export interface StatusInput {
  readonly pod: Pod;
  readonly now: Millis;
  readonly hostIP: string;
  readonly podIP: string | undefined;
  readonly sandboxReady: boolean;
  readonly containers: readonly ContainerView[];
}

export const isSidecar = (container: Container): boolean => container.restartPolicy === 'Always';

/** The pod's status as the kubelet reports it; conditions keep their time while their value stays. */
export function makePodStatus(input: StatusInput): PodStatus {
  const { pod, hostIP, podIP, containers } = input;
  const old = pod.status ?? {};
  const init = containers.filter((view) => view.init);
  const main = containers.filter((view) => !view.init);
  const initialized = init.every((view) =>
    isSidecar(view.spec) ? view.started : view.runs[0]?.exitCode === 0 && view.runs[0].state === 'exited',
  );
  const phase = phaseOf(pod, main, initialized);
  const waitingReason = initialized ? 'ContainerCreating' : 'PodInitializing';
  const finished = phase === 'Succeeded' || phase === 'Failed';
  const unready = [...init.filter((view) => isSidecar(view.spec)), ...main].filter((view) => !view.ready).map((view) => view.spec.name);
  const notReady: Partial<PodCondition> | undefined =
    phase === 'Succeeded'
      ? { status: 'False', reason: 'PodCompleted' }
      : phase === 'Failed'
        ? { status: 'False', reason: 'PodFailed' }
        : unready.length > 0
          ? { status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` }
          : undefined;
  const incomplete = init
    .filter((view) => !(isSidecar(view.spec) ? view.started : view.runs[0]?.exitCode === 0))
    .map((view) => view.spec.name);
  const gates = (pod.spec?.readinessGates ?? []).filter(
    (gate) => old.conditions?.find((each) => each.type === gate.conditionType)?.status !== 'True',
  );
  const gated: Partial<PodCondition> | undefined =
    gates.length === 0
      ? undefined
      : {
          status: 'False',
          reason: 'ReadinessGatesNotReady',
          message: gates.map((gate) => `corresponding condition of pod readiness gate "${gate.conditionType}" does not exist.`).join(' '),
        };
  const observedGeneration = pod.metadata.generation;
  const condition = (type: string, value: Partial<PodCondition>): PodCondition => {
    const before = old.conditions?.find((each) => each.type === type);
    const status = value.status ?? 'True';
    return {
      type,
      ...(observedGeneration === undefined ? {} : { observedGeneration }),
      ...value,
      status,
      lastTransitionTime:
        before !== undefined && before.status === status && before.lastTransitionTime !== undefined
          ? before.lastTransitionTime
          : formatTime(input.now),
    };
  };
  const own = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];
  const conditions = [
    ...(old.conditions ?? []).filter((each) => !own.includes(each.type)),
    condition('PodReadyToStartContainers', { status: input.sandboxReady && !finished ? 'True' : 'False' }),
    condition(
      'Initialized',
      initialized || finished
        ? { ...(phase === 'Succeeded' ? { reason: 'PodCompleted' } : {}) }
        : { status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${incomplete.join(' ')}]` },
    ),
    condition('Ready', notReady ?? gated ?? {}),
    condition('ContainersReady', notReady ?? {}),
    condition('PodScheduled', {}),
  ];
  const status = (views: readonly ContainerView[], waiting: string): ContainerStatus[] =>
    views.map((view) => containerStatus(view, waiting, old)).sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
    phase,
    conditions,
    hostIP,
    hostIPs: [{ ip: hostIP }],
    ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    startTime: old.startTime ?? formatTime(input.now),
    ...(init.length === 0 ? {} : { initContainerStatuses: init.map((view) => containerStatus(view, 'PodInitializing', old)) }),
    containerStatuses: status(main, waitingReason),
    ...(old.qosClass === undefined ? {} : { qosClass: old.qosClass }),
  };
}

function phaseOf(pod: Pod, main: readonly ContainerView[], initialized: boolean): string {
  const old = pod.status?.phase;
  if (old === 'Succeeded' || old === 'Failed') return old;
  const policy = pod.spec?.restartPolicy ?? 'Always';
  if (!initialized) {
    const failedInit = (pod.spec?.initContainers ?? []).length > 0 && policy === 'Never';
    return failedInit && main.length === 0 ? 'Failed' : 'Pending';
  }
  const ended = main.map((view) => view.runs[0]).filter((run) => run?.state === 'exited');
  if (main.some((view) => view.runs.length === 0)) return 'Pending';
  if (ended.length === main.length && policy !== 'Always') {
    if (ended.every((run) => run?.exitCode === 0)) return 'Succeeded';
    if (policy === 'Never') return 'Failed';
  }
  return 'Running';
}

function containerStatus(view: ContainerView, waiting: string, old: PodStatus): ContainerStatus {
  const [run, previous] = view.runs;
  const state: ContainerState =
    view.waiting !== undefined
      ? { waiting: { reason: view.waiting.reason, ...(view.waiting.message === undefined ? {} : { message: view.waiting.message }) } }
      : run === undefined || run.state === 'created'
        ? { waiting: { reason: waiting } }
        : stateOf(run);
  const ended = view.waiting !== undefined && run?.state === 'exited' ? run : previous;
  const lastState = ended === undefined ? lastOf(view, old) : stateOf(ended);
  return {
    name: view.spec.name,
    state,
    lastState,
    ready: view.ready,
    restartCount: run?.config.attempt ?? 0,
    image: run?.image ?? view.spec.image ?? '',
    imageID: run?.imageId ?? '',
    ...(run === undefined ? {} : { containerID: `containerd://${run.id}` }),
    started: view.started,
  } as ContainerStatus;
}

function lastOf(view: ContainerView, old: PodStatus): ContainerState {
  return (
    [...(old.containerStatuses ?? []), ...(old.initContainerStatuses ?? [])].find((each) => each.name === view.spec.name)?.lastState ?? {}
  );
}

function stateOf(run: RuntimeContainer): ContainerState {
  if (run.state === 'running') return { running: { startedAt: formatTime(run.startedAt ?? 0) } };
  return {
    terminated: {
      exitCode: run.exitCode ?? 0,
      reason: run.reason ?? (run.exitCode === 0 ? 'Completed' : 'Error'),
      ...(run.message === undefined || run.message === '' ? {} : { message: run.message }),
      startedAt: formatTime(run.startedAt ?? 0),
      finishedAt: formatTime(run.finishedAt ?? 0),
      containerID: `containerd://${run.id}`,
    },
  };
}
