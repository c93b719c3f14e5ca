// How lists and maps of the built-in types are merged: patch strategies (strategic merge patch) and list types (server-side
// apply). The generated schema does not carry them; they are the `x-kubernetes-…` extensions of the API's OpenAPI.

const CONTAINER = { env: 'name', ports: 'containerPort', volumeDevices: 'devicePath', volumeMounts: 'mountPath' };
const CONDITIONS = { conditions: 'type' };

/** Lists merged element by element: the field that tells elements apart, `''` for lists of plain values. */
const MERGE_LISTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Container: CONTAINER,
  ContainerStatus: { allocatedResourcesStatus: 'name', volumeMounts: 'mountPath' },
  DeploymentStatus: CONDITIONS,
  EphemeralContainer: CONTAINER,
  NamespaceStatus: CONDITIONS,
  NodeSpec: { podCIDRs: '' },
  NodeStatus: { addresses: 'type', conditions: 'type' },
  ObjectMeta: { finalizers: '', ownerReferences: 'uid' },
  PersistentVolumeClaimStatus: CONDITIONS,
  PodSpec: {
    containers: 'name',
    ephemeralContainers: 'name',
    hostAliases: 'ip',
    imagePullSecrets: 'name',
    initContainers: 'name',
    resourceClaims: 'name',
    schedulingGates: 'name',
    topologySpreadConstraints: 'topologyKey',
    volumes: 'name',
  },
  PodStatus: { conditions: 'type', hostIPs: 'ip', podIPs: 'ip', resourceClaimStatuses: 'name' },
  ReplicaSetStatus: CONDITIONS,
  ServiceAccount: { secrets: 'name' },
  ServiceSpec: { ports: 'port' },
  ServiceStatus: CONDITIONS,
};

const RETAIN_KEYS = new Set(['DeploymentSpec.strategy', 'PodSpec.resourceClaims', 'PodSpec.volumes', 'PodStatus.resourceClaimStatuses']);

/** The merge key of a list, `''` for a merged list of plain values, `undefined` for a list that a patch replaces. */
export function mergeKeyOf(type: string, field: string): string | undefined {
  return MERGE_LISTS[type]?.[field];
}

/** `x-kubernetes-patch-strategy`, where a field has one. */
export function patchStrategyOf(type: string, field: string): string | undefined {
  const merged = mergeKeyOf(type, field) !== undefined;
  const retains = RETAIN_KEYS.has(`${type}.${field}`);
  return merged ? (retains ? 'merge,retainKeys' : 'merge') : retains ? 'retainKeys' : undefined;
}

export type ListType = { readonly type: 'map'; readonly keys: readonly string[] } | { readonly type: 'set' } | { readonly type: 'atomic' };

const ATOMIC: ListType = { type: 'atomic' };
const SET: ListType = { type: 'set' };
const byKeys = (...keys: string[]): ListType => ({ type: 'map', keys });
const atomics = (...fields: string[]): Record<string, ListType> => Object.fromEntries(fields.map((field) => [field, ATOMIC]));

const CONTAINER_LISTS: Readonly<Record<string, ListType>> = {
  ...atomics('args', 'command', 'envFrom', 'resizePolicy', 'restartPolicyRules'),
  env: byKeys('name'),
  ports: byKeys('containerPort', 'protocol'),
  volumeDevices: byKeys('devicePath'),
  volumeMounts: byKeys('mountPath'),
};

