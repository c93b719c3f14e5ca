import type { PersistentVolumeClaim } from '../generated/types.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { shortAccessModes } from '../printing/access-modes.ts';
import { joinSources, setClaimSpecDefaults } from '../storage/claim-defaults.ts';
import { claimWarnings, validateClaim, validateClaimUpdate } from '../storage/validate-claim.ts';
import { keepStatus, plainStrategy, statusStrategy } from './define.ts';
import { storedOnly } from './stored.ts';
import { v1Kind } from './v1-kind.ts';

export const persistentVolumeClaim = v1Kind<PersistentVolumeClaim>({
  group: '',
  kind: 'PersistentVolumeClaim',
  resource: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  namespaced: true,
  defaults({ spec, status }) {
    if (spec !== undefined) setClaimSpecDefaults(spec);
    if (status !== undefined) status.phase ||= 'Pending';
  },
  strategy: plainStrategy<PersistentVolumeClaim>({
    prepareForCreate(draft) {
      draft.status = { phase: 'Pending' };
      if (draft.spec !== undefined) joinSources(draft.spec);
    },
    prepareForUpdate(draft, old) {
      keepStatus(draft, old);
      const { spec } = draft;
      if (spec !== undefined && old.spec?.dataSource === undefined && old.spec?.dataSourceRef === undefined) joinSources(spec);
      else if (spec !== undefined) {
        const source = old.spec?.dataSource;
        if (spec.dataSource !== undefined && spec.dataSourceRef === undefined && source !== undefined) joinSources(spec);
        for (const one of [spec.dataSource, spec.dataSourceRef])
          if (one !== undefined && one.apiGroup === undefined) (one as { apiGroup?: string | null }).apiGroup = null;
      }
    },
    create: validateClaim,
    update: validateClaimUpdate,
    warnings: ({ metadata, spec }) => [
      ...(metadata.annotations?.[BETA_CLASS] === undefined
        ? []
        : [`metadata.annotations[${BETA_CLASS}]: deprecated since v1.8; use "storageClassName" attribute instead`]),
      ...claimWarnings(spec, 'spec'),
    ],
  }),
  subresources: { status: statusStrategy<PersistentVolumeClaim>() },
  columns: [
    nameColumn(),
    column('Status', 'PersistentVolumeClaimStatus.phase', ({ metadata, status }) =>
      metadata.deletionTimestamp ? 'Terminating' : (status?.phase ?? ''),
    ),
    column('Volume', 'PersistentVolumeClaimSpec.volumeName', ({ spec }) => spec?.volumeName ?? ''),
    column('Capacity', 'PersistentVolumeClaimStatus.capacity', ({ spec, status }) =>
      spec?.volumeName ? (status?.capacity?.['storage'] ?? '0') : '',
    ),
    column('Access Modes', 'PersistentVolumeClaimStatus.accessModes', ({ spec, status }) =>
      spec?.volumeName ? shortAccessModes(status?.accessModes) : '',
    ),
    column(
      'StorageClass',
      'StorageClass of the pvc',
      ({ metadata, spec }) => metadata.annotations?.[BETA_CLASS] ?? spec?.storageClassName ?? '',
    ),
    column('VolumeAttributesClass', 'VolumeAttributesClass of the pvc', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'),
    ageColumn(),
    column('VolumeMode', 'PersistentVolumeClaimSpec.volumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>', { wide: true }),
  ],
  fidelity: storedOnly('there is no volume controller'),
});

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';
