import type { ReplicaSet } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { setPodTemplateDefaults } from '../pod/defaults.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { templateColumns } from '../printing/template.ts';
import { formatLabelSelector } from '../selector.ts';
import { validateReplicaSet, validateReplicaSetStatus, validateReplicaSetUpdate } from '../workload/replicaset.ts';
import { workloadWarnings } from '../workload/warnings.ts';
import { defineKind, specStrategy, statusStrategy } from './define.ts';

export const replicaSet = defineKind<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  resource: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'ReplicaSet',
  nameRule: 'dns-subdomain',
  defaults(draft) {
    if (draft.spec === undefined) return;
    draft.spec.replicas ??= 1;
    if (draft.spec.template !== undefined) setPodTemplateDefaults(draft.spec.template);
  },
  strategy: specStrategy<ReplicaSet>({
    prepareForCreate(draft) {
      draft.status = { replicas: 0 };
    },
    create: validateReplicaSet,
    update: validateReplicaSetUpdate,
    warnings: workloadWarnings,
  }),
  subresources: {
    status: statusStrategy<ReplicaSet>({ update: validateReplicaSetStatus }),
    scale: {
      replicas: ({ spec }) => spec?.replicas ?? 0,
      withReplicas(draft, replicas) {
        if (draft.spec !== undefined) draft.spec.replicas = replicas;
      },
      statusReplicas: ({ status }) => status?.replicas ?? 0,
      selector: ({ spec }) => (spec === undefined ? '' : formatLabelSelector(spec.selector)),
    },
  },
  columns: [
    nameColumn(),
    column('Desired', 'ReplicaSetSpec.replicas', ({ spec }) => spec?.replicas ?? 0, { type: 'integer' }),
    column('Current', 'ReplicaSetStatus.replicas', ({ status }) => status?.replicas ?? 0, { type: 'integer' }),
    column('Ready', 'ReplicaSetStatus.readyReplicas', ({ status }) => status?.readyReplicas ?? 0, { type: 'integer' }),
    ageColumn(),
    ...templateColumns<ReplicaSet>(),
    column(
      'Selector',
      "Selector is a label query over pods that should match the replica count. Label keys and values that must match in order to be controlled by this replica set. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
      ({ spec }) => formatLabelSelector(spec?.selector),
      { wide: true },
    ),
  ],
  fidelity: { level: 'modelled' },
});
