import schemaJson from '../../api/generated/schema.json' with { type: 'json' };
import type { Schema } from '../../api/schema.ts';

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

const SCHEMA = schemaJson as unknown as Schema;

/** Texts that have a named Go type: the oldest types; for the others the schema says it. */
const NAMED: Readonly<Record<string, string>> = {
  'Container.imagePullPolicy': 'PullPolicy',
  'EphemeralContainer.imagePullPolicy': 'PullPolicy',
  'Container.restartPolicy': 'ContainerRestartPolicy',
  'Container.terminationMessagePolicy': 'TerminationMessagePolicy',
  'ContainerPort.protocol': 'Protocol',
  'ServicePort.protocol': 'Protocol',
  'DiscoveryEndpointPort.protocol': 'Protocol',
  'EndpointPort.protocol': 'Protocol',
  'EndpointSlice.addressType': 'AddressType',
  'PodSpec.restartPolicy': 'RestartPolicy',
  'PodSpec.dnsPolicy': 'DNSPolicy',
  'PodSpec.preemptionPolicy': 'PreemptionPolicy',
  'ServiceSpec.type': 'ServiceType',
  'ServiceSpec.sessionAffinity': 'ServiceAffinity',
  'ServiceSpec.externalTrafficPolicy': 'ServiceExternalTrafficPolicy',
  'ServiceSpec.internalTrafficPolicy': 'ServiceInternalTrafficPolicy',
  'ServiceSpec.ipFamilyPolicy': 'IPFamilyPolicy',
  'ServiceSpec.ipFamilies': 'IPFamily',
  'DeploymentStrategy.type': 'DeploymentStrategyType',
  'Taint.effect': 'TaintEffect',
  'Toleration.effect': 'TaintEffect',
  'Toleration.operator': 'TolerationOperator',
  'HTTPGetAction.scheme': 'URIScheme',
  'NodeSelectorRequirement.operator': 'NodeSelectorOperator',
  'LabelSelectorRequirement.operator': 'LabelSelectorOperator',
  'Secret.type': 'SecretType',
  'NamespaceSpec.finalizers': 'FinalizerName',
  'PersistentVolumeClaimSpec.accessModes': 'PersistentVolumeAccessMode',
  'EmptyDirVolumeSource.medium': 'StorageMedium',
  'HostPathVolumeSource.type': 'HostPathType',
  'TopologySpreadConstraint.whenUnsatisfiable': 'UnsatisfiableConstraintAction',
  'ObjectMeta.uid': 'types.UID',
  'OwnerReference.uid': 'types.UID',
  'Capabilities.add': 'Capability',
  'Capabilities.drop': 'Capability',
};

export function namedText(type: string, field: string): string {
  const name = NAMED[`${type}.${field}`] ?? SCHEMA[type]?.named?.[field];
  return name === undefined ? 'string' : name.includes('.') ? name : `v1.${name}`;
}

/** The Go name of a type of the schema: two of them share one across packages. */
export function structName(type: string): string {
  const plain =
    /^(?:Events(?=Event)|Flowcontrol(?=Subject)|Apiextensions|Apiregistration(?=Service)|Resource(?=ResourceClaim$)|Storage(?=TokenRequest)|Discovery(?=EndpointPort))(.+)$/.exec(
      type,
    )?.[1];
  return plain ?? type.replace(/(?<=^(HorizontalPodAutoscaler|CrossVersionObjectReference|HorizontalPodAutoscaler(Spec|Status)))V1$/, '');
}
