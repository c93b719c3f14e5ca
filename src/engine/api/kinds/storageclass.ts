import { NODE_LABELS } from '../pod/node-labels.ts';
import type { StorageClass } from '../generated/types.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { validateStorageClass, validateStorageClassUpdate } from '../storage/validate-class.ts';
import { plainStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

const DEFAULT = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

export const storageClass = v1Kind<StorageClass>({
  group: 'storage.k8s.io',
  kind: 'StorageClass',
  resource: 'storageclasses',
  shortNames: ['sc'],
  namespaced: false,
  defaults(draft) {
    draft.reclaimPolicy ??= 'Delete';
    draft.volumeBindingMode ??= 'Immediate';
  },
  strategy: plainStrategy<StorageClass>({ create: validateStorageClass, update: validateStorageClassUpdate, warnings: topologyWarnings }),
  columns: [
    nameColumnWithDefault(),
    column('Provisioner', 'StorageClass.provisioner', ({ provisioner }) => provisioner ?? ''),
    column('ReclaimPolicy', 'StorageClass.reclaimPolicy', ({ reclaimPolicy }) => reclaimPolicy ?? 'Delete'),
    column('VolumeBindingMode', 'StorageClass.volumeBindingMode', ({ volumeBindingMode }) => volumeBindingMode ?? 'Immediate'),
    column('AllowVolumeExpansion', 'StorageClass.allowVolumeExpansion', ({ allowVolumeExpansion }) => allowVolumeExpansion ?? false),
    ageColumn(),
  ],
  fidelity: {
    level: 'partial',
    inert: { parameters: 'no provisioner here asks for parameters', mountOptions: 'programs run without a kernel' },
  },
});

function nameColumnWithDefault(): ReturnType<typeof nameColumn<StorageClass>> {
  const isDefault = ({ metadata }: StorageClass): boolean => DEFAULT.some((key) => metadata.annotations?.[key] === 'true');
  return { ...nameColumn<StorageClass>(), value: (object) => `${object.metadata.name ?? ''}${isDefault(object) ? ' (default)' : ''}` };
}

function topologyWarnings({ allowedTopologies }: StorageClass): string[] {
  return (allowedTopologies ?? []).flatMap(({ matchLabelExpressions }, term) =>
    (matchLabelExpressions ?? []).flatMap(({ key }, index) => {
      const why = NODE_LABELS[key];
      return why === undefined ? [] : [`allowedTopologies[${term}].matchLabelExpressions[${index}].key: ${why}`];
    }),
  );
}
