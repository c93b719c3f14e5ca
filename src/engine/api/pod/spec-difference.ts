import schemaJson from '../generated/schema.json' with { type: 'json' };
import { isPointer } from '../canonical.ts';
import type { PodSpec } from '../generated/types.ts';
import { lineDifference } from '../line-difference.ts';
import type { FieldSchema, Schema } from '../schema.ts';

/**
 * What follows the refusal of a pod's update: the difference of the two specs as the server holds them inside, every
 * field in the order of its structs, absent ones with their zero values.
 */
export function specDifference(before: PodSpec, after: PodSpec): string {
  return lineDifference(linesOf(before), linesOf(after));
}

const SCHEMA = schemaJson as unknown as Schema;

// Where the order of the internal structs is not that of the schema. What stands elsewhere inside is not listed.
const ORDER: Readonly<Record<string, string>> = {
  PodSpec:
    'volumes initContainers containers ephemeralContainers restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy nodeSelector serviceAccountName automountServiceAccountToken nodeName securityContext imagePullSecrets hostname subdomain setHostnameAsFQDN affinity schedulerName tolerations hostAliases priorityClassName priority preemptionPolicy dnsConfig readinessGates runtimeClassName overhead enableServiceLinks topologySpreadConstraints os schedulingGates resourceClaims resources hostnameOverride schedulingGroup',
  PodSecurityContext:
    'hostNetwork hostPID hostIPC shareProcessNamespace hostUsers seLinuxOptions windowsOptions runAsUser runAsGroup runAsNonRoot supplementalGroups supplementalGroupsPolicy fsGroup fsGroupChangePolicy sysctls seccompProfile appArmorProfile seLinuxChangePolicy',
  Volume:
    'name hostPath emptyDir gcePersistentDisk awsElasticBlockStore gitRepo secret nfs iscsi glusterfs persistentVolumeClaim rbd quobyte flexVolume cinder cephfs flocker downwardAPI fc azureFile configMap vsphereVolume azureDisk photonPersistentDisk projected portworxVolume scaleIO storageos csi ephemeral image',
  Container:
    'name image command args workingDir ports envFrom env resources resizePolicy restartPolicy restartPolicyRules volumeMounts volumeDevices livenessProbe readinessProbe startupProbe lifecycle terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext stdin stdinOnce tty',
  EphemeralContainer:
    'name image command args workingDir ports envFrom env resources resizePolicy restartPolicy restartPolicyRules volumeMounts volumeDevices livenessProbe readinessProbe startupProbe lifecycle terminationMessagePath terminationMessagePolicy imagePullPolicy securityContext stdin stdinOnce tty targetContainerName',
  ContainerPort: 'name hostPort containerPort protocol hostIP',
  EnvVar: 'name value valueFrom',
  EnvVarSource: 'fieldRef resourceFieldRef configMapKeyRef secretKeyRef fileKeyRef',
  ConfigMapKeySelector: 'name key optional',
  SecretKeySelector: 'name key optional',
  EnvFromSource: 'prefix configMapRef secretRef',
  ResourceRequirements: 'limits requests claims',
  ResourceFieldSelector: 'containerName resource divisor',
  VolumeMount: 'name readOnly recursiveReadOnly mountPath subPath mountPropagation subPathExpr',
  VolumeDevice: 'name devicePath',
  Probe:
    'exec httpGet tcpSocket grpc initialDelaySeconds timeoutSeconds periodSeconds successThreshold failureThreshold terminationGracePeriodSeconds',
  Lifecycle: 'postStart preStop stopSignal',
  LifecycleHandler: 'exec httpGet tcpSocket sleep',
  HTTPGetAction: 'path port host scheme httpHeaders',
  TCPSocketAction: 'port host',
  SecurityContext:
    'capabilities privileged seLinuxOptions windowsOptions runAsUser runAsGroup runAsNonRoot readOnlyRootFilesystem allowPrivilegeEscalation procMount seccompProfile appArmorProfile',
  SELinuxOptions: 'user role type level',
  WindowsSecurityContextOptions: 'gmsaCredentialSpecName gmsaCredentialSpec runAsUserName hostProcess',
  SeccompProfile: 'type localhostProfile',
  AppArmorProfile: 'type localhostProfile',
  Toleration: 'key operator value effect tolerationSeconds',
  TopologySpreadConstraint:
    'maxSkew topologyKey whenUnsatisfiable labelSelector minDomains nodeAffinityPolicy nodeTaintsPolicy matchLabelKeys',
  Affinity: 'nodeAffinity podAffinity podAntiAffinity',
  NodeAffinity: 'requiredDuringSchedulingIgnoredDuringExecution preferredDuringSchedulingIgnoredDuringExecution',
  PodAffinity: 'requiredDuringSchedulingIgnoredDuringExecution preferredDuringSchedulingIgnoredDuringExecution',
  PodAntiAffinity: 'requiredDuringSchedulingIgnoredDuringExecution preferredDuringSchedulingIgnoredDuringExecution',
  NodeSelectorTerm: 'matchExpressions matchFields',
  PreferredSchedulingTerm: 'weight preference',
  WeightedPodAffinityTerm: 'weight podAffinityTerm',
  PodAffinityTerm: 'labelSelector namespaces topologyKey namespaceSelector matchLabelKeys mismatchLabelKeys',
  ProjectedVolumeSource: 'sources defaultMode',
  VolumeProjection: 'secret downwardAPI configMap serviceAccountToken clusterTrustBundle podCertificate',
  SecretProjection: 'name items optional',
  ConfigMapProjection: 'name items optional',
  ServiceAccountTokenProjection: 'audience expirationSeconds path',
  DownwardAPIVolumeFile: 'path fieldRef resourceFieldRef mode',
  DownwardAPIVolumeSource: 'items defaultMode',
  SecretVolumeSource: 'secretName items defaultMode optional',
  ConfigMapVolumeSource: 'name items defaultMode optional',
  KeyToPath: 'key path mode',
  AzureFileVolumeSource: 'secretName shareName readOnly',
  PodDNSConfig: 'nameservers searches options',
  HostAlias: 'ip hostnames',
  HostPathVolumeSource: 'path type',
  EmptyDirVolumeSource: 'medium sizeLimit',
  PersistentVolumeClaimVolumeSource: 'claimName readOnly',
  ImageVolumeSource: 'reference pullPolicy',
  CSIVolumeSource: 'driver readOnly fsType volumeAttributes nodePublishSecretRef',
  NFSVolumeSource: 'server path readOnly',
  ResourceClaim: 'name request',
};

