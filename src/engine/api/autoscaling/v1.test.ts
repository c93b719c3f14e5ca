import { expect, it } from 'vitest';
import type { HorizontalPodAutoscaler } from '../generated/types.ts';
import { autoscalerFromV1, autoscalerToV1 } from './v1.ts';

const stored: HorizontalPodAutoscaler = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', annotations: { team: 'a' } },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicas: 1,
    maxReplicas: 5,
    metrics: [
      { type: 'Pods', pods: { metric: { name: 'qps' }, target: { type: 'AverageValue', averageValue: '10' } } },
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
    ],
    behavior: { scaleDown: { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] } },
  },
};

it('shows one target of CPU and keeps the rest in annotations', () => {
  const { metadata, spec } = autoscalerToV1(stored);
  expect(spec.targetCPUUtilizationPercentage).toBe(70);
  expect(metadata.annotations).toEqual({
    team: 'a',
    'autoscaling.alpha.kubernetes.io/metrics': '[{"type":"Pods","pods":{"metricName":"qps","targetAverageValue":"10"}}]',
    'autoscaling.alpha.kubernetes.io/behavior':
      '{"ScaleUp":null,"ScaleDown":{"StabilizationWindowSeconds":null,"SelectPolicy":"Max","Policies":[{"Type":"Percent","Value":100,"PeriodSeconds":15}],"Tolerance":null}}',
  });
});

it('comes back as it was', () => {
  expect(autoscalerFromV1(autoscalerToV1(stored))).toEqual(stored);
});
