// Values of fields that OpenAPI publishes as enumerations, sorted as there. By type and field; of lists and maps their items.
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const MESSAGE_POLICIES = ['FallbackToLogsOnError', 'File'];
const PROFILES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const EFFECTS = ['NoExecute', 'NoSchedule', 'PreferNoSchedule'];
const SCOPES = ['Cluster', 'Local'];
const NODE_POLICIES = ['Honor', 'Ignore'];
const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const ALLOCATION_MODES = ['All', 'ExactCount'];
const DEVICE_EFFECTS = ['NoExecute', 'NoSchedule', 'None'];
const FAILURE_POLICIES = ['Fail', 'Ignore'];
const MATCH_POLICIES = ['Equivalent', 'Exact'];
const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const QUOTA_SCOPES = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'PriorityClass',
  'Terminating',
  'VolumeAttributesClass',
];
const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain'];
const REINVOCATIONS = ['IfNeeded', 'Never'];
const RULE_SCOPES = ['*', 'Cluster', 'Namespaced'];
const SIDE_EFFECTS = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];
const SIGNALS =
  'SIGABRT SIGALRM SIGBUS SIGCHLD SIGCLD SIGCONT SIGFPE SIGHUP SIGILL SIGINT SIGIO SIGIOT SIGKILL SIGPIPE SIGPOLL SIGPROF SIGPWR SIGQUIT SIGRTMAX SIGRTMAX-1 SIGRTMAX-10 SIGRTMAX-11 SIGRTMAX-12 SIGRTMAX-13 SIGRTMAX-14 SIGRTMAX-2 SIGRTMAX-3 SIGRTMAX-4 SIGRTMAX-5 SIGRTMAX-6 SIGRTMAX-7 SIGRTMAX-8 SIGRTMAX-9 SIGRTMIN SIGRTMIN+1 SIGRTMIN+10 SIGRTMIN+11 SIGRTMIN+12 SIGRTMIN+13 SIGRTMIN+14 SIGRTMIN+15 SIGRTMIN+2 SIGRTMIN+3 SIGRTMIN+4 SIGRTMIN+5 SIGRTMIN+6 SIGRTMIN+7 SIGRTMIN+8 SIGRTMIN+9 SIGSEGV SIGSTKFLT SIGSTOP SIGSYS SIGTERM SIGTRAP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ'.split(
    ' ',
  );
const UPDATE_STRATEGIES = ['OnDelete', 'RollingUpdate'];
const VOLUME_MODES = ['Block', 'Filesystem'];

