import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  DeviceClass,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ResourceResourceClaim,
  ResourceSlice,
  StorageClass,
  VolumeAttachment,
} from '../api/generated/types.ts';
import { semanticallyEqual } from '../api/equality.ts';
import { amountOf, grantsOf, podRequests } from './requests.ts';

/**
 * What happened in the cluster, as far as it can make an unschedulable pod schedulable. The names are those of the real
 * scheduler's `event` metric label.
 */
export type ClusterEventName =
  | 'AssignedPodAdd'
  | 'AssignedPodUpdate'
  | 'AssignedPodUpdatePodLabel'
  | 'AssignedPodUpdatePodToleration'
  | 'AssignedPodUpdatePodScaleDown'
  | 'AssignedPodUpdatePodGeneratedResourceClaim'
  | 'AssignedPodDelete'
  | 'UnschedulablePodUpdate'
  | 'UnschedulablePodUpdatePodLabel'
  | 'UnschedulablePodUpdatePodToleration'
  | 'UnschedulablePodUpdatePodSchedulingGatesEliminated'
  | 'UnschedulablePodUpdatePodScaleDown'
  | 'UnschedulablePodUpdatePodGeneratedResourceClaim'
  | 'NodeAdd'
  | 'NodeDelete'
  | 'NodeUpdateNodeAllocatable'
  | 'NodeUpdateNodeLabel'
  | 'NodeUpdateNodeTaint'
  | 'NodeUpdateNodeCondition'
  | 'NodeUpdateNodeAnnotation'
  | 'NodeUpdateNodeDeclaredFeature'
  | 'PersistentVolumeClaimAdd'
  | 'PersistentVolumeClaimUpdate'
  | 'PersistentVolumeAdd'
  | 'PersistentVolumeUpdate'
  | 'StorageClassAdd'
  | 'StorageClassUpdate'
  | 'CSINodeAdd'
  | 'CSINodeUpdate'
  | 'CSIDriverUpdate'
  | 'CSIStorageCapacityAdd'
  | 'CSIStorageCapacityUpdate'
  | 'VolumeAttachmentDelete'
  | 'ResourceClaimAdd'
  | 'ResourceClaimUpdate'
  | 'ResourceClaimDelete'
  | 'ResourceSliceAdd'
  | 'ResourceSliceUpdate'
  | 'DeviceClassAdd'
  | 'DeviceClassUpdate';

type Subject =
  | Pod
  | Node
  | PersistentVolumeClaim
  | PersistentVolume
  | StorageClass
  | CSINode
  | CSIDriver
  | CSIStorageCapacity
  | VolumeAttachment
  | ResourceResourceClaim
  | ResourceSlice
  | DeviceClass;

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
  if (old.spec?.unschedulable === true && now.spec?.unschedulable !== true) tell('NodeUpdateNodeTaint');
  if (!semanticallyEqual(now.status?.allocatable, old.status?.allocatable)) tell('NodeUpdateNodeAllocatable');
  if (!semanticallyEqual(now.metadata.labels, old.metadata.labels)) tell('NodeUpdateNodeLabel');
  if (!semanticallyEqual(now.spec?.taints, old.spec?.taints)) tell('NodeUpdateNodeTaint');
  if (!semanticallyEqual(conditions(now), conditions(old))) tell('NodeUpdateNodeCondition');
  if (!semanticallyEqual(now.metadata.annotations, old.metadata.annotations)) tell('NodeUpdateNodeAnnotation');
  if (!semanticallyEqual(now.status?.declaredFeatures, old.status?.declaredFeatures)) tell('NodeUpdateNodeDeclaredFeature');
  return events;
}

/** What changed in a pod, told of one with a node or of one that waits for a node (PodSchedulingPropertiesChange). */
export function podUpdateEvents(subject: 'AssignedPod' | 'UnschedulablePod', now: Pod, old: Pod): ClusterEvent[] {
  const events: ClusterEvent[] = [];
  const tell = (name: ClusterEventName): unknown => events.push({ name, old, now });
  if (!semanticallyEqual(now.metadata.labels, old.metadata.labels)) tell(`${subject}UpdatePodLabel`);
  if (asksForLess(now, old)) tell(`${subject}UpdatePodScaleDown`);
  if (subject === 'UnschedulablePod' && lengthOf(now.spec?.schedulingGates) === 0 && lengthOf(old.spec?.schedulingGates) > 0)
    tell('UnschedulablePodUpdatePodSchedulingGatesEliminated');
  if (lengthOf(now.spec?.tolerations) !== lengthOf(old.spec?.tolerations)) tell(`${subject}UpdatePodToleration`);
  const claims = ({ status }: Pod): unknown => [status?.resourceClaimStatuses, status?.extendedResourceClaimStatus];
  if (!semanticallyEqual(claims(now), claims(old))) tell(`${subject}UpdatePodGeneratedResourceClaim`);
  if (events.length === 0) tell(`${subject}Update`);
  return events;
}

function asksForLess(now: Pod, old: Pod): boolean {
  if (now.spec === old.spec && semanticallyEqual(grantsOf(now), grantsOf(old))) return false;
  const [after, before] = [podRequests(now), podRequests(old)];
  const names = ['cpu', 'memory', 'ephemeral-storage', ...(before.scalar?.keys() ?? [])];
  return names.some((name) => amountOf(after, name) < amountOf(before, name));
}

function lengthOf(list: readonly unknown[] | undefined): number {
  return list?.length ?? 0;
}

function conditions(node: Node): Record<string, string> {
  return Object.fromEntries((node.status?.conditions ?? []).map(({ type, status }) => [type, status]));
}