/** Names that are not the field's own with a capital. */
const NAMES: Readonly<Record<string, string>> = {
  dnsPolicy: 'DNSPolicy', dnsConfig: 'DNSConfig', os: 'OS', tty: 'TTY', uid: 'UID', apiVersion: 'APIVersion', httpGet: 'HTTPGet', tcpSocket: 'TCPSocket', grpc: 'GRPC',
  httpHeaders: 'HTTPHeaders', seLinuxOptions: 'SELinuxOptions', seLinuxChangePolicy: 'SELinuxChangePolicy', fsGroup: 'FSGroup', fsGroupChangePolicy: 'FSGroupChangePolicy',
  fsType: 'FSType', gcePersistentDisk: 'GCEPersistentDisk', awsElasticBlockStore: 'AWSElasticBlockStore', nfs: 'NFS', iscsi: 'ISCSI', rbd: 'RBD', cephfs: 'CephFS', fc: 'FC',
  storageos: 'StorageOS', csi: 'CSI', ip: 'IP', pdName: 'PDName', iqn: 'IQN', wwids: 'WWIDs', gmsaCredentialSpec: 'GMSACredentialSpec', gmsaCredentialSpecName: 'GMSACredentialSpecName',
}; // prettier-ignore

/** Types that keep the JSON form inside. */
const EXTERNAL = new Set(['LabelSelector', 'LabelSelectorRequirement']);
/** Struct fields that are no pointers. */
const STRUCTS = new Set([
  'Container.resources', 'EphemeralContainer.resources', 'PreferredSchedulingTerm.preference', 'WeightedPodAffinityTerm.podAffinityTerm',
]); // prettier-ignore

function linesOf(spec: PodSpec): string[] {
  return JSON.stringify(internalPodSpec(spec), undefined, 1).split('\n');
}

/** A pod's spec as the server holds it inside, and as findings print it. */
export function internalPodSpec(spec: PodSpec): unknown {
  const { hostNetwork = false, hostPID = false, hostIPC = false, shareProcessNamespace, hostUsers, ...rest } = spec;
  // These five belong to the pod's security context inside.
  const securityContext = { ...rest.securityContext, hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers };
  return internal({ ...rest, securityContext } as Record<string, unknown>, 'PodSpec');
}

function internal(value: Record<string, unknown>, type: string): unknown {
  if (EXTERNAL.has(type)) return value;
  const fields = SCHEMA[type]?.fields ?? {};
  const out: Record<string, unknown> = {};
  for (const name of ORDER[type]?.split(' ') ?? Object.keys(fields)) {
    out[NAMES[name] ?? name.charAt(0).toUpperCase() + name.slice(1)] = inside(value[name], fields[name], type, name);
  }
  return out;
}

function inside(value: unknown, schema: FieldSchema | undefined, type: string, name: string): unknown {
  if (value === undefined || value === null) return zeroOf(schema, type, name);
  if (schema?.type === 'ref') return internal(value as Record<string, unknown>, schema.ref);
  if (schema?.type === 'array' && Array.isArray(value)) {
    const { items } = schema;
    return items.type === 'ref' ? value.map((item) => internal(item as Record<string, unknown>, items.ref)) : value;
  }
  if (schema?.type === 'map') return Object.fromEntries(Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1)));
  return value;
}

function zeroOf(schema: FieldSchema | undefined, type: string, name: string): unknown {
  if (schema?.type === 'ref') return STRUCTS.has(`${type}.${name}`) ? internal({}, schema.ref) : null;
  if (schema === undefined || isPointer(type, name)) return null;
  switch (schema.type) {
    case 'string':
      return '';
    case 'boolean':
      return false;
    case 'integer':
    case 'number':
    case 'intOrString':
      return 0;
    default:
      return null;
  }
}
