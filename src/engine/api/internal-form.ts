import { asGoWrites, valueAsGoWrites } from './go-text.ts';
import { isPointer } from './canonical.ts';
import type { Json, JsonObject } from './meta.ts';
import { SCHEMA } from './known-types.ts';
import { zeroOfScalar, type FieldSchema } from './schema.ts';

// Where the internal structs are not those of the version.
const ORDER: Readonly<Record<string, string>> = {
  PodSpec:
    'volumes initContainers containers ephemeralContainers restartPolicy terminationGracePeriodSeconds activeDeadlineSeconds dnsPolicy nodeSelector serviceAccountName automountServiceAccountToken nodeName securityContext imagePullSecrets hostname subdomain setHostnameAsFQDN affinity schedulerName tolerations hostAliases priorityClassName priority preemptionPolicy dnsConfig readinessGates runtimeClassName overhead enableServiceLinks topologySpreadConstraints os schedulingGates resourceClaims resources hostnameOverride schedulingGroup',
  PodSecurityContext:
    'hostNetwork hostPID hostIPC shareProcessNamespace hostUsers seLinuxOptions windowsOptions runAsUser runAsGroup runAsNonRoot supplementalGroups supplementalGroupsPolicy fsGroup fsGroupChangePolicy sysctls seccompProfile appArmorProfile seLinuxChangePolicy',
  Volume:
    'name hostPath emptyDir gcePersistentDisk awsElasticBlockStore gitRepo secret nfs iscsi glusterfs persistentVolumeClaim rbd quobyte flexVolume cinder cephfs flocker downwardAPI fc azureFile configMap vsphereVolume azureDisk photonPersistentDisk projected portworxVolume scaleIO storageos csi ephemeral image',
};

/** Types that keep the JSON form inside. */
const EXTERNAL = new Set(['LabelSelector', 'LabelSelectorRequirement']);

/** An object as the server holds it inside, and as findings print it: every field in the order of its struct, absent ones with their zero values. */
export function internalForm(value: JsonObject, type: string, order = ORDER[type]): JsonObject {
  if (EXTERNAL.has(type)) return asGoWrites(value, type);
  const { fields = {}, names = {} } = SCHEMA[type] ?? {};
  const out: JsonObject = {};
  for (const name of order?.split(' ') ?? Object.keys(fields)) {
    // Metadata is embedded, and keeps its JSON form.
    if (name === 'metadata') Object.assign(out, asGoWrites((value[name] ?? {}) as JsonObject, 'ObjectMeta'));
    else out[names[name] ?? name.charAt(0).toUpperCase() + name.slice(1)] = inside(value[name], fields[name], type, name);
  }
  return out;
}

function inside(value: Json | undefined, schema: FieldSchema | undefined, type: string, name: string): Json {
  if (value === undefined || value === null) return zeroOf(schema, type, name);
  if (schema?.type === 'ref') return internalForm(value as JsonObject, schema.ref);
  if (schema?.type === 'array' && Array.isArray(value)) {
    const { items } = schema;
    return items.type === 'ref' ? value.map((item) => internalForm(item as JsonObject, items.ref)) : value;
  }
  return schema?.type === 'map' ? valueAsGoWrites(value, schema) : value;
}

function zeroOf(schema: FieldSchema | undefined, type: string, name: string): Json {
  if (schema?.type === 'ref') return SCHEMA[type]?.structs?.includes(name) === true ? internalForm({}, schema.ref) : null;
  if (schema === undefined || isPointer(type, name)) return null;
  return zeroOfScalar(schema);
}
