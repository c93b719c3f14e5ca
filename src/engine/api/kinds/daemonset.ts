import { semanticallyEqual } from '../equality.ts';
import type { DaemonSet } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { setPodTemplateDefaults } from '../pod/defaults.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { templateColumns } from '../printing/template.ts';
import { formatLabels, formatLabelSelector } from '../selector.ts';
import { validateDaemonSet, validateDaemonSetStatus, validateDaemonSetUpdate } from '../workload/daemonset.ts';
import { workloadWarnings } from '../workload/warnings.ts';
import { defineKind, specStrategy, statusStrategy } from './define.ts';

const counted = (
  name: string,
  field: 'desiredNumberScheduled' | 'currentNumberScheduled' | 'numberReady' | 'updatedNumberScheduled' | 'numberAvailable',
) => column<DaemonSet>(name, `DaemonSetStatus.${field}`, ({ status }) => status?.[field] ?? 0, { type: 'integer' });

const GENERATION = 'deprecated.daemonset.template.generation';

export const daemonSet = defineKind<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  resource: 'daemonsets',
  singular: 'daemonset',
  shortNames: ['ds'],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'DaemonSet',
  nameRule: 'dns-subdomain',
  defaults({ spec }) {
    if (spec === undefined) return;
    const strategy = (spec.updateStrategy ??= {});
    strategy.type ||= 'RollingUpdate';
    if (strategy.type === 'RollingUpdate') {
      const rolling = (strategy.rollingUpdate ??= {});
      rolling.maxUnavailable ??= 1;
      rolling.maxSurge ??= 0;
    }
    spec.revisionHistoryLimit ??= 10;
    if (spec.template !== undefined) setPodTemplateDefaults(spec.template);
  },
  strategy: specStrategy<DaemonSet>({
    prepareForCreate(draft) {
      draft.metadata.annotations = { ...draft.metadata.annotations, [GENERATION]: '1' };
      draft.status = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
    },
    // Counted since extensions/v1beta1; the rollout does not depend on it any more.
    prepareForUpdate(draft, old) {
      const generation = Number(old.metadata.annotations?.[GENERATION] ?? '0');
      const changed = !semanticallyEqual(draft.spec?.template, old.spec?.template);
      draft.metadata.annotations = { ...draft.metadata.annotations, [GENERATION]: String(changed ? generation + 1 : generation) };
    },
    create: validateDaemonSet,
    update: validateDaemonSetUpdate,
    warnings: workloadWarnings,
  }),
  subresources: { status: statusStrategy<DaemonSet>({ update: validateDaemonSetStatus }) },
  carriers: [GENERATION],
  columns: [
    nameColumn(),
    counted('Desired', 'desiredNumberScheduled'),
    counted('Current', 'currentNumberScheduled'),
    counted('Ready', 'numberReady'),
    counted('Up-to-date', 'updatedNumberScheduled'),
    counted('Available', 'numberAvailable'),
    column('Node Selector', 'PodSpec.nodeSelector', ({ spec }) => formatLabels(spec?.template?.spec?.nodeSelector)),
    ageColumn(),
    ...templateColumns<DaemonSet>(),
    column(
      'Selector',
      "A label query over pods that are managed by the daemon set. Must match in order to be controlled. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
      ({ spec }) => formatLabelSelector(spec?.selector),
      { wide: true },
    ),
  ],
  fidelity: { level: 'modelled' },
});
