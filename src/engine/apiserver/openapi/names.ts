// Which Go package a type of the schema lives in: the first part of its name in OpenAPI.
const PACKAGES: Readonly<Record<string, string>> = {
  'io.k8s.api.apps.v1': `ControllerRevision Deployment DeploymentCondition DeploymentSpec DeploymentStatus DeploymentStrategy ReplicaSet
    ReplicaSetCondition ReplicaSetSpec ReplicaSetStatus RollingUpdateDeployment`,
  'io.k8s.api.authentication.v1': `BoundObjectReference SelfSubjectReview SelfSubjectReviewStatus TokenRequest TokenRequestSpec
    TokenRequestStatus TokenReview TokenReviewSpec TokenReviewStatus UserInfo`,
  'io.k8s.api.authorization.v1': `FieldSelectorAttributes LabelSelectorAttributes LocalSubjectAccessReview NonResourceAttributes
    NonResourceRule ResourceAttributes ResourceRule SelfSubjectAccessReview SelfSubjectAccessReviewSpec SelfSubjectRulesReview
    SelfSubjectRulesReviewSpec SubjectAccessReview SubjectAccessReviewSpec SubjectAccessReviewStatus SubjectRulesReviewStatus`,
  'io.k8s.api.autoscaling.v1': 'Scale ScaleSpec ScaleStatus',
  'io.k8s.api.coordination.v1': 'Lease LeaseSpec',
  'io.k8s.api.discovery.v1': 'DiscoveryEndpointPort Endpoint EndpointConditions EndpointHints EndpointSlice ForNode ForZone',
  'io.k8s.api.policy.v1': 'Eviction',
  'io.k8s.apimachinery.pkg.apis.meta.v1': `Condition DeleteOptions FieldSelectorRequirement FieldsV1 LabelSelector LabelSelectorRequirement
    ListMeta ManagedFieldsEntry MicroTime ObjectMeta OwnerReference Preconditions Time`,
  'io.k8s.apimachinery.pkg.api.resource': 'Quantity',
  'io.k8s.apimachinery.pkg.runtime': 'RawExtension',
  'io.k8s.apimachinery.pkg.util.intstr': 'IntOrString',
};

const packageOf = new Map(Object.entries(PACKAGES).flatMap(([path, types]) => types.split(/\s+/).map((type) => [type, path] as const)));

/** `io.k8s.api.apps.v1.Deployment` for `Deployment`. */
export function definitionName(type: string): string {
  return `${packageOf.get(type) ?? 'io.k8s.api.core.v1'}.${type === 'DiscoveryEndpointPort' ? 'EndpointPort' : type}`;
}
