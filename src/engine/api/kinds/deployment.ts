import { semanticallyEqual } from '../equality.ts';
import type { Deployment } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { setPodTemplateDefaults } from '../pod/defaults.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { templateColumns } from '../printing/template.ts';
import { formatLabelSelector } from '../selector.ts';
import { validateDeployment, validateDeploymentStatus, validateDeploymentUpdate } from '../workload/deployment.ts';
import { workloadWarnings } from '../workload/warnings.ts';
import { defineKind, specStrategy, statusStrategy } from './define.ts';

const rules = specStrategy<Deployment>({ create: validateDeployment, update: validateDeploymentUpdate, warnings: workloadWarnings });

export const deployment = defineKind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  resource: 'deployments',
  singular: 'deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'Deployment',
  nameRule: 'dns-subdomain',
  defaults: setDeploymentDefaults,
  strategy: {
    ...rules,
    // Annotations count as a change of the spec, too.
    prepareForUpdate(draft, old, context) {
      rules.prepareForUpdate?.(draft, old, context);
      if (draft.metadata.generation === old.metadata.generation && !semanticallyEqual(draft.metadata.annotations, old.metadata.annotations))
        draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
    },
  },
  subresources: {
    status: statusStrategy<Deployment>({ update: validateDeploymentStatus, keepLabels: true }),
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
    column(
      'Up-to-date',
      'Total number of non-terminating pods targeted by this deployment that have the desired template spec.',
      ({ status }) => status?.updatedReplicas ?? 0,
    ),
    column(
      'Available',
      'Total number of available non-terminating pods (ready for at least minReadySeconds) targeted by this deployment.',
      ({ status }) => status?.availableReplicas ?? 0,
    ),
    ageColumn(),
    ...templateColumns<Deployment>(),
    column(
      'Selector',
      "Label selector for pods. Existing ReplicaSets whose pods are selected by this will be the ones affected by this deployment. It must match the pod template's labels.",
      ({ spec }) => formatLabelSelector(spec?.selector),
      { wide: true },
    ),
  ],
  fidelity: { level: 'modelled' },
});

function setDeploymentDefaults({ spec }: Deployment): void {
  if (spec === undefined) return;
  spec.replicas ??= 1;
  const strategy = (spec.strategy ??= {});
  strategy.type ||= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    const rolling = (strategy.rollingUpdate ??= {});
    rolling.maxUnavailable ??= '25%';
    rolling.maxSurge ??= '25%';
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
  if (spec.template !== undefined) setPodTemplateDefaults(spec.template);
}