const LIST_TYPES: Readonly<Record<string, Readonly<Record<string, ListType>>>> = {
  Capabilities: atomics('add', 'drop'),
  CephFSVolumeSource: atomics('monitors'),
  ConfigMapProjection: atomics('items'),
  ConfigMapVolumeSource: atomics('items'),
  Container: CONTAINER_LISTS,
  ContainerImage: atomics('names'),
  ContainerRestartRuleOnExitCodes: { values: SET },
  ContainerStatus: { allocatedResourcesStatus: byKeys('name'), volumeMounts: byKeys('mountPath') },
  DeleteOptions: atomics('dryRun'),
  DeploymentStatus: { conditions: byKeys('type') },
  DownwardAPIProjection: atomics('items'),
  DownwardAPIVolumeSource: atomics('items'),
  Endpoint: { addresses: SET },
  EndpointHints: atomics('forNodes', 'forZones'),
  EndpointSlice: atomics('endpoints', 'ports'),
  EndpointSubset: atomics('addresses', 'notReadyAddresses', 'ports'),
  Endpoints: atomics('subsets'),
  EphemeralContainer: CONTAINER_LISTS,
  ExecAction: atomics('command'),
  FCVolumeSource: atomics('targetWWNs', 'wwids'),
  FieldSelectorAttributes: atomics('requirements'),
  FieldSelectorRequirement: atomics('values'),
  HTTPGetAction: atomics('httpHeaders'),
  HostAlias: atomics('hostnames'),
  ISCSIVolumeSource: atomics('portals'),
  LabelSelector: atomics('matchExpressions'),
  LabelSelectorAttributes: atomics('requirements'),
  LabelSelectorRequirement: atomics('values'),
  LinuxContainerUser: atomics('supplementalGroups'),
  LoadBalancerIngress: atomics('ports'),
  LoadBalancerStatus: atomics('ingress'),
  NamespaceSpec: atomics('finalizers'),
  NamespaceStatus: { conditions: byKeys('type') },
  NodeAffinity: atomics('preferredDuringSchedulingIgnoredDuringExecution'),
  NodeAllocatableResourceClaimStatus: { containers: SET },
  NodeSelector: atomics('nodeSelectorTerms'),
  NodeSelectorRequirement: atomics('values'),
  NodeSelectorTerm: atomics('matchExpressions', 'matchFields'),
  NodeSpec: { podCIDRs: SET, taints: ATOMIC },
  NodeStatus: {
    ...atomics('declaredFeatures', 'images', 'runtimeHandlers', 'volumesAttached', 'volumesInUse'),
    addresses: byKeys('type'),
    conditions: byKeys('type'),
  },
  NonResourceRule: atomics('nonResourceURLs', 'verbs'),
  ObjectMeta: { finalizers: SET, managedFields: ATOMIC, ownerReferences: byKeys('uid') },
  PersistentVolumeClaimSpec: atomics('accessModes'),
  PodAffinity: atomics('preferredDuringSchedulingIgnoredDuringExecution', 'requiredDuringSchedulingIgnoredDuringExecution'),
  PodAffinityTerm: atomics('matchLabelKeys', 'mismatchLabelKeys', 'namespaces'),
  PodAntiAffinity: atomics('preferredDuringSchedulingIgnoredDuringExecution', 'requiredDuringSchedulingIgnoredDuringExecution'),
  PodDNSConfig: atomics('nameservers', 'options', 'searches'),
  PodExtendedResourceClaimStatus: atomics('requestMappings'),
  PodSecurityContext: atomics('supplementalGroups', 'sysctls'),
  PodSpec: {
    ...atomics('readinessGates', 'tolerations'),
    containers: byKeys('name'),
    ephemeralContainers: byKeys('name'),
    hostAliases: byKeys('ip'),
    imagePullSecrets: byKeys('name'),
    initContainers: byKeys('name'),
    resourceClaims: byKeys('name'),
    schedulingGates: byKeys('name'),
    topologySpreadConstraints: byKeys('topologyKey', 'whenUnsatisfiable'),
    volumes: byKeys('name'),
  },
  PodStatus: {
    ...atomics(
      'containerStatuses',
      'ephemeralContainerStatuses',
      'hostIPs',
      'initContainerStatuses',
      'nodeAllocatableResourceClaimStatuses',
    ),
    conditions: byKeys('type'),
    podIPs: byKeys('ip'),
    resourceClaimStatuses: byKeys('name'),
  },
  ProjectedVolumeSource: atomics('sources'),
  RBDVolumeSource: atomics('monitors'),
  ReplicaSetStatus: { conditions: byKeys('type') },
  ResourceRequirements: { claims: byKeys('name') },
  ResourceRule: atomics('apiGroups', 'resourceNames', 'resources', 'verbs'),
  ResourceStatus: { resources: byKeys('resourceID') },
  SecretProjection: atomics('items'),
  SecretVolumeSource: atomics('items'),
  ServiceAccount: { imagePullSecrets: ATOMIC, secrets: byKeys('name') },
  ServiceSpec: {
    ...atomics('clusterIPs', 'externalIPs', 'ipFamilies', 'loadBalancerSourceRanges'),
    ports: byKeys('port', 'protocol'),
  },
  ServiceStatus: { conditions: byKeys('type') },
  SubjectAccessReviewSpec: atomics('groups'),
  SubjectRulesReviewStatus: atomics('nonResourceRules', 'resourceRules'),
  TokenRequestSpec: atomics('audiences'),
  TokenReviewSpec: atomics('audiences'),
  TokenReviewStatus: atomics('audiences'),
  TopologySpreadConstraint: atomics('matchLabelKeys'),
  UserInfo: atomics('groups'),
};

export function listTypeOf(type: string, field: string): ListType | undefined {
  return LIST_TYPES[type]?.[field];
}

/** Structs that server-side apply owns as a whole. */
const ATOMIC_TYPES = new Set([
  'ConfigMapKeySelector', 'EndpointAddress', 'EndpointPort', 'DiscoveryEndpointPort', 'FileKeySelector', 'LabelSelector', 'LocalObjectReference',
  'NodeSelector', 'NodeSelectorTerm', 'ObjectFieldSelector', 'ObjectReference', 'OwnerReference', 'ResourceFieldSelector', 'SecretKeySelector',
  'TypedLocalObjectReference',
]); // prettier-ignore
const ATOMIC_MAPS = new Set(['PodSpec.nodeSelector', 'ServiceSpec.selector']);

export const isAtomicType = (type: string): boolean => ATOMIC_TYPES.has(type);
export const isAtomicMap = (type: string, field: string): boolean => ATOMIC_MAPS.has(`${type}.${field}`);
