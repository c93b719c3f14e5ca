import { oneOf } from '../checks.ts';
import type {
  ConfigMapVolumeSource,
  DownwardAPIVolumeFile,
  HostPathVolumeSource,
  ProjectedVolumeSource,
  SecretVolumeSource,
  Volume,
} from '../generated/types.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '../names.ts';
import { compareQuantities, parseQuantity } from '../quantity.ts';
import type { Findings } from '../validation.ts';
import { VOLUME_FIELDS, validateFieldRef, validateResourceFieldRef } from './validate-downward.ts';
import { fileMode, localNonReservedPath, noBacksteps } from './validate-paths.ts';
import { validateRemoteSource } from './validate-remote-volumes.ts';

/** The pod's volumes. Returns those that containers may mount. `podName` is absent in templates. */
export function validateVolumes(
  volumes: readonly Volume[],
  podName: string | undefined,
  path: string,
  findings: Findings,
): ReadonlyMap<string, Volume> {
  const known = new Map<string, Volume>();
  for (const [index, volume] of volumes.entries()) {
    const at = `${path}[${index}]`;
    const before = findings.list.length;
    validateSource(volume, podName, at, findings);
    if (!volume.name) findings.required(`${at}.name`);
    else for (const problem of isDNS1123Label(volume.name)) findings.invalid(`${at}.name`, volume.name, problem);
    if (known.has(volume.name)) findings.duplicate(`${at}.name`, volume.name);
    if (findings.list.length === before) known.set(volume.name, volume);
  }
  return known;
}

interface Source {
  readonly key: keyof Volume;
  /** What findings call it, where that is not its name. */
  readonly field?: string;
  readonly validate: (volume: Volume, path: string, findings: Findings, podName: string | undefined) => void;
}

// In the order in which the server looks at them.
const LOCAL: Readonly<Record<string, Source['validate']>> = {
  emptyDir({ emptyDir }, path, findings) {
    const limit = emptyDir?.sizeLimit;
    if (limit !== undefined && parseQuantity(limit) !== undefined && compareQuantities(limit, '0') < 0) {
      findings.forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity');
    }
  },
  hostPath: ({ hostPath }, path, findings) => validateHostPath(hostPath as HostPathVolumeSource, path, findings),
  secret: ({ secret }, path, findings) => validateSecret(secret as SecretVolumeSource, path, findings),
  configMap: ({ configMap }, path, findings) => validateConfigMap(configMap as ConfigMapVolumeSource, path, findings),
  downwardAPI({ downwardAPI }, path, findings) {
    fileMode(downwardAPI?.defaultMode, `${path}.defaultMode`, findings);
    for (const file of downwardAPI?.items ?? []) validateDownwardFile(file, path, findings);
  },
  projected: ({ projected }, path, findings) => validateProjected(projected as ProjectedVolumeSource, path, findings),
  image({ image }, path, findings) {
    if (!image?.reference) findings.required(`${path}.reference`);
    oneOf(image?.pullPolicy, ['Always', 'IfNotPresent', 'Never'], `${path}.pullPolicy`, findings);
  },
};
const ORDER = [
  'emptyDir', 'hostPath', 'gitRepo', 'gcePersistentDisk', 'awsElasticBlockStore', 'secret', 'nfs', 'iscsi', 'glusterfs', 'flocker', 'persistentVolumeClaim', 'rbd',
  'cinder', 'cephfs', 'quobyte', 'downwardAPI', 'fc', 'configMap', 'flexVolume', 'azureFile', 'vsphereVolume', 'azureDisk', 'photonPersistentDisk',
  'portworxVolume', 'scaleIO', 'projected', 'storageos', 'csi', 'ephemeral', 'image',
] as const; // prettier-ignore
const SOURCES: readonly Source[] = ORDER.map((key) => ({
  key,
  ...(key === 'gcePersistentDisk' ? { field: 'persistentDisk' } : {}),
  validate: LOCAL[key] ?? ((volume, path, findings) => validateRemoteSource(key, volume, path, findings)),
}));

function validateSource(volume: Volume, podName: string | undefined, path: string, findings: Findings): void {
  let sources = 0;
  for (const { key, field = key, validate } of SOURCES) {
    if (volume[key] === undefined) continue;
    if (sources > 0) findings.forbidden(`${path}.${field}`, 'may not specify more than 1 volume type');
    else {
      sources++;
      validate(volume, `${path}.${field}`, findings, podName);
      if (key === 'ephemeral') validateClaimName(volume, podName, path, findings);
    }
  }
  if (sources === 0) findings.required(path, 'must specify a volume type');
}

