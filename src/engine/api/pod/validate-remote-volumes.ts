import type { Volume } from '../generated/types.ts';
import { inRange } from '../checks.ts';
import { isDNS1123Subdomain } from '../names.ts';
import { compareQuantities } from '../quantity.ts';
import type { Findings } from '../validation.ts';
import { localDescendingPath } from './validate-paths.ts';

type Validate = (volume: Volume, path: string, findings: Findings) => void;

function require(source: object | undefined, fields: readonly string[], path: string, findings: Findings): void {
  for (const field of fields) {
    const value = (source as Record<string, unknown> | undefined)?.[field];
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) findings.required(`${path}.${field}`);
  }
}

const ISCSI_NAME = /^(iqn|eui|naa)/;
const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/**
 * Volumes that come from elsewhere than the node and the API. Nothing here mounts them; pods that name them are checked
 * as strictly as the server does.
 */
export function validateRemoteSource(key: keyof Volume, volume: Volume, path: string, findings: Findings): void {
  REMOTE_SOURCES[key]?.(volume, path, findings);
}

export const REMOTE_SOURCES: Readonly<Record<string, Validate>> = {
  gitRepo({ gitRepo }, path, findings) {
    require(gitRepo, ['repository'], path, findings);
    if (gitRepo?.directory) localDescendingPath(gitRepo.directory, `${path}.directory`, findings);
  },
  gcePersistentDisk({ gcePersistentDisk: disk }, path, findings) {
    require(disk, ['pdName'], path, findings);
    inRange(disk?.partition, 0, 255, `${path}.partition`, findings);
  },
  awsElasticBlockStore({ awsElasticBlockStore: disk }, path, findings) {
    require(disk, ['volumeID'], path, findings);
    inRange(disk?.partition, 0, 255, `${path}.partition`, findings);
  },
  nfs({ nfs }, path, findings) {
    require(nfs, ['server', 'path'], path, findings);
    if (nfs?.path?.startsWith('/') !== true) findings.invalid(`${path}.path`, nfs?.path ?? '', 'must be an absolute path');
  },
  iscsi({ iscsi }, path, findings) {
    require(iscsi, ['targetPortal', 'iqn'], path, findings);
    if (iscsi?.iqn && !ISCSI_NAME.test(iscsi.iqn))
      findings.invalid(`${path}.iqn`, iscsi.iqn, 'must be valid format starting with iqn, eui, or naa');
    inRange(iscsi?.lun, 0, 255, `${path}.lun`, findings);
    if ((iscsi?.chapAuthDiscovery || iscsi?.chapAuthSession) && iscsi.secretRef === undefined) findings.required(`${path}.secretRef`);
    if (iscsi?.initiatorName !== undefined && !ISCSI_NAME.test(iscsi.initiatorName)) {
      findings.invalid(`${path}.initiatorname`, iscsi.initiatorName, 'must be valid format starting with iqn, eui, or naa');
    }
  },
  glusterfs: ({ glusterfs }, path, findings) => require(glusterfs, ['endpoints', 'path'], path, findings),
  flocker({ flocker }, path, findings) {
    if (!flocker?.datasetName && !flocker?.datasetUUID) findings.required(path, 'one of datasetName and datasetUUID is required');
    if (flocker?.datasetName && flocker.datasetUUID)
      findings.invalid(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously');
    if (flocker?.datasetName?.includes('/')) findings.invalid(`${path}.datasetName`, flocker.datasetName, "must not contain '/'");
  },
  persistentVolumeClaim: ({ persistentVolumeClaim }, path, findings) => require(persistentVolumeClaim, ['claimName'], path, findings),
  rbd: ({ rbd }, path, findings) => require(rbd, ['monitors', 'image'], path, findings),
  cinder({ cinder }, path, findings) {
    require(cinder, ['volumeID'], path, findings);
    if (cinder?.secretRef !== undefined) require(cinder.secretRef, ['name'], `${path}.secretRef`, findings);
  },
  cephfs: ({ cephfs }, path, findings) => require(cephfs, ['monitors'], path, findings),
  quobyte({ quobyte }, path, findings) {
    if (!quobyte?.registry) findings.required(`${path}.registry`, 'must be a host:port pair or multiple pairs separated by commas');
    else if ((quobyte.tenant ?? '').length >= 65)
      findings.required(`${path}.tenant`, 'must be a UUID and may not exceed a length of 64 characters');
    else {
      for (const pair of quobyte.registry.split(',')) {
        if (!/^.*:[^:]*$/.test(pair))
          findings.invalid(`${path}.registry`, quobyte.registry, 'must be a host:port pair or multiple pairs separated by commas');
      }
    }
    require(quobyte, ['volume'], path, findings);
  },
  fc({ fc }, path, findings) {
    const names = fc?.targetWWNs ?? [];
    const ids = fc?.wwids ?? [];
    if (names.length === 0 && ids.length === 0)
      findings.required(`${path}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both');
    if (names.length > 0 && ids.length > 0)
      findings.invalid(`${path}.targetWWNs`, names, 'targetWWNs and wwids can not be specified simultaneously');
    if (names.length > 0) {
      if (fc?.lun === undefined) findings.required(`${path}.lun`, 'lun is required if targetWWNs is specified');
      else inRange(fc.lun, 0, 255, `${path}.lun`, findings);
    }
  },
  flexVolume: ({ flexVolume }, path, findings) => require(flexVolume, ['driver'], path, findings),
  azureFile: ({ azureFile }, path, findings) => require(azureFile, ['secretName', 'shareName'], path, findings),
  vsphereVolume: ({ vsphereVolume }, path, findings) => require(vsphereVolume, ['volumePath'], path, findings),
  photonPersistentDisk: ({ photonPersistentDisk }, path, findings) => require(photonPersistentDisk, ['pdID'], path, findings),
  portworxVolume: ({ portworxVolume }, path, findings) => require(portworxVolume, ['volumeID'], path, findings),
  azureDisk({ azureDisk }, path, findings) {
    require(azureDisk, ['diskName', 'diskURI'], path, findings);
    const { cachingMode, kind, diskURI } = azureDisk ?? {};
    if (cachingMode !== undefined && !['None', 'ReadOnly', 'ReadWrite'].includes(cachingMode)) {
      findings.notSupported(`${path}.cachingMode`, cachingMode, ['None', 'ReadOnly', 'ReadWrite']);
    }
    if (kind !== undefined && !['Dedicated', 'Managed', 'Shared'].includes(kind))
      findings.notSupported(`${path}.kind`, kind, ['Dedicated', 'Managed', 'Shared']);
    if (!diskURI) return;
    if (kind === 'Managed' && !diskURI.startsWith('/subscriptions')) {
      findings.notSupported(`${path}.diskURI`, diskURI, [
        '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}',
      ]);
    }
    if (kind !== 'Managed' && !diskURI.startsWith('https://')) {
      findings.notSupported(`${path}.diskURI`, diskURI, ['https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd']);
    }
  },
  scaleIO({ scaleIO }, path, findings) {
    require(scaleIO, ['gateway', 'system', 'volumeName'], path, findings);
  },
  storageos({ storageos }, path, findings) {
    require(storageos, ['volumeName'], path, findings);
    if (storageos?.secretRef !== undefined) require(storageos.secretRef, ['name'], `${path}.secretRef`, findings);
  },
  csi({ csi }, path, findings) {
    const driver = csi?.driver ?? '';
    if (driver === '') findings.required(`${path}.driver`);
    if (driver.length > 63) findings.tooLong(`${path}.driver`, 63);
    if (driver !== '') for (const problem of isDNS1123Subdomain(driver.toLowerCase())) findings.invalid(`${path}.driver`, driver, problem);
    if (csi?.nodePublishSecretRef !== undefined) require(csi.nodePublishSecretRef, ['name'], `${path}.nodePublishSecretRef`, findings);
  },
  ephemeral({ ephemeral }, path, findings) {
    const template = ephemeral?.volumeClaimTemplate;
    const at = `${path}.volumeClaimTemplate`;
    if (template === undefined) return findings.required(at);
    const { metadata } = template;
    for (const field of [
      'name',
      'generateName',
      'namespace',
      'creationTimestamp',
      'deletionTimestamp',
      'finalizers',
      'ownerReferences',
    ] as const) {
      if (metadata?.[field] !== undefined) findings.forbidden(`${at}.metadata.${field}`, 'cannot be set');
    }
    const claim = template.spec;
    const modes = claim?.accessModes ?? [];
    if (modes.length === 0) findings.required(`${at}.spec.accessModes`, 'at least 1 access mode is required');
    for (const mode of modes) if (!ACCESS_MODES.includes(mode)) findings.notSupported(`${at}.spec.accessModes`, mode, ACCESS_MODES);
    const size = claim?.resources?.requests?.['storage'];
    if (size === undefined) findings.required(`${at}.spec.resources[storage]`);
    else if (compareQuantities(size, '0') <= 0) findings.invalid(`${at}.spec.resources[storage]`, size, 'must be greater than zero');
    const { dataSource, dataSourceRef } = claim ?? {};
    if (dataSource !== undefined) validateDataSource(dataSource, `${at}.spec.dataSource`, findings);
    if (dataSourceRef !== undefined) validateDataSource(dataSourceRef, `${at}.spec.dataSourceRef`, findings);
  },
};

function validateDataSource(source: { apiGroup?: string; kind: string; name: string }, path: string, findings: Findings): void {
  require(source, ['name', 'kind'], path, findings);
  if (!source.apiGroup && source.kind !== 'PersistentVolumeClaim') {
    findings.invalid(path, source.kind ?? '', "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
  }
}
