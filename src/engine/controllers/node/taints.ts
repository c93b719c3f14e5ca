import { isConflict } from '../../api/errors.ts';
import type { Node, Taint } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { NODES } from '../../client/resources.ts';
import { formatTime, type Millis } from '../../sim/time.ts';
import type { Task } from '../../os/task.ts';

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';

/** node_lifecycle_controller.go, nodeConditionToTaintKeyStatusMap: which condition keeps new pods away by which taint. */
const CONDITION_TAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';
const KEYS = new Set([UNSCHEDULABLE, ...Object.values(CONDITION_TAINTS).flatMap((byStatus) => Object.values(byStatus))]);

/** The NoSchedule taints that follow from a node's conditions and from `spec.unschedulable`, and those it has and should not. */
export function noScheduleTaints(node: Node): { add: Taint[]; remove: Taint[] } {
  const keys = (node.status?.conditions ?? [])
    .map(({ type, status }) => CONDITION_TAINTS[type]?.[status])
    .filter((key) => key !== undefined);
  if (node.spec?.unschedulable === true) keys.push(UNSCHEDULABLE);
  const has = (node.spec?.taints ?? []).filter(({ key, effect }) => effect === 'NoSchedule' && KEYS.has(key));
  return {
    add: keys.filter((key) => !has.some((taint) => taint.key === key)).map((key) => ({ key, effect: 'NoSchedule' })),
    remove: has.filter(({ key }) => !keys.includes(key)),
  };
}

export function hasTaint(node: Node, key: string, effect: string): boolean {
  return (node.spec?.taints ?? []).some((taint) => taint.key === key && taint.effect === effect);
}

/** SwapNodeControllerTaint: adds some and removes some in one write; undefined when there is nothing to write. */
export function* swapTaints(
  client: Client,
  node: Node,
  add: readonly Taint[],
  remove: readonly Taint[],
  now: Millis,
): Task<Node | undefined> {
  const change = (from: Node): Node | undefined => {
    const taints = from.spec?.taints ?? [];
    const missing = add.filter(({ key, effect }) => !hasTaint(from, key, effect));
    const kept = taints.filter((taint) => !remove.some(({ key, effect }) => key === taint.key && effect === taint.effect));
    if (missing.length === 0 && kept.length === taints.length) return undefined;
    const next = [...kept, ...missing.map((taint) => ({ ...taint, timeAdded: formatTime(now) }))];
    const { taints: _old, ...spec } = from.spec ?? {};
    return { ...from, spec: next.length === 0 ? spec : { ...spec, taints: next } };
  };
  const draft = change(node);
  if (draft === undefined) return undefined;
  try {
    return yield* client.update(NODES, draft);
  } catch (error) {
    if (!isConflict(error)) throw error;
    const fresh = change(yield* client.get(NODES, undefined, node.metadata.name ?? ''));
    return fresh === undefined ? undefined : yield* client.update(NODES, fresh);
  }
}
