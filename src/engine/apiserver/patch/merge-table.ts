/**
 * How lists and maps of the API's types are merged: facts of the API's OpenAPI (`x-kubernetes-list-type`, `-list-map-keys`,
 * `-map-type`, `-patch-strategy`, `-patch-merge-key`) that the models the schema is made from do not carry. A type a line; `^`: owned as
 * a whole. A field is `name=list*key!`: `list` is `atomic`, `set`, the keys of an associative list, or `whole` for a map
 * that is owned as one; `*key` merges the list in strategic patches by that key (`*` alone: a list of plain values); `!` retains keys; `~` replaces a map
 * that strategic patches would merge.
 */
export const MERGE_TABLE = `
APIServiceStatus conditions=type*type
AggregationRule clusterRoleSelectors=atomic
AllocatedDeviceStatus conditions=type
CSIDriverSpec tokenRequests=atomic volumeLifecycleModes=set
CSINodeDriver topologyKeys=atomic
CSINodeSpec drivers=name*name
Capabilities add=atomic drop=atomic
CapacityRequestPolicy validValues=atomic
CephFSPersistentVolumeSource monitors=atomic
CephFSVolumeSource monitors=atomic
CertificateSigningRequestSpec groups=atomic usages=atomic
CertificateSigningRequestStatus conditions=type
ClusterRole rules=atomic
ClusterRoleBinding subjects=atomic
ComponentStatus conditions=type*type
ConfigMapKeySelector ^
ConfigMapProjection items=atomic
ConfigMapVolumeSource items=atomic
Container args=atomic command=atomic env=name*name envFrom=atomic ports=containerPort,protocol*containerPort resizePolicy=atomic restartPolicyRules=atomic volumeDevices=devicePath*devicePath volumeMounts=mountPath*mountPath
ContainerImage names=atomic
ContainerRestartRuleOnExitCodes values=set
ContainerStatus allocatedResourcesStatus=name*name volumeMounts=mountPath*mountPath
CronJobStatus active=atomic
CrossVersionObjectReferenceV1 ^
CustomResourceDefinitionNames categories=atomic shortNames=atomic
CustomResourceDefinitionSpec versions=atomic
CustomResourceDefinitionStatus conditions=type storedVersions=atomic
CustomResourceDefinitionVersion additionalPrinterColumns=atomic selectableFields=atomic
DaemonSetStatus conditions=type*type
DeleteOptions dryRun=atomic
DeploymentSpec strategy=!
DeploymentStatus conditions=type*type
Device bindingConditions=atomic bindingFailureConditions=atomic consumesCounters=atomic taints=atomic
DeviceAllocationConfiguration requests=atomic
DeviceAllocationResult config=atomic results=atomic
DeviceAttribute bools=atomic ints=atomic strings=atomic versions=atomic
DeviceClaim config=atomic constraints=atomic requests=atomic
DeviceClaimConfiguration requests=atomic
DeviceClassSpec config=atomic selectors=atomic
DeviceConstraint requests=atomic
DeviceRequest firstAvailable=atomic
DeviceRequestAllocationResult bindingConditions=atomic bindingFailureConditions=atomic tolerations=atomic
DeviceSubRequest selectors=atomic tolerations=atomic
DiscoveryEndpointPort ^
DownwardAPIProjection items=atomic
DownwardAPIVolumeSource items=atomic
Endpoint addresses=set
EndpointAddress ^
EndpointHints forNodes=atomic forZones=atomic
EndpointPort ^
EndpointSlice endpoints=atomic ports=atomic
EndpointSubset addresses=atomic notReadyAddresses=atomic ports=atomic
Endpoints subsets=atomic
EphemeralContainer args=atomic command=atomic env=name*name envFrom=atomic ports=containerPort,protocol*containerPort resizePolicy=atomic restartPolicyRules=atomic volumeDevices=devicePath*devicePath volumeMounts=mountPath*mountPath
ExactDeviceRequest selectors=atomic tolerations=atomic
ExecAction command=atomic
FCVolumeSource targetWWNs=atomic wwids=atomic
FieldSelectorAttributes requirements=atomic
FieldSelectorRequirement values=atomic
FileKeySelector ^
FlowSchemaSpec rules=atomic
FlowSchemaStatus conditions=type*type
HPAScalingRules policies=atomic
HTTPGetAction httpHeaders=atomic
HTTPIngressRuleValue paths=atomic
HorizontalPodAutoscalerSpec metrics=atomic
HorizontalPodAutoscalerStatus conditions=type*type currentMetrics=atomic
HostAlias hostnames=atomic
IPBlock except=atomic
ISCSIPersistentVolumeSource portals=atomic
ISCSIVolumeSource portals=atomic
IngressLoadBalancerIngress ports=atomic
IngressLoadBalancerStatus ingress=atomic
IngressSpec rules=atomic tls=atomic
IngressTLS hosts=atomic
JSONSchemaProps allOf=atomic anyOf=atomic enum=atomic oneOf=atomic required=atomic x-kubernetes-list-map-keys=atomic x-kubernetes-validations=rule*rule
JobStatus conditions=atomic*type
LabelSelector ^ matchExpressions=atomic
LabelSelectorAttributes requirements=atomic
LabelSelectorRequirement values=atomic
LimitRangeSpec limits=atomic
LinuxContainerUser supplementalGroups=atomic
LoadBalancerIngress ports=atomic
LoadBalancerStatus ingress=atomic
LocalObjectReference ^
MatchResources ^ excludeResourceRules=atomic resourceRules=atomic
MutatingAdmissionPolicySpec matchConditions=name*name mutations=atomic variables=atomic
MutatingWebhook admissionReviewVersions=atomic matchConditions=name*name rules=atomic
MutatingWebhookConfiguration webhooks=name*name
NamedRuleWithOperations ^ apiGroups=atomic apiVersions=atomic operations=atomic resourceNames=atomic resources=atomic
NamespaceSpec finalizers=atomic
NamespaceStatus conditions=type*type
NetworkDeviceData ips=atomic
NetworkPolicyEgressRule ports=atomic to=atomic
NetworkPolicyIngressRule from=atomic ports=atomic
NetworkPolicySpec egress=atomic ingress=atomic policyTypes=atomic
NodeAffinity preferredDuringSchedulingIgnoredDuringExecution=atomic
NodeAllocatableResourceClaimStatus containers=set
NodeSelector ^ nodeSelectorTerms=atomic
NodeSelectorRequirement values=atomic
NodeSelectorTerm ^ matchExpressions=atomic matchFields=atomic
NodeSpec podCIDRs=set* taints=atomic
NodeStatus addresses=type*type conditions=type*type declaredFeatures=atomic images=atomic runtimeHandlers=atomic volumesAttached=atomic volumesInUse=atomic
NonResourcePolicyRule nonResourceURLs=set verbs=set
NonResourceRule nonResourceURLs=atomic verbs=atomic
ObjectFieldSelector ^
ObjectMeta finalizers=set* managedFields=atomic ownerReferences=uid*uid
ObjectReference ^
OwnerReference ^
ParamKind ^
ParamRef ^
PersistentVolumeClaimSpec accessModes=atomic
PersistentVolumeClaimStatus accessModes=atomic conditions=type*type
PersistentVolumeSpec accessModes=atomic mountOptions=atomic
PodAffinity preferredDuringSchedulingIgnoredDuringExecution=atomic requiredDuringSchedulingIgnoredDuringExecution=atomic
PodAffinityTerm matchLabelKeys=atomic mismatchLabelKeys=atomic namespaces=atomic
PodAntiAffinity preferredDuringSchedulingIgnoredDuringExecution=atomic requiredDuringSchedulingIgnoredDuringExecution=atomic
PodDNSConfig nameservers=atomic options=atomic searches=atomic
PodDisruptionBudgetSpec selector=~
PodDisruptionBudgetStatus conditions=type*type
PodExtendedResourceClaimStatus requestMappings=atomic
PodFailurePolicy rules=atomic
PodFailurePolicyOnExitCodesRequirement values=set
PodFailurePolicyRule onPodConditions=atomic
PodSecurityContext supplementalGroups=atomic sysctls=atomic
PodSpec containers=name*name ephemeralContainers=name*name hostAliases=ip*ip imagePullSecrets=name*name initContainers=name*name nodeSelector=whole readinessGates=atomic resourceClaims=name*name! schedulingGates=name*name tolerations=atomic topologySpreadConstraints=topologyKey,whenUnsatisfiable*topologyKey volumes=name*name!
PodStatus conditions=type*type containerStatuses=atomic ephemeralContainerStatuses=atomic hostIPs=atomic*ip initContainerStatuses=atomic nodeAllocatableResourceClaimStatuses=atomic podIPs=ip*ip resourceClaimStatuses=name*name!
PolicyRule apiGroups=atomic nonResourceURLs=atomic resourceNames=atomic resources=atomic verbs=atomic
PolicyRulesWithSubjects nonResourceRules=atomic resourceRules=atomic subjects=atomic
PriorityLevelConfigurationStatus conditions=type*type
ProjectedVolumeSource sources=atomic
RBDPersistentVolumeSource monitors=atomic
RBDVolumeSource monitors=atomic
ReplicaSetStatus conditions=type*type
ReplicationControllerSpec selector=whole
ReplicationControllerStatus conditions=type*type
ResourceClaimStatus devices=driver,device,pool,shareID reservedFor=uid*uid
ResourceFieldSelector ^
ResourcePolicyRule apiGroups=set namespaces=set resources=set verbs=set
ResourceQuotaSpec scopes=atomic
ResourceRequirements claims=name
ResourceRule apiGroups=atomic resourceNames=atomic resources=atomic verbs=atomic
ResourceSliceSpec devices=atomic sharedCounters=atomic
ResourceStatus resources=resourceID
Role rules=atomic
RoleBinding subjects=atomic
RoleRef ^
RuleWithOperations apiGroups=atomic apiVersions=atomic operations=atomic resources=atomic
Scheduling nodeSelector=whole tolerations=atomic
ScopeSelector ^ matchExpressions=atomic
ScopedResourceSelectorRequirement values=atomic
SecretKeySelector ^
SecretProjection items=atomic
SecretReference ^
SecretVolumeSource items=atomic
ServiceAccount imagePullSecrets=atomic secrets=name*name
ServiceBackendPort ^
ServiceCIDRSpec cidrs=atomic
ServiceCIDRStatus conditions=type*type
ServiceSpec clusterIPs=atomic externalIPs=atomic ipFamilies=atomic loadBalancerSourceRanges=atomic ports=port,protocol*port selector=whole
ServiceStatus conditions=type*type
StatefulSetSpec volumeClaimTemplates=atomic
StatefulSetStatus conditions=type*type
StorageClass allowedTopologies=atomic mountOptions=atomic
Subject ^
SubjectAccessReviewSpec groups=atomic
SubjectRulesReviewStatus nonResourceRules=atomic resourceRules=atomic
SuccessPolicy rules=atomic
TokenRequestSpec audiences=atomic
TokenReviewSpec audiences=atomic
TokenReviewStatus audiences=atomic
TopologySelectorLabelRequirement values=atomic
TopologySelectorTerm ^ matchLabelExpressions=atomic
TopologySpreadConstraint matchLabelKeys=atomic
TypeChecking expressionWarnings=atomic
TypedLocalObjectReference ^
UncountedTerminatedPods failed=set succeeded=set
UserInfo groups=atomic
ValidatingAdmissionPolicyBindingSpec validationActions=set
ValidatingAdmissionPolicySpec auditAnnotations=atomic matchConditions=name*name validations=atomic variables=name*name
ValidatingAdmissionPolicyStatus conditions=type
ValidatingWebhook admissionReviewVersions=atomic matchConditions=name*name rules=atomic
ValidatingWebhookConfiguration webhooks=name*name
Variable ^
WebhookConversion conversionReviewVersions=atomic
`;
