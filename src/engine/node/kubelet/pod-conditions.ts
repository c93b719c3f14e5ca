import type { ContainerStatus, Pod, PodCondition } from '../../api/generated/types.ts';
import { formatTime, type Millis } from '../../sim/time.ts';
import { wasStarted } from './pod-phase.ts';
import { isSidecar } from './restart-policy.ts';
import { restartingCondition } from './whole-restart.ts';

type Verdict = Pick<PodCondition, 'status'> & Partial<Pick<PodCondition, 'reason' | 'message'>>;

const TRUE: Verdict = { status: 'True' };
const FALSE: Verdict = { status: 'False' };

/** Conditions that the kubelet answers for, in the order in which it writes them. */
const OWN = ['AllContainersRestarting', 'PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];

/** Those that come and go with what the kubelet does to the pod. */
const PASSING = ['PodResizePending', 'PodResizeInProgress'];

/** What the kubelet does to a pod beside running it. */
export interface Passing {
  readonly resizing: readonly PodCondition[];
  /** Why it ended the pod, if that is to be told as a disruption. */
  readonly disrupted: string | undefined;
  /** All its containers are being killed to start anew. */
  readonly restarting: boolean;
}

/** The pod's conditions; each keeps its time while its status stays. Those of others stand in front, as they are. */
export function podConditions(
  pod: Pod,
  phase: string,
  statuses: readonly ContainerStatus[],
  sandboxReady: boolean,
  now: Millis,
  { resizing, disrupted, restarting }: Passing,
): PodCondition[] {
  const old = pod.status?.conditions ?? [];
  const containers = containersReady(pod, phase, statuses);
  const anew = restartingCondition(pod, phase, restarting);
  const observedGeneration = pod.metadata.generation;
  const generation = observedGeneration === undefined ? {} : { observedGeneration };
  const lastProbeTime = null as unknown as string;
  const disrupts = ({ type, reason }: PodCondition): boolean => type === 'DisruptionTarget' && reason === 'TerminationByKubelet';
  const told = disrupted === undefined || old.some(disrupts);
  const conditions = [...resizing];
  for (const each of old)
    if (!OWN.includes(each.type) && !PASSING.includes(each.type) && (each.type !== 'DisruptionTarget' || told)) conditions.push(each);
  const tell = (type: string, verdict: Verdict): void => {
    const before = old.find((each) => each.type === type);
    const kept = before?.status === verdict.status ? before.lastTransitionTime : undefined;
    conditions.push({ type, ...generation, ...verdict, lastProbeTime, lastTransitionTime: kept ?? formatTime(now) });
  };
  if (disrupted !== undefined && !told) {
    const verdict = { status: 'True', reason: 'TerminationByKubelet', message: disrupted };
    conditions.push({ type: 'DisruptionTarget', ...generation, ...verdict, lastProbeTime, lastTransitionTime: formatTime(now) });
  }
  if (anew !== undefined) tell('AllContainersRestarting', anew);
  tell('PodReadyToStartContainers', sandboxReady ? TRUE : FALSE);
  tell('Initialized', initialized(pod, phase, statuses));
  tell('Ready', containers.status === 'True' ? gates(pod, old) : containers);
  tell('ContainersReady', containers);
  tell('PodScheduled', TRUE);
  return conditions;
}

function initialized(pod: Pod, phase: string, statuses: readonly ContainerStatus[]): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  if ((pod.spec?.containers ?? []).some(({ name }) => wasStarted(statuses.find((each) => each.name === name)))) return TRUE;
  const incomplete = (pod.spec?.initContainers ?? []).filter((container) => {
    const status = statuses.find((each) => each.name === container.name);
    return isSidecar(container) ? status?.started !== true : status?.ready !== true;
  });
  if (incomplete.length === 0) return TRUE;
  return { status: 'False', reason: 'ContainersNotInitialized', message: `containers with incomplete status: ${names(incomplete)}` };
}

function containersReady(pod: Pod, phase: string, statuses: readonly ContainerStatus[]): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  const unready = [...(pod.spec?.initContainers ?? []).filter(isSidecar), ...(pod.spec?.containers ?? [])].filter(
    ({ name }) => statuses.find((each) => each.name === name)?.ready !== true,
  );
  if (unready.length === 0) return TRUE;
  return { status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: ${names(unready)}` };
}

function gates(pod: Pod, conditions: readonly PodCondition[]): Verdict {
  const messages = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const found = conditions.find(({ type }) => type === conditionType);
    if (found === undefined) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return found.status === 'True' ? [] : [`the status of pod readiness gate "${conditionType}" is not "True", but ${found.status}`];
  });
  return messages.length === 0 ? { status: 'True' } : { status: 'False', reason: 'ReadinessGatesNotReady', message: messages.join(', ') };
}

// Go's %v of a []string.
function names(containers: readonly { name: string }[]): string {
  return `[${containers.map(({ name }) => name).join(' ')}]`;
}
