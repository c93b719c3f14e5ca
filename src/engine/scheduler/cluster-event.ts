import type {
  CSINode,
  DeviceClass,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ResourceResourceClaim,
  ResourceSlice,
  StorageClass,
} from '../api/generated/types.ts';

/**
 * What happened in the cluster, as far as it can make an unschedulable pod schedulable. The names are those of the real
 * scheduler's `event` metric label.
 */
export type ClusterEventName =
  | 'AssignedPodAdd'
  | 'AssignedPodUpdate'
  | 'AssignedPodUpdatePodLabel'
  | 'AssignedPodUpdatePodScaleDown'
  | 'AssignedPodDelete'
  | 'UnschedulablePodUpdate'
  | 'UnschedulablePodUpdatePodLabel'
  | 'UnschedulablePodUpdatePodToleration'
  | 'UnschedulablePodUpdatePodSchedulingGatesEliminated'
  | 'UnschedulablePodUpdatePodScaleDown'
  | 'NodeAdd'
  | 'NodeDelete'
  | 'NodeUpdateNodeAllocatable'
  | 'NodeUpdateNodeLabel'
  | 'NodeUpdateNodeTaint'
  | 'NodeUpdateNodeCondition'
  | 'PersistentVolumeClaimAdd'
  | 'PersistentVolumeClaimUpdate'
  | 'PersistentVolumeAdd'
  | 'PersistentVolumeUpdate'
  | 'StorageClassAdd'
  | 'CSINodeAdd'
  | 'CSINodeUpdate'
  | 'ResourceClaimAdd'
  | 'ResourceClaimUpdate'
  | 'ResourceClaimDelete'
  | 'ResourceSliceAdd'
  | 'ResourceSliceUpdate'
  | 'DeviceClassAdd'
  | 'DeviceClassUpdate';

type Subject =
  Pod | Node | PersistentVolumeClaim | PersistentVolume | StorageClass | CSINode | ResourceResourceClaim | ResourceSlice | DeviceClass;

/** An event with the object before and after. */
export interface ClusterEvent {
  readonly name: ClusterEventName;
  readonly old?: Subject;
  readonly now?: Subject;
}

/** Why a pod changed queues: a cluster event, or one of the queue's own reasons. */
export type MoveReason =
  | ClusterEventName
  | 'PodAdd'
  | 'ScheduleAttemptFailure'
  | 'BackoffComplete'
  | 'PopFromBackoffQ'
  | 'UnschedulableTimeout'
  | 'PreemptionFinished';

/** What changed in a node, one event for each property that plugins ask about. */
export function nodeUpdateEvents(now: Node, old: Node): ClusterEvent[] {
  const events: ClusterEvent[] = [];
  const tell = (name: ClusterEventName): unknown => events.push({ name, old, now });
  if (!equal(now.status?.allocatable, old.status?.allocatable)) tell('NodeUpdateNodeAllocatable');
  if (!equal(now.metadata.labels, old.metadata.labels)) tell('NodeUpdateNodeLabel');
  if (!equal(now.spec?.taints, old.spec?.taints) || (now.spec?.unschedulable === true) !== (old.spec?.unschedulable === true))
    tell('NodeUpdateNodeTaint');
  if (!equal(conditions(now), conditions(old))) tell('NodeUpdateNodeCondition');
  return events;
}

/** What changed in a pod that has a node. Another change than the plugins ask about is still told: `AssignedPodUpdate`. */
export function assignedPodUpdateEvents(now: Pod, old: Pod): ClusterEvent[] {
  const events: ClusterEvent[] = [];
  if (!equal(now.metadata.labels, old.metadata.labels)) events.push({ name: 'AssignedPodUpdatePodLabel', old, now });
  if (resourcesChanged(now, old)) events.push({ name: 'AssignedPodUpdatePodScaleDown', old, now });
  if (events.length === 0) events.push({ name: 'AssignedPodUpdate', old, now });
  return events;
}

/** What changed in a pod that waits for a node. */
export function pendingPodUpdateEvents(now: Pod, old: Pod): ClusterEvent[] {
  const events: ClusterEvent[] = [];
  const tell = (name: ClusterEventName): unknown => events.push({ name, old, now });
  if (!equal(now.metadata.labels, old.metadata.labels)) tell('UnschedulablePodUpdatePodLabel');
  if (!equal(now.spec?.tolerations, old.spec?.tolerations)) tell('UnschedulablePodUpdatePodToleration');
  if (!equal(now.spec?.schedulingGates, old.spec?.schedulingGates)) tell('UnschedulablePodUpdatePodSchedulingGatesEliminated');
  if (resourcesChanged(now, old)) tell('UnschedulablePodUpdatePodScaleDown');
  if (events.length === 0) tell('UnschedulablePodUpdate');
  return events;
}

function resourcesChanged(now: Pod, old: Pod): boolean {
  if (now.spec === old.spec) return false;
  return !equal(
    now.spec?.containers.map((container) => container.resources),
    old.spec?.containers.map((container) => container.resources),
  );
}

function conditions(node: Node): Record<string, string> {
  return Object.fromEntries((node.status?.conditions ?? []).map(({ type, status }) => [type, status]));
}

function equal(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}
