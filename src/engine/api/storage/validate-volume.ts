import { asGiven } from '../emptied.ts';
import { semanticallyEqual } from '../equality.ts';
import type { PersistentVolume, PersistentVolumeSpec, Volume } from '../generated/types.ts';
import { isDNS1123Subdomain, isDNS1123Label } from '../names.ts';
import { hasBacksteps, noBacksteps } from '../pod/validate-paths.ts';
import { REMOTE_SOURCES } from '../pod/validate-remote-volumes.ts';
import { validateNodeSelector } from '../pod/validate-scheduling.ts';
import { canonicalQuantity, parseQuantity } from '../quantity.ts';
import type { Findings } from '../validation.ts';
import { ACCESS_MODES } from './validate-claim.ts';
import { sourceDifference } from './volume-difference.ts';

type Source = keyof PersistentVolumeSpec;

/** In the order in which the server looks at them, with what findings call them. */
const SOURCES: readonly (readonly [Source, string])[] = [
  ['hostPath', 'hostPath'],
  ['gcePersistentDisk', 'persistentDisk'],
  ['awsElasticBlockStore', 'awsElasticBlockStore'],
  ['glusterfs', 'glusterfs'],
  ['flocker', 'flocker'],
  ['nfs', 'nfs'],
  ['rbd', 'rbd'],
  ['quobyte', 'quobyte'],
  ['cephfs', 'cephFS'],
  ['iscsi', 'iscsi'],
  ['cinder', 'cinder'],
  ['fc', 'fc'],
  ['flexVolume', 'flexVolume'],
  ['azureFile', 'azureFile'],
  ['vsphereVolume', 'vsphereVolume'],
  ['photonPersistentDisk', 'photonPersistentDisk'],
  ['portworxVolume', 'portworxVolume'],
  ['azureDisk', 'azureDisk'],
  ['scaleIO', 'scaleIO'],
  ['local', 'local'],
  ['storageos', 'storageos'],
  ['csi', 'csi'],
];