const ENUMS: Readonly<Record<string, readonly string[]>> = {
  'AppArmorProfile.type': PROFILES,
  'AzureDiskVolumeSource.cachingMode': ['None', 'ReadOnly', 'ReadWrite'],
  'AzureDiskVolumeSource.kind': ['Dedicated', 'Managed', 'Shared'],
  'CertificateSigningRequestSpec.usages': [
    'any',
    'cert sign',
    'client auth',
    'code signing',
    'content commitment',
    'crl sign',
    'data encipherment',
    'decipher only',
    'digital signature',
    'email protection',
    'encipher only',
    'ipsec end system',
    'ipsec tunnel',
    'ipsec user',
    'key agreement',
    'key encipherment',
    'microsoft sgc',
    'netscape sgc',
    'ocsp signing',
    's/mime',
    'server auth',
    'signing',
    'timestamping',
  ],
  'Container.imagePullPolicy': PULL_POLICIES,
  'Container.terminationMessagePolicy': MESSAGE_POLICIES,
  'ContainerPort.protocol': PROTOCOLS,
  'ContainerStatus.stopSignal': SIGNALS,
  'CronJobSpec.concurrencyPolicy': ['Allow', 'Forbid', 'Replace'],
  'DaemonSetUpdateStrategy.type': UPDATE_STRATEGIES,
  'DeploymentStrategy.type': ['Recreate', 'RollingUpdate'],
  'DeviceAllocationConfiguration.source': ['FromClaim', 'FromClass'],
  'DeviceSubRequest.allocationMode': ALLOCATION_MODES,
  'DeviceTaint.effect': DEVICE_EFFECTS,
  'DeviceToleration.effect': DEVICE_EFFECTS,
  'DeviceToleration.operator': ['Equal', 'Exists'],
  'DiscoveryEndpointPort.protocol': PROTOCOLS,
  'EndpointPort.protocol': PROTOCOLS,
  'EndpointSlice.addressType': ['FQDN', 'IPv4', 'IPv6'],
  'EphemeralContainer.imagePullPolicy': PULL_POLICIES,
  'EphemeralContainer.terminationMessagePolicy': MESSAGE_POLICIES,
  'ExactDeviceRequest.allocationMode': ALLOCATION_MODES,
  'HTTPGetAction.scheme': ['HTTP', 'HTTPS'],
  'HTTPIngressPath.pathType': ['Exact', 'ImplementationSpecific', 'Prefix'],
  'HostPathVolumeSource.type': ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'],
  'ImageVolumeSource.pullPolicy': PULL_POLICIES,
  'IngressPortStatus.protocol': PROTOCOLS,
  'JobSpec.completionMode': ['Indexed', 'NonIndexed'],
  'JobSpec.podReplacementPolicy': ['Failed', 'TerminatingOrFailed'],
  'Lifecycle.stopSignal': SIGNALS,
  'MatchResources.matchPolicy': MATCH_POLICIES,
  'ModifyVolumeStatus.status': ['InProgress', 'Infeasible', 'Pending'],
  'MutatingAdmissionPolicySpec.failurePolicy': FAILURE_POLICIES,
  'MutatingAdmissionPolicySpec.reinvocationPolicy': REINVOCATIONS,
  'MutatingWebhook.failurePolicy': FAILURE_POLICIES,
  'MutatingWebhook.matchPolicy': MATCH_POLICIES,
  'MutatingWebhook.reinvocationPolicy': REINVOCATIONS,
  'MutatingWebhook.sideEffects': SIDE_EFFECTS,
  'Mutation.patchType': ['ApplyConfiguration', 'JSONPatch'],
  'NamedRuleWithOperations.operations': OPERATIONS,
  'NamedRuleWithOperations.scope': RULE_SCOPES,
  'NamespaceStatus.phase': ['Active', 'Terminating'],
  'NetworkPolicyPort.protocol': PROTOCOLS,
  'NetworkPolicySpec.policyTypes': ['Egress', 'Ingress'],
  'NodeSelectorRequirement.operator': ['DoesNotExist', 'Exists', 'Gt', 'In', 'Lt', 'NotIn'],
  'NodeStatus.phase': ['Pending', 'Running', 'Terminated'],
  'PersistentVolumeClaimSpec.accessModes': ACCESS_MODES,
  'PersistentVolumeClaimSpec.volumeMode': ['Block', 'Filesystem'],
  'PersistentVolumeClaimStatus.accessModes': ACCESS_MODES,
  'PersistentVolumeClaimStatus.allocatedResourceStatuses': [
    'ControllerResizeInProgress',
    'ControllerResizeInfeasible',
    'NodeResizeInProgress',
    'NodeResizeInfeasible',
    'NodeResizePending',
  ],
  'PersistentVolumeClaimStatus.phase': ['Bound', 'Lost', 'Pending'],
  'PersistentVolumeSpec.accessModes': ACCESS_MODES,
  'PersistentVolumeSpec.persistentVolumeReclaimPolicy': RECLAIM_POLICIES,
  'PersistentVolumeSpec.volumeMode': VOLUME_MODES,
  'PersistentVolumeStatus.phase': ['Available', 'Bound', 'Failed', 'Pending', 'Released'],
  'PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy': ['AlwaysAllow', 'IfHealthyBudget'],
  'PodFailurePolicyOnExitCodesRequirement.operator': ['In', 'NotIn'],
  'PodFailurePolicyRule.action': ['Count', 'FailIndex', 'FailJob', 'Ignore'],
  'PodSecurityContext.fsGroupChangePolicy': ['Always', 'OnRootMismatch'],
  'PodSecurityContext.supplementalGroupsPolicy': ['Merge', 'Strict'],
  'PodSpec.dnsPolicy': ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'],
  'PodSpec.preemptionPolicy': ['Never', 'PreemptLowerPriority'],
  'PodSpec.restartPolicy': ['Always', 'Never', 'OnFailure'],
  'PodStatus.phase': ['Failed', 'Pending', 'Running', 'Succeeded', 'Unknown'],
  'PodStatus.qosClass': ['BestEffort', 'Burstable', 'Guaranteed'],
  'PortStatus.protocol': PROTOCOLS,
  'PriorityClass.preemptionPolicy': ['Never', 'PreemptLowerPriority'],
  'ResourceQuotaSpec.scopes': QUOTA_SCOPES,
  'RuleWithOperations.operations': OPERATIONS,
  'RuleWithOperations.scope': RULE_SCOPES,
  'ScopedResourceSelectorRequirement.operator': ['DoesNotExist', 'Exists', 'In', 'NotIn'],
  'ScopedResourceSelectorRequirement.scopeName': QUOTA_SCOPES,
  'SeccompProfile.type': PROFILES,
  'SecurityContext.procMount': ['Default', 'Unmasked'],
  'ServicePort.protocol': PROTOCOLS,
  'ServiceSpec.externalTrafficPolicy': SCOPES,
  'ServiceSpec.internalTrafficPolicy': SCOPES,
  'ServiceSpec.ipFamilies': ['', 'IPv4', 'IPv6'],
  'ServiceSpec.ipFamilyPolicy': ['PreferDualStack', 'RequireDualStack', 'SingleStack'],
  'ServiceSpec.sessionAffinity': ['ClientIP', 'None'],
  'ServiceSpec.type': ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'],
  'StatefulSetSpec.podManagementPolicy': ['OrderedReady', 'Parallel'],
  'StatefulSetUpdateStrategy.type': UPDATE_STRATEGIES,
  'StorageClass.reclaimPolicy': RECLAIM_POLICIES,
  'StorageClass.volumeBindingMode': ['Immediate', 'WaitForFirstConsumer'],
  'Taint.effect': EFFECTS,
  'Toleration.effect': EFFECTS,
  'Toleration.operator': ['Equal', 'Exists', 'Gt', 'Lt'],
  'TopologySpreadConstraint.nodeAffinityPolicy': NODE_POLICIES,
  'TopologySpreadConstraint.nodeTaintsPolicy': NODE_POLICIES,
  'TopologySpreadConstraint.whenUnsatisfiable': ['DoNotSchedule', 'ScheduleAnyway'],
  'ValidatingAdmissionPolicyBindingSpec.validationActions': ['Audit', 'Deny', 'Warn'],
  'ValidatingAdmissionPolicySpec.failurePolicy': FAILURE_POLICIES,
  'ValidatingWebhook.failurePolicy': FAILURE_POLICIES,
  'ValidatingWebhook.matchPolicy': MATCH_POLICIES,
  'ValidatingWebhook.sideEffects': SIDE_EFFECTS,
  'ValidationRule.reason': ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'],
  'VolumeMount.mountPropagation': ['Bidirectional', 'HostToContainer', 'None'],
};

export function enumOf(type: string, field: string): readonly string[] | undefined {
  return ENUMS[`${type}.${field}`];
}
