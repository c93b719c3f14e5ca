import type { StatefulSet } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { templateColumns } from '../printing/template.ts';
import { formatLabelSelector } from '../selector.ts';
import { statefulSetWarnings, setStatefulSetDefaults } from '../workload/statefulset-defaults.ts';
import { validateStatefulSet, validateStatefulSetStatus, validateStatefulSetUpdate } from '../workload/statefulset.ts';
import { defineKind, specStrategy, statusStrategy } from './define.ts';

export const statefulSet = defineKind<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  resource: 'statefulsets',
  singular: 'statefulset',
  shortNames: ['sts'],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'StatefulSet',
  nameRule: 'dns-label',
  defaults: setStatefulSetDefaults,
  strategy: specStrategy<StatefulSet>({
    prepareForCreate(draft) {
      draft.status = { replicas: 0, availableReplicas: 0 };
    },
    create: validateStatefulSet,
    update: validateStatefulSetUpdate,
    warnings: statefulSetWarnings,
  }),
  subresources: {
    status: statusStrategy<StatefulSet>({ update: validateStatefulSetStatus }),
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
    column('Ready', 'Number of the pod with ready state', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
    ageColumn(),
    ...templateColumns<StatefulSet>(),
  ],
  fidelity: {
    level: 'modelled',
    inert: Object.fromEntries(
      ['accessModes', 'capacity', 'conditions', 'modifyVolumeStatus'].map((each) => [
        `spec.volumeClaimTemplates.status.${each}`,
        'a template has no state of its own',
      ]),
    ),
  },
});
