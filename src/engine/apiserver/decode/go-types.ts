import { SCHEMA } from '../../api/known-types.ts';

// What the Go structs behind the API say beyond the OpenAPI schema. It shows in error texts, which name Go types.

/** Fields of embedded structs: error paths name the embedded struct on the way (`spec.volumes.VolumeSource.emptyDir`). */
export function embeddedIn(type: string, field: string): string | undefined {
  switch (type) {
    case 'Volume':
      return field === 'name' ? undefined : 'VolumeSource';
    case 'Probe':
      return ['exec', 'httpGet', 'tcpSocket', 'grpc'].includes(field) ? 'ProbeHandler' : undefined;
    case 'EphemeralContainer':
      return field === 'targetContainerName' ? undefined : 'EphemeralContainerCommon';
    case 'ConfigMapKeySelector':
    case 'SecretKeySelector':
    case 'ConfigMapEnvSource':
    case 'SecretEnvSource':
    case 'ConfigMapProjection':
    case 'SecretProjection':
    case 'ConfigMapVolumeSource':
      return field === 'name' ? 'LocalObjectReference' : undefined;
    case 'IngressRule':
      return field === 'http' ? 'IngressRuleValue' : undefined;
    case 'PersistentVolumeSpec':
      return PERSISTENT_VOLUME_OWN.has(field) ? undefined : 'PersistentVolumeSource';
    case 'RuleWithOperations':
      return field === 'operations' ? undefined : 'Rule';
    case 'NamedRuleWithOperations':
      return field === 'resourceNames' ? undefined : field === 'operations' ? 'RuleWithOperations' : 'RuleWithOperations.Rule';
    case 'DeviceClassConfiguration':
    case 'DeviceClaimConfiguration':
    case 'DeviceAllocationConfiguration':
      return field === 'opaque' ? 'DeviceConfiguration' : undefined;
    default:
      return undefined;
  }
}

const PERSISTENT_VOLUME_OWN = new Set([
  'capacity', 'accessModes', 'claimRef', 'persistentVolumeReclaimPolicy', 'storageClassName', 'mountOptions', 'volumeMode', 'nodeAffinity',
  'volumeAttributesClassName',
]); // prettier-ignore

/** Maps and lists that have a name, or keys with one. */
const WHOLE: Readonly<Record<string, string>> = {
  'CapacityRequirements.requests': 'map[v1.QualifiedName]resource.Quantity',
  'CertificateSigningRequestSpec.extra': 'map[string]v1.ExtraValue',
  'Device.attributes': 'map[v1.QualifiedName]v1.DeviceAttribute',
  'Device.capacity': 'map[v1.QualifiedName]v1.DeviceCapacity',
  'Device.nodeAllocatableResourceMappings': 'map[v1.ResourceName]v1.NodeAllocatableResourceMapping',
  'DeviceRequestAllocationResult.consumedCapacity': 'map[v1.QualifiedName]resource.Quantity',
  'JSONSchemaProps.definitions': 'v1.JSONSchemaDefinitions',
  'JSONSchemaProps.dependencies': 'v1.JSONSchemaDependencies',
  'JSONSchemaProps.x-kubernetes-validations': 'v1.ValidationRules',
  'NodeAllocatableResourceClaimStatus.resources': 'map[v1.ResourceName]resource.Quantity',
  'PersistentVolumeClaimStatus.allocatedResourceStatuses': 'map[v1.ResourceName]v1.ClaimResourceStatus',
  'SubjectAccessReviewSpec.extra': 'map[string]v1.ExtraValue',
  'UserInfo.extra': 'map[string]v1.ExtraValue',
};

export function wholeType(type: string, field: string): string | undefined {
  return WHOLE[`${type}.${field}`];
}

/** The Go type of a text. */
export function namedText(type: string, field: string): string {
  return SCHEMA[type]?.named?.[field] ?? 'string';
}

/** The Go name of a type of the schema: two of them share one across packages. */
export function structName(type: string): string {
  const plain =
    /^(?:Events(?=Event)|Flowcontrol(?=Subject)|Apiextensions|Apiregistration(?=Service)|Resource(?=ResourceClaim$)|Storage(?=TokenRequest)|Discovery(?=EndpointPort))(.+)$/.exec(
      type,
    )?.[1];
  return plain ?? type.replace(/(?<=^(HorizontalPodAutoscaler|CrossVersionObjectReference|HorizontalPodAutoscaler(Spec|Status)))V1$/, '');
}
