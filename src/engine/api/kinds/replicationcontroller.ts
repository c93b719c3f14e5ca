import type { ReplicationController } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { setPodTemplateDefaults } from '../pod/defaults.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { templateColumns } from '../printing/template.ts';
import { formatLabels } from '../selector.ts';
import { validateReplicationController, validateReplicationControllerStatus } from '../workload/replicationcontroller.ts';
import { workloadWarnings } from '../workload/warnings.ts';
import { defineKind, specStrategy, statusStrategy } from './define.ts';

export const replicationController = defineKind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  resource: 'replicationcontrollers',
  singular: 'replicationcontroller',
  shortNames: ['rc'],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'ReplicationController',
  nameRule: 'dns-subdomain',
  defaults({ metadata, spec }) {
    if (spec === undefined) return;
    const labels = spec.template?.metadata?.labels;
    if (labels !== undefined && Object.keys(labels).length > 0) {
      if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
      if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
    }
    spec.replicas ??= 1;
    if (spec.template !== undefined) setPodTemplateDefaults(spec.template);
  },
  strategy: specStrategy<ReplicationController>({
    prepareForCreate(draft) {
      draft.status = { replicas: 0 };
    },
    create: validateReplicationController,
    update: (object, _old, findings) => validateReplicationController(object, findings),
    warnings: workloadWarnings,
  }),
  subresources: {
    status: statusStrategy<ReplicationController>({ update: validateReplicationControllerStatus }),
    scale: {
      replicas: ({ spec }) => spec?.replicas ?? 0,
      withReplicas(draft, replicas) {
        if (draft.spec !== undefined) draft.spec.replicas = replicas;
      },
      statusReplicas: ({ status }) => status?.replicas ?? 0,
      selector: ({ spec }) =>
        Object.entries(spec?.selector ?? {})
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, value]) => `${key}=${value}`)
          .join(','),
    },
  },
  fieldSelectors: { 'status.replicas': ({ status }) => String(status?.replicas ?? 0) },
  defaultPropagation: 'Orphan',
  columns: [
    nameColumn(),
    column('Desired', 'ReplicationControllerSpec.replicas', ({ spec }) => spec?.replicas ?? 0, { type: 'integer' }),
    column('Current', 'ReplicationControllerStatus.replicas', ({ status }) => status?.replicas ?? 0, { type: 'integer' }),
    column('Ready', 'ReplicationControllerStatus.readyReplicas', ({ status }) => status?.readyReplicas ?? 0, { type: 'integer' }),
    ageColumn(),
    ...templateColumns<ReplicationController>(),
    column('Selector', 'ReplicationControllerSpec.selector', ({ spec }) => formatLabels(spec?.selector), { wide: true }),
  ],
  fidelity: { level: 'modelled' },
});