// The claim of an ephemeral volume is named after pod and volume.
function validateClaimName({ name }: Volume, podName: string | undefined, path: string, findings: Findings): void {
  if (!podName) return;
  const claim = `${podName}-${name}`;
  for (const problem of isDNS1123Subdomain(claim)) findings.invalid(`${path}.name`, name, `PVC name ${JSON.stringify(claim)}: ${problem}`);
}

const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];

function validateHostPath({ path: host, type }: HostPathVolumeSource, path: string, findings: Findings): void {
  if (!host) return findings.required(`${path}.path`);
  noBacksteps(host, `${path}.path`, findings);
  if (type !== undefined && !HOST_PATH_TYPES.includes(type)) findings.notSupported(`${path}.type`, type, HOST_PATH_TYPES);
}

function validateSecret({ secretName, defaultMode, items = [] }: SecretVolumeSource, path: string, findings: Findings): void {
  if (!secretName) findings.required(`${path}.secretName`);
  fileMode(defaultMode, `${path}.defaultMode`, findings);
  validateItems(items, path, findings);
}

function validateConfigMap({ name, defaultMode, items = [] }: ConfigMapVolumeSource, path: string, findings: Findings): void {
  if (!name) findings.required(`${path}.name`);
  fileMode(defaultMode, `${path}.defaultMode`, findings);
  validateItems(items, path, findings);
}

function validateItems(items: readonly { key: string; path: string; mode?: number }[], path: string, findings: Findings): void {
  for (const [index, { key, path: file, mode }] of items.entries()) {
    const at = `${path}.items[${index}]`;
    if (!key) findings.required(`${at}.key`);
    if (!file) findings.required(`${at}.path`);
    else localNonReservedPath(file, `${at}.path`, findings);
    fileMode(mode, `${at}.mode`, findings);
  }
}

// The paths of these findings name the volume, not the item.
function validateDownwardFile(file: DownwardAPIVolumeFile, path: string, findings: Findings): void {
  if (!file.path) findings.required(`${path}.path`);
  else localNonReservedPath(file.path, `${path}.path`, findings);
  if (file.fieldRef !== undefined) {
    validateFieldRef(file.fieldRef, VOLUME_FIELDS, `${path}.fieldRef`, findings);
    if (file.resourceFieldRef !== undefined)
      findings.invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously');
  } else if (file.resourceFieldRef !== undefined) {
    validateResourceFieldRef(file.resourceFieldRef, true, `${path}.resourceFieldRef`, findings);
  } else findings.required(path, 'one of fieldRef and resourceFieldRef is required');
  fileMode(file.mode, `${path}.mode`, findings);
}

function validateProjected({ defaultMode, sources }: ProjectedVolumeSource, path: string, findings: Findings): void {
  fileMode(defaultMode, `${path}.defaultMode`, findings);
  const paths = new Set<string>();
  const unique = (file: string | undefined, at: string): void => {
    if (!file) return;
    if (paths.has(file)) findings.invalid(at, file, 'conflicting duplicate paths');
    paths.add(file);
  };
  for (const [index, source] of (sources ?? []).entries()) {
    const at = `${path}.sources[${index}]`;
    let count = 0;
    const first = (): boolean => {
      if (count === 0) {
        count++;
        return true;
      }
      findings.forbidden(at, 'may not specify more than 1 volume type per source');
      return false;
    };
    const { secret, configMap, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = source;
    if (secret !== undefined && first()) {
      if (!secret.name) findings.required(`${at}.secret.name`);
      validateItems(secret.items ?? [], `${at}.secret`, findings);
      for (const item of secret.items ?? []) unique(item.path, path);
    }
    if (configMap !== undefined && first()) {
      if (!configMap.name) findings.required(`${at}.configMap.name`);
      validateItems(configMap.items ?? [], `${at}.configMap`, findings);
      for (const item of configMap.items ?? []) unique(item.path, path);
    }
    if (downwardAPI !== undefined && first()) {
      for (const item of downwardAPI.items ?? []) {
        validateDownwardFile(item, `${at}.downwardAPI`, findings);
        unique(item.path, path);
      }
    }
    if (serviceAccountToken !== undefined && first()) {
      const seconds = serviceAccountToken.expirationSeconds ?? 0;
      const field = `${at}.serviceAccountToken.expirationSeconds`;
      if (seconds < 600) findings.invalid(field, seconds, 'may not specify a duration less than 10 minutes');
      if (seconds > 2 ** 32) findings.invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds');
      if (!serviceAccountToken.path) findings.required(`${path}.path`);
      else localNonReservedPath(serviceAccountToken.path, `${path}.path`, findings);
      unique(serviceAccountToken.path, path);
    }
    if (clusterTrustBundle !== undefined && first() && !clusterTrustBundle.path) findings.required(`${at}.clusterTrustBundle.path`);
    if (podCertificate !== undefined) first();
  }
}
