import { expect, it } from 'vitest';
import type { PodSpec } from '../generated/types.ts';
import { mergeLabelKeys } from './label-keys.ts';

it('puts the own values of labels into the selectors that name them', () => {
  const term = {
    topologyKey: 'zone',
    matchLabelKeys: ['hash'],
    mismatchLabelKeys: ['tenant', 'none'],
    labelSelector: { matchLabels: { a: 'b' } },
  };
  const spec: PodSpec = {
    containers: [],
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: {}, matchLabelKeys: ['hash'] },
      { maxSkew: 1, topologyKey: 'host', whenUnsatisfiable: 'ScheduleAnyway', matchLabelKeys: ['hash'] },
    ],
    affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: term }] } },
  };
  mergeLabelKeys(spec, { hash: '1', tenant: 'x' });
  const hash = { key: 'hash', operator: 'In', values: ['1'] };
  expect(spec.topologySpreadConstraints?.map(({ labelSelector }) => labelSelector)).toEqual([{ matchExpressions: [hash] }, undefined]);
  expect(term.labelSelector).toEqual({
    matchLabels: { a: 'b' },
    matchExpressions: [hash, { key: 'tenant', operator: 'NotIn', values: ['x'] }],
  });
});
