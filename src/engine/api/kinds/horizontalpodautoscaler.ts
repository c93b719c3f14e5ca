import { setAutoscalerDefaults } from '../autoscaling/defaults.ts';
import { validateAutoscaler } from '../autoscaling/validate.ts';
import type { HorizontalPodAutoscaler } from '../generated/types.ts';
import { metricTargets } from '../autoscaling/targets.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { keepStatus, plainStrategy, statusStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

export const horizontalPodAutoscaler = v1Kind<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  resource: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  namespaced: true,
  defaults: setAutoscalerDefaults,
  strategy: plainStrategy<HorizontalPodAutoscaler>({
    prepareForCreate(draft) {
      draft.status = { desiredReplicas: 0, currentMetrics: null as unknown as [] };
    },
    prepareForUpdate: keepStatus,
    create: validateAutoscaler,
    update: (draft, _old, findings) => validateAutoscaler(draft, findings),
  }),
  subresources: { status: statusStrategy<HorizontalPodAutoscaler>() },
  columns: [
    nameColumn(),
    column(
      'Reference',
      'scaleTargetRef points to the target resource to scale, and is used to the pods for which metrics should be collected, as well as to actually change the replica count.',
      ({ spec }) => `${spec?.scaleTargetRef?.kind ?? ''}/${spec?.scaleTargetRef?.name ?? ''}`,
    ),
    column('Targets', 'HorizontalPodAutoscalerSpec.metrics', metricTargets),
    column('MinPods', 'HorizontalPodAutoscalerSpec.minReplicas', ({ spec }) =>
      spec?.minReplicas === undefined ? '<unset>' : String(spec.minReplicas),
    ),
    column('MaxPods', 'HorizontalPodAutoscalerSpec.maxReplicas', ({ spec }) => spec?.maxReplicas ?? 0),
    column('Replicas', 'HorizontalPodAutoscalerStatus.currentReplicas', ({ status }) => status?.currentReplicas ?? 0),
    ageColumn(),
  ],
  fidelity: { level: 'modelled' },
});
