import type { PersistentVolumeSpec } from '../generated/types.ts';
import { lineDifference } from '../line-difference.ts';
import { linesOf } from './claim-difference.ts';

/** The sources of a volume in the order of the server's internal struct, with the fields of each. */
const FIELDS: Readonly<Record<string, string>> = {
  GCEPersistentDisk: 'PDName FSType Partition:0 ReadOnly',
  AWSElasticBlockStore: 'VolumeID FSType Partition:0 ReadOnly',
  HostPath: 'Path Type?',
  Glusterfs: 'EndpointsName=endpoints Path ReadOnly EndpointsNamespace?',
  NFS: 'Server Path ReadOnly',
  RBD: 'CephMonitors=monitors! RBDImage=image FSType RBDPool=pool RadosUser=user Keyring SecretRef* ReadOnly',
  Quobyte: 'Registry Volume ReadOnly User Group Tenant',
  ISCSI:
    'TargetPortal IQN=iqn Lun:0 ISCSIInterface=iscsiInterface FSType ReadOnly Portals! DiscoveryCHAPAuth=chapAuthDiscovery SessionCHAPAuth=chapAuthSession SecretRef* InitiatorName?',
  FlexVolume: 'Driver FSType SecretRef* ReadOnly Options!',
  Cinder: 'VolumeID FSType ReadOnly SecretRef*',
  CephFS: 'Monitors! Path User SecretFile SecretRef* ReadOnly',
  FC: 'TargetWWNs! Lun? FSType ReadOnly WWIDs=wwids!',
  Flocker: 'DatasetName DatasetUUID',
  AzureFile: 'SecretName ShareName ReadOnly SecretNamespace?',
  VsphereVolume: 'VolumePath FSType StoragePolicyName StoragePolicyID',
  AzureDisk: 'DiskName DataDiskURI=diskURI CachingMode? FSType? ReadOnly? Kind?',
  PhotonPersistentDisk: 'PdID FSType',
  PortworxVolume: 'VolumeID FSType ReadOnly',
  ScaleIO: 'Gateway System SecretRef* SSLEnabled=sslEnabled ProtectionDomain StoragePool StorageMode VolumeName FSType ReadOnly',
  Local: 'Path FSType?',
  StorageOS: 'VolumeName VolumeNamespace FSType ReadOnly SecretRef*',
  CSI: 'Driver VolumeHandle ReadOnly FSType VolumeAttributes! ControllerPublishSecretRef* NodeStageSecretRef* NodePublishSecretRef* ControllerExpandSecretRef* NodeExpandSecretRef*',
};

/** What follows the refusal of a change of a volume's source, line by line. */
export function sourceDifference(before: PersistentVolumeSpec, after: PersistentVolumeSpec): string {
  return lineDifference(linesOf(internal(before)), linesOf(internal(after)));
}

function internal(spec: PersistentVolumeSpec): object {
  const sources = new Map(Object.entries(spec).map(([key, value]) => [key.toLowerCase(), value as Record<string, unknown>]));
  return Object.fromEntries(
    Object.entries(FIELDS).map(([name, fields]) => {
      const source = sources.get(name.toLowerCase());
      return [name, source === undefined ? null : struct(source, fields)];
    }),
  );
}

// Behind a name: `?` and `!` are null when absent, `*` is a reference to a Secret, `:0` a number.
function struct(source: Record<string, unknown>, fields: string): object {
  const known = new Map(Object.entries(source).map(([key, value]) => [key.toLowerCase(), value]));
  return Object.fromEntries(
    fields.split(' ').map((field) => {
      const [, name = '', other, mark = ''] = /^(\w+)(?:=(\w+))?(.*)$/.exec(field) ?? [];
      const value = known.get((other ?? name).toLowerCase());
      if (mark === '*') {
        const ref = value as { name?: string; namespace?: string } | undefined;
        return [name, ref === undefined ? null : { Name: ref.name ?? '', Namespace: ref.namespace ?? '' }];
      }
      const zero = mark === '?' || mark === '!' ? null : mark === ':0' ? 0 : /ReadOnly|Enabled|CHAPAuth$/.test(name) ? false : '';
      return [name, value ?? zero];
    }),
  );
}
