const WORDS: Readonly<Record<string, string>> = {
  PodAdd: 'it is new',
  ScheduleAttemptFailure: 'the last attempt failed',
  BackoffComplete: 'its back-off is over',
  PopFromBackoffQ: 'nothing else was waiting',
  UnschedulableTimeout: 'five minutes went by',
  PreemptionFinished: 'its victims are gone',
  AssignedPodAdd: 'another pod got its node',
  AssignedPodUpdate: 'a pod on a node changed',
  AssignedPodUpdatePodLabel: 'the labels of a pod on a node changed',
  AssignedPodUpdatePodScaleDown: 'a pod on a node asks for less',
  AssignedPodDelete: 'a pod left its node',
  UnschedulablePodUpdate: 'it changed',
  UnschedulablePodUpdatePodLabel: 'its labels changed',
  UnschedulablePodUpdatePodToleration: 'its tolerations changed',
  UnschedulablePodUpdatePodSchedulingGatesEliminated: 'its last gate was taken away',
  UnschedulablePodUpdatePodScaleDown: 'it asks for less',
  NodeAdd: 'a node came',
  NodeDelete: 'a node went',
  NodeUpdateNodeAllocatable: 'a node has other resources',
  NodeUpdateNodeLabel: 'the labels of a node changed',
  NodeUpdateNodeTaint: 'the taints of a node changed',
  NodeUpdateNodeCondition: 'the condition of a node changed',
  PersistentVolumeClaimAdd: 'a claim came',
  PersistentVolumeClaimUpdate: 'a claim changed',
  PersistentVolumeAdd: 'a volume came',
  PersistentVolumeUpdate: 'a volume changed',
  StorageClassAdd: 'a storage class came',
  CSINodeAdd: 'a node got a storage driver',
  CSINodeUpdate: 'the storage drivers of a node changed',
};

/** What moved a pod between the scheduler's queues, for a reader; the real name is what metrics call it. */
export function becauseWords(because: string): string {
  return WORDS[because] ?? because;
}
