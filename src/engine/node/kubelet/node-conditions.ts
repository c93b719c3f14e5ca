import type { Node, NodeCondition } from '../../api/generated/types.ts';
import { MINUTE, SECOND, formatTime, type Millis } from '../../sim/time.ts';
import { goDuration } from '../../sim/duration.ts';
import type { Pressure } from './eviction/thresholds.ts';

const PRESSURES: readonly { type: Pressure; good: readonly [string, string]; bad: readonly [string, string] }[] = [
  {
    type: 'MemoryPressure',
    good: ['KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
    bad: ['KubeletHasInsufficientMemory', 'kubelet has insufficient memory available'],
  },
  {
    type: 'DiskPressure',
    good: ['KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
    bad: ['KubeletHasDiskPressure', 'kubelet has disk pressure'],
  },
  {
    type: 'PIDPressure',
    good: ['KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
    bad: ['KubeletHasInsufficientPID', 'kubelet has insufficient PID available'],
  },
];

const NO_NETWORK =
  'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';

export interface NodeState {
  readonly pressures: readonly Pressure[];
  readonly networkReady: boolean;
  /** What is wrong with the container runtime. */
  readonly runtime: readonly string[];
  readonly shuttingDown: boolean;
}

// maxWaitForContainerRuntime, and the generic PLEG's relistThreshold.
const RUNTIME_PATIENCE: Millis = 30 * SECOND;
const PLEG_THRESHOLD: Millis = 3 * MINUTE;

/** runtimeState.runtimeErrors: what there is to say of a runtime that has been down for so long. */
export function runtimeTroubles(downSince: Millis | undefined, now: Millis): string[] {
  if (downSince === undefined || now - downSince < RUNTIME_PATIENCE) return [];
  const pleg = `PLEG is not healthy: pleg was last seen active ${goDuration(now - downSince)} ago; threshold is 3m0s`;
  return now - downSince < PLEG_THRESHOLD ? ['container runtime is down'] : ['container runtime is down', pleg];
}

/** The node's conditions; each keeps its time while its status stays. */
export function nodeConditions(
  old: Node | undefined,
  { pressures, networkReady, runtime, shuttingDown }: NodeState,
  at: Millis,
): NodeCondition[] {
  const now = formatTime(at);
  const condition = (type: string, status: string, reason: string, message: string): NodeCondition => {
    const before = old?.status?.conditions?.find((each) => each.type === type);
    return {
      type,
      status,
      reason,
      message,
      lastHeartbeatTime: now,
      lastTransitionTime: before?.status === status ? (before.lastTransitionTime ?? now) : now,
    };
  };
  const troubles = [...runtime, ...(networkReady ? [] : [NO_NETWORK]), ...(shuttingDown ? ['node is shutting down'] : [])];
  return [
    ...PRESSURES.map(({ type, good, bad }) => {
      const pressed = pressures.includes(type);
      return condition(type, pressed ? 'True' : 'False', ...(pressed ? bad : good));
    }),
    troubles.length === 0
      ? condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status')
      : condition('Ready', 'False', 'KubeletNotReady', troubles.length === 1 ? (troubles[0] ?? '') : `[${troubles.join(', ')}]`),
  ];
}

const EVENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { True: 'NodeReady', False: 'NodeNotReady' },
  MemoryPressure: { True: 'NodeHasInsufficientMemory', False: 'NodeHasSufficientMemory' },
  DiskPressure: { True: 'NodeHasDiskPressure', False: 'NodeHasNoDiskPressure' },
  PIDPressure: { True: 'NodeHasInsufficientPID', False: 'NodeHasSufficientPID' },
};

/** The reason of the event that tells of a condition's change; undefined for conditions of others. */
export function conditionEvent({ type, status }: NodeCondition): string | undefined {
  return EVENTS[type]?.[status];
}
