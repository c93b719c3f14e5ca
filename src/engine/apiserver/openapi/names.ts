import { customParts, isCustomSchema } from '../managed/custom-shape.ts';

// Which Go package a type of the schema lives in: the first part of its name in OpenAPI. The rest is the core's.
const PACKAGES: Readonly<Record<string, string>> = {
  'io.k8s.api.admissionregistration.v1': `ApplyConfiguration AuditAnnotation ExpressionWarning JSONPatch MatchCondition MatchResources MutatingAdmissionPolicy
    MutatingAdmissionPolicyBinding MutatingAdmissionPolicyBindingSpec MutatingAdmissionPolicySpec MutatingWebhook
    MutatingWebhookConfiguration Mutation NamedRuleWithOperations ParamKind ParamRef RuleWithOperations ServiceReference
    TypeChecking ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingAdmissionPolicyBindingSpec
    ValidatingAdmissionPolicySpec ValidatingAdmissionPolicyStatus ValidatingWebhook ValidatingWebhookConfiguration
    Validation Variable WebhookClientConfig`,
  'io.k8s.api.apps.v1': `ControllerRevision DaemonSet DaemonSetCondition DaemonSetSpec DaemonSetStatus DaemonSetUpdateStrategy Deployment
    DeploymentCondition DeploymentSpec DeploymentStatus DeploymentStrategy ReplicaSet ReplicaSetCondition ReplicaSetSpec
    ReplicaSetStatus RollingUpdateDaemonSet RollingUpdateDeployment RollingUpdateStatefulSetStrategy StatefulSet
    StatefulSetCondition StatefulSetOrdinals StatefulSetPersistentVolumeClaimRetentionPolicy StatefulSetSpec
    StatefulSetStatus StatefulSetUpdateStrategy`,
  'io.k8s.api.authentication.v1': `BoundObjectReference SelfSubjectReview SelfSubjectReviewStatus TokenRequest TokenRequestSpec TokenRequestStatus
    TokenReview TokenReviewSpec TokenReviewStatus UserInfo`,
  'io.k8s.api.authorization.v1': `FieldSelectorAttributes LabelSelectorAttributes LocalSubjectAccessReview NonResourceAttributes NonResourceRule
    ResourceAttributes ResourceRule SelfSubjectAccessReview SelfSubjectAccessReviewSpec SelfSubjectRulesReview
    SelfSubjectRulesReviewSpec SubjectAccessReview SubjectAccessReviewSpec SubjectAccessReviewStatus
    SubjectRulesReviewStatus`,
  'io.k8s.api.autoscaling.v1': `CrossVersionObjectReferenceV1 HorizontalPodAutoscalerSpecV1 HorizontalPodAutoscalerStatusV1 HorizontalPodAutoscalerV1
    Scale ScaleSpec ScaleStatus`,
  'io.k8s.api.autoscaling.v2': `ContainerResourceMetricSource ContainerResourceMetricStatus CrossVersionObjectReference ExternalMetricSource
    ExternalMetricStatus HPAScalingPolicy HPAScalingRules HorizontalPodAutoscaler HorizontalPodAutoscalerBehavior
    HorizontalPodAutoscalerCondition HorizontalPodAutoscalerSpec HorizontalPodAutoscalerStatus MetricIdentifier MetricSpec
    MetricStatus MetricTarget MetricValueStatus ObjectMetricSource ObjectMetricStatus PodsMetricSource PodsMetricStatus
    ResourceMetricSource ResourceMetricStatus`,
  'io.k8s.api.batch.v1': `CronJob CronJobSpec CronJobStatus Job JobCondition JobSpec JobStatus JobTemplateSpec PodFailurePolicy
    PodFailurePolicyOnExitCodesRequirement PodFailurePolicyOnPodConditionsPattern PodFailurePolicyRule SuccessPolicy
    SuccessPolicyRule UncountedTerminatedPods`,
  'io.k8s.api.certificates.v1': `CertificateSigningRequest CertificateSigningRequestCondition CertificateSigningRequestSpec
    CertificateSigningRequestStatus`,
  'io.k8s.api.coordination.v1': `Lease LeaseSpec`,
  'io.k8s.api.discovery.v1': `DiscoveryEndpointPort Endpoint EndpointConditions EndpointHints EndpointSlice ForNode ForZone`,
  'io.k8s.api.events.v1': `EventsEvent EventsEventSeries`,
  'io.k8s.api.flowcontrol.v1': `ExemptPriorityLevelConfiguration FlowDistinguisherMethod FlowSchema FlowSchemaCondition FlowSchemaSpec FlowSchemaStatus
    FlowcontrolSubject GroupSubject LimitResponse LimitedPriorityLevelConfiguration NonResourcePolicyRule
    PolicyRulesWithSubjects PriorityLevelConfiguration PriorityLevelConfigurationCondition
    PriorityLevelConfigurationReference PriorityLevelConfigurationSpec PriorityLevelConfigurationStatus QueuingConfiguration
    ResourcePolicyRule ServiceAccountSubject UserSubject`,
  'io.k8s.api.networking.v1': `HTTPIngressPath HTTPIngressRuleValue IPAddress IPAddressSpec IPBlock Ingress IngressBackend IngressClass
    IngressClassParametersReference IngressClassSpec IngressLoadBalancerIngress IngressLoadBalancerStatus IngressPortStatus
    IngressRule IngressServiceBackend IngressSpec IngressStatus IngressTLS NetworkPolicy NetworkPolicyEgressRule
    NetworkPolicyIngressRule NetworkPolicyPeer NetworkPolicyPort NetworkPolicySpec ParentReference ServiceBackendPort
    ServiceCIDR ServiceCIDRSpec ServiceCIDRStatus`,
  'io.k8s.api.node.v1': `Overhead RuntimeClass Scheduling`,
  'io.k8s.api.policy.v1': `Eviction PodDisruptionBudget PodDisruptionBudgetSpec PodDisruptionBudgetStatus`,
  'io.k8s.api.rbac.v1': `AggregationRule ClusterRole ClusterRoleBinding PolicyRule Role RoleBinding RoleRef Subject`,
  'io.k8s.api.resource.v1': `AllocatedDeviceStatus AllocationResult CELDeviceSelector CapacityRequestPolicy CapacityRequestPolicyRange
    CapacityRequirements Counter CounterSet Device DeviceAllocationConfiguration DeviceAllocationResult DeviceAttribute
    DeviceCapacity DeviceClaim DeviceClaimConfiguration DeviceClass DeviceClassConfiguration DeviceClassSpec
    DeviceConstraint DeviceCounterConsumption DeviceRequest DeviceRequestAllocationResult DeviceSelector DeviceSubRequest
    DeviceTaint DeviceToleration ExactDeviceRequest NetworkDeviceData NodeAllocatableResourceMapping
    OpaqueDeviceConfiguration ResourceClaimConsumerReference ResourceClaimSpec ResourceClaimStatus ResourceClaimTemplate
    ResourceClaimTemplateSpec ResourcePool ResourceResourceClaim ResourceSlice ResourceSliceSpec`,
  'io.k8s.api.scheduling.v1': `PriorityClass`,
  'io.k8s.api.storage.v1': `CSIDriver CSIDriverSpec CSINode CSINodeDriver CSINodeSpec CSIStorageCapacity StorageClass StorageTokenRequest
    VolumeAttachment VolumeAttachmentSource VolumeAttachmentSpec VolumeAttachmentStatus VolumeAttributesClass VolumeError
    VolumeNodeResources`,
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1': `ApiextensionsServiceReference ApiextensionsWebhookClientConfig CustomResourceColumnDefinition CustomResourceConversion
    CustomResourceDefinition CustomResourceDefinitionCondition CustomResourceDefinitionNames CustomResourceDefinitionSpec
    CustomResourceDefinitionStatus CustomResourceDefinitionVersion CustomResourceSubresourceScale CustomResourceSubresourceStatus CustomResourceSubresources
    CustomResourceValidation ExternalDocumentation JSONSchemaProps SelectableField ValidationRule WebhookConversion`,
  'io.k8s.apimachinery.pkg.api.resource': `Quantity`,
  'io.k8s.apimachinery.pkg.apis.meta.v1': `Condition DeleteOptions FieldSelectorRequirement FieldsV1 LabelSelector LabelSelectorRequirement ListMeta
    ManagedFieldsEntry MicroTime ObjectMeta OwnerReference Preconditions Time`,
  'io.k8s.apimachinery.pkg.runtime': `RawExtension`,
  'io.k8s.apimachinery.pkg.util.intstr': `IntOrString`,
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1': `APIService APIServiceCondition APIServiceSpec APIServiceStatus ApiregistrationServiceReference`,
};

const packageOf = new Map(Object.entries(PACKAGES).flatMap(([path, types]) => types.split(/\s+/).map((type) => [type, path] as const)));

// Names that two groups or versions share carry one of them here, and only here.
const MARKED =
  /^(?:(?:Discovery(?=EndpointPort$)|Events(?=Event)|Storage(?=TokenRequest$)|Flowcontrol(?=Subject$)|Apiextensions|Apiregistration|Resource(?=ResourceClaim$))(.+)|(HorizontalPodAutoscaler(?:Spec|Status)?|CrossVersionObjectReference)V1)$/;

/** `io.k8s.api.apps.v1.Deployment` for `Deployment`. */
export function definitionName(type: string): string {
  if (isCustomSchema(type))
    return type.endsWith('}List') ? `${customParts(type.slice(0, -'List'.length)).name}List` : customParts(type).name;
  const marked = MARKED.exec(type);
  return `${packageOf.get(type) ?? 'io.k8s.api.core.v1'}.${marked?.[1] ?? marked?.[2] ?? type}`;
}
