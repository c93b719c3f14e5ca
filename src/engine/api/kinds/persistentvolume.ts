import { formatTime } from '../../sim/time.ts';
import type { PersistentVolume } from '../generated/types.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { shortAccessModes } from '../printing/access-modes.ts';
import { validateVolume, validateVolumeUpdate, volumeWarnings } from '../storage/validate-volume.ts';
import { keepStatus, plainStrategy, statusStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

/** Sources that are behind a network or a driver. */
const SYSTEMS =
  'awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs iscsi nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume'.split(
    ' ',
  );

export const persistentVolume = v1Kind<PersistentVolume>({
  group: '',
  kind: 'PersistentVolume',
  resource: 'persistentvolumes',
  shortNames: ['pv'],
  namespaced: false,
  defaults({ spec }) {
    if (spec === undefined) return;
    spec.persistentVolumeReclaimPolicy ||= 'Retain';
    spec.volumeMode ??= 'Filesystem';
    if (spec.hostPath !== undefined) spec.hostPath.type ??= '';
    if (spec.iscsi !== undefined) spec.iscsi.iscsiInterface ||= 'default';
    if (spec.rbd !== undefined) {
      spec.rbd.pool ||= 'rbd';
      spec.rbd.user ||= 'admin';
      spec.rbd.keyring ||= '/etc/ceph/keyring';
    }
    if (spec.azureDisk !== undefined) {
      spec.azureDisk.cachingMode ??= 'ReadWrite';
      spec.azureDisk.kind ??= 'Shared';
      spec.azureDisk.fsType ??= 'ext4';
      spec.azureDisk.readOnly ??= false;
    }
    if (spec.scaleIO !== undefined) {
      spec.scaleIO.storageMode ||= 'ThinProvisioned';
      spec.scaleIO.fsType ||= 'xfs';
    }
  },
  strategy: plainStrategy<PersistentVolume>({
    prepareForCreate(draft, { now }) {
      draft.status = { phase: 'Pending', lastPhaseTransitionTime: formatTime(now) };
    },
    prepareForUpdate: keepStatus,
    create: validateVolume,
    update: validateVolumeUpdate,
    warnings: volumeWarnings,
  }),
  subresources: {
    status: {
      ...statusStrategy<PersistentVolume>(),
      prepareForUpdate(draft, old, context) {
        statusStrategy<PersistentVolume>().prepareForUpdate?.(draft, old, context);
        if (draft.status?.phase !== old.status?.phase) {
          draft.status = { ...draft.status, lastPhaseTransitionTime: draft.status?.lastPhaseTransitionTime ?? formatTime(context.now) };
          if (draft.status.lastPhaseTransitionTime === old.status?.lastPhaseTransitionTime)
            draft.status.lastPhaseTransitionTime = formatTime(context.now);
        } else if (old.status?.lastPhaseTransitionTime !== undefined && draft.status?.lastPhaseTransitionTime === undefined) {
          draft.status = { ...draft.status, lastPhaseTransitionTime: old.status.lastPhaseTransitionTime };
        }
      },
    },
  },
  columns: [
    nameColumn(),
    column('Capacity', 'PersistentVolumeSpec.capacity', ({ spec }) => spec?.capacity?.['storage'] ?? '0'),
    column('Access Modes', 'PersistentVolumeSpec.accessModes', ({ spec }) => shortAccessModes(spec?.accessModes)),
    column('Reclaim Policy', 'PersistentVolumeSpec.persistentVolumeReclaimPolicy', ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ''),
    column('Status', 'PersistentVolumeStatus.phase', ({ metadata, status }) =>
      metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
    ),
    column(
      'Claim',
      'claimRef is part of a bi-directional binding between PersistentVolume and PersistentVolumeClaim. Expected to be non-nil when bound. claim.VolumeName is the authoritative bind between PV and PVC. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#binding',
      ({ spec }) => (spec?.claimRef === undefined ? '' : `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`),
    ),
    column(
      'StorageClass',
      'StorageClass of the pv',
      ({ metadata, spec }) => metadata.annotations?.[BETA_CLASS] ?? spec?.storageClassName ?? '',
    ),
    column('VolumeAttributesClass', 'VolumeAttributesClass of the pv', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'),
    column('Reason', 'PersistentVolumeStatus.reason', ({ status }) => status?.reason ?? ''),
    ageColumn(),
    column('VolumeMode', 'PersistentVolumeSpec.volumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>', { wide: true }),
  ],
  fidelity: {
    level: 'partial',
    inert: {
      ...Object.fromEntries(SYSTEMS.map((source) => [`spec.${source}`, 'there are no storage systems: pods cannot mount the volume'])),
      'spec.mountOptions': 'programs run without a kernel',
    },
  },
});

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';