export function validateVolume({ spec = {} }: PersistentVolume, findings: Findings): void {
  const modes = spec.accessModes ?? [];
  if (modes.length === 0) findings.required('spec.accessModes');
  const unknown = modes.filter((mode) => !ACCESS_MODES.includes(mode));
  for (const mode of unknown) findings.notSupported('spec.accessModes', mode, ACCESS_MODES);
  if (modes.includes('ReadWriteOncePod') && modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode)))
    findings.forbidden('spec.accessModes', 'may not use ReadWriteOncePod with other access modes');
  const capacity = spec.capacity ?? {};
  if (Object.keys(capacity).length === 0) findings.required('spec.capacity');
  if (capacity['storage'] === undefined || Object.keys(capacity).length > 1)
    findings.notSupported('spec.capacity', asGiven(spec, 'capacity') ?? null, ['storage']);
  for (const [name, amount] of Object.entries(capacity)) {
    const path = `spec.capacity[${name}]`;
    const quantity = parseQuantity(amount);
    if (quantity !== undefined && quantity.nanos < 0n)
      findings.add('FieldValueInvalid', path, `Invalid value: ${canonicalQuantity(amount)}: must be a valid resource quantity`);
    if (quantity !== undefined && quantity.nanos <= 0n && name === 'storage')
      findings.invalid(path, canonicalQuantity(amount), 'must be greater than zero');
  }
  const policy = spec.persistentVolumeReclaimPolicy;
  if (policy && !['Delete', 'Recycle', 'Retain'].includes(policy))
    findings.notSupported('spec.persistentVolumeReclaimPolicy', policy, ['Delete', 'Recycle', 'Retain']);
  const affine = validateNodeAffinity(spec, findings);
  validateSources(spec, affine, findings);
  if (
    spec.hostPath?.path !== undefined &&
    /^\/*(\.\/*)*$/.test(spec.hostPath.path) &&
    spec.hostPath.path.startsWith('/') &&
    policy === 'Recycle'
  )
    findings.forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'");
  const { storageClassName } = spec;
  if (storageClassName)
    for (const problem of isDNS1123Subdomain(storageClassName)) findings.invalid('spec.storageClassName', storageClassName, problem);
  if (spec.volumeMode !== undefined && spec.volumeMode !== 'Block' && spec.volumeMode !== 'Filesystem')
    findings.notSupported('spec.volumeMode', spec.volumeMode, ['Block', 'Filesystem']);
  if (spec.volumeAttributesClassName !== undefined) {
    if (spec.volumeAttributesClassName === '') findings.required('spec.volumeAttributesClassName', 'an empty string is disallowed');
    else
      for (const problem of isDNS1123Subdomain(spec.volumeAttributesClassName))
        findings.invalid('spec.volumeAttributesClassName', spec.volumeAttributesClassName, problem);
    if (spec.csi === undefined) findings.required('spec.csi', 'has to be specified when using volumeAttributesClassName');
  }
}

export function validateVolumeUpdate(volume: PersistentVolume, old: PersistentVolume, findings: Findings): void {
  // Upstream checks the volume twice: the causes show it.
  validateVolume(volume, findings);
  validateVolume(volume, findings);
  const spec = volume.spec ?? {};
  const before = old.spec ?? {};
  const differs = SOURCES.some(([key]) => !semanticallyEqual(spec[key], before[key]));
  if (differs) {
    const path = 'spec.persistentvolumesource';
    findings.forbidden(path, `${path} is immutable after creation\n${sourceDifference(before, spec)}`);
  }
  if (spec.volumeMode !== before.volumeMode) findings.invalid('volumeMode', spec.volumeMode ?? null, 'field is immutable');
  if (before.nodeAffinity !== undefined && !semanticallyEqual(spec.nodeAffinity, before.nodeAffinity))
    findings.invalid('nodeAffinity', internalAffinity(spec), 'field is immutable, except for updating from beta label to GA');
  const attributes = before.volumeAttributesClassName;
  if (attributes !== undefined && spec.volumeAttributesClassName === undefined)
    findings.forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden');
}

export function volumeWarnings({ metadata, spec }: PersistentVolume): string[] {
  const warnings: string[] = [];
  if (metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined)
    warnings.push(
      'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use "storageClassName" attribute instead',
    );
  if (spec?.persistentVolumeReclaimPolicy === 'Recycle')
    warnings.push(
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    );
  const plugins: readonly (readonly [Source, string])[] = [
    ['cephfs', 'spec.cephfs: deprecated in v1.28, non-functional in v1.31+'],
    ['photonPersistentDisk', 'spec.photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+'],
    ['scaleIO', 'spec.scaleIO: deprecated in v1.16, non-functional in v1.22+'],
    ['storageos', 'spec.storageOS: deprecated in v1.22, non-functional in v1.25+'],
    ['glusterfs', 'spec.glusterfs: deprecated in v1.25, non-functional in v1.26+'],
    ['rbd', 'spec.rbd: deprecated in v1.28, non-functional in v1.31+'],
    ['flocker', 'spec.flocker: deprecated in v1.22, non-functional in v1.25+'],
    ['quobyte', 'spec.quobyte: deprecated in v1.22, non-functional in v1.25+'],
  ];
  for (const [key, text] of plugins) if (spec?.[key] !== undefined) warnings.push(text);
  return warnings;
}

function validateNodeAffinity({ nodeAffinity }: PersistentVolumeSpec, findings: Findings): boolean {
  if (nodeAffinity === undefined) return false;
  if (nodeAffinity.required === undefined) {
    findings.required('spec.nodeAffinity.required', 'must specify required node constraints');
    return true;
  }
  validateNodeSelector(nodeAffinity.required.nodeSelectorTerms ?? [], 'spec.nodeAffinity.required', findings);
  return true;
}

function validateSources(spec: PersistentVolumeSpec, affine: boolean, findings: Findings): void {
  let count = 0;
  for (const [key, field] of SOURCES) {
    if (spec[key] === undefined) continue;
    const path = `spec.${field}`;
    if (count > 0) findings.forbidden(path, 'may not specify more than 1 volume type');
    else validateSource(key, spec, path, affine, findings);
    count++;
  }
  if (count === 0) findings.required('spec', 'must specify a volume type');
}

function validateSource(key: Source, spec: PersistentVolumeSpec, path: string, affine: boolean, findings: Findings): void {
  switch (key) {
    case 'hostPath': {
      const { path: host = '', type } = spec.hostPath ?? { path: '' };
      if (host === '') findings.required(`${path}.path`);
      else noBacksteps(host, `${path}.path`, findings);
      const types = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket'];
      if (type !== undefined && !types.includes(type)) findings.notSupported(`${path}.type`, type, types);
      return;
    }
    case 'local': {
      const local = spec.local?.path ?? '';
      if (local === '') findings.required(`${path}.path`);
      else if (hasBacksteps(local)) noBacksteps(local, `${path}.path`, findings);
      if (!affine) findings.required('spec.nodeAffinity', 'Local volume requires node affinity');
      return;
    }
    case 'csi':
      return validateCsi(spec, path, findings);
    case 'glusterfs': {
      if (!spec.glusterfs?.endpoints) findings.required(`${path}.endpoints`);
      if (!spec.glusterfs?.path) findings.required(`${path}.path`);
      const namespace = spec.glusterfs?.endpointsNamespace;
      if (namespace !== undefined)
        for (const problem of isDNS1123Label(namespace)) findings.invalid(`${path}.endpointsNamespace`, namespace, problem);
      return;
    }
    case 'azureFile': {
      if (!spec.azureFile?.secretName) findings.required(`${path}.secretName`);
      if (!spec.azureFile?.shareName) findings.required(`${path}.shareName`);
      if (spec.azureFile?.secretNamespace === '') findings.required(`${path}.secretNamespace`);
      return;
    }
    case 'storageos':
      if (!spec.storageos?.volumeName) findings.required(`${path}.volumeName`);
      return;
    default:
      REMOTE_SOURCES[key]?.(spec as unknown as Volume, path, findings);
  }
}

function validateCsi({ csi }: PersistentVolumeSpec, path: string, findings: Findings): void {
  const { driver = '', volumeHandle } = csi ?? { driver: '', volumeHandle: '' };
  validateDriverName(driver, `${path}.driver`, findings);
  if (!volumeHandle) findings.required(`${path}.volumeHandle`);
  for (const field of ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'] as const) {
    const ref = csi?.[field];
    if (ref === undefined) continue;
    if (!ref.name) findings.required(`${path}.${field}.name`);
    if (!ref.namespace) findings.required(`${path}.${field}.namespace`);
  }
}

export function validateDriverName(name: string, path: string, findings: Findings): void {
  if (name === '') return findings.required(path);
  if (name.length > 63) findings.tooLong(path, 63);
  for (const problem of isDNS1123Subdomain(name.toLowerCase())) findings.invalid(path, name, problem);
}

function internalAffinity({ nodeAffinity }: PersistentVolumeSpec): object | null {
  if (nodeAffinity === undefined) return null;
  const terms = (list: readonly { key?: string; operator?: string; values?: string[] }[] | undefined): object[] | null =>
    list?.map((term) => ({ Key: term.key ?? '', Operator: term.operator ?? '', Values: asGiven(term, 'values') ?? null })) ?? null;
  return {
    Required:
      nodeAffinity.required === undefined
        ? null
        : {
            NodeSelectorTerms: (nodeAffinity.required.nodeSelectorTerms ?? []).map((term) => ({
              MatchExpressions: terms(asGiven(term, 'matchExpressions')),
              MatchFields: terms(asGiven(term, 'matchFields')),
            })),
          },
  };
}
