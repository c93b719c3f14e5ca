import { compareQuantities, quantityValue } from '../quantity.ts';
import type { PersistentVolumeClaim } from '../generated/types.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { shortAccessModes } from '../printing/access-modes.ts';
import { dropUnknownSources, joinSources, setClaimSpecDefaults } from '../storage/claim-defaults.ts';
import { claimWarnings, validateClaim, validateClaimUpdate } from '../storage/validate-claim.ts';
import { keepStatus, plainStrategy, statusStrategy } from './define.ts';
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
      if (draft.spec === undefined) return;
      dropUnknownSources(draft.spec);
      joinSources(draft.spec);
    },
    prepareForUpdate(draft, old) {
      keepStatus(draft, old);
      const { spec } = draft;
      if (spec === undefined) return;
      // What was once let in stays.
      if (old.spec?.dataSource === undefined && old.spec?.dataSourceRef === undefined) dropUnknownSources(spec);
      joinSources(spec);
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
  subresources: {
    status: statusStrategy<PersistentVolumeClaim>({
      update({ status }, _old, findings) {
        for (const [name, amount] of Object.entries(status?.capacity ?? {}))
          if (compareQuantities(amount, '0') < 0)
            findings.invalid(`status.capacity[${name}]`, quantityValue(amount), 'must be a valid resource quantity');
      },
    }),
  },
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
  completedLater: true,
  fidelity: { level: 'partial' },
});

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';
