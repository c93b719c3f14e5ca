import { expect, it } from 'vitest';
import type { ReplicaSet } from '../../api/generated/types.ts';
import { deploymentOf } from '../test-cluster.ts';
import { isScalingEvent, proportion } from './scaling.ts';

const set = (replicas: number, annotations: Record<string, string> = {}): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web-1', annotations },
  spec: { replicas, selector: {} },
});
const web = (replicas: number, observed: number): ReturnType<typeof deploymentOf> => ({
  ...deploymentOf('web', { replicas, strategy: { rollingUpdate: { maxSurge: 3 } } }),
  status: { replicas: observed },
});
const MAX = 'deployment.kubernetes.io/max-replicas';

it.each([
  // size and max-replicas of the ReplicaSet, new size and observed pods of the Deployment, to add, added so far → share
  [8, '13', 15, 99, 5, 0, 3],
  [5, '13', 15, 99, 5, 3, 2],
  [5, '13', 5, 99, -5, 0, -2],
  [8, '', 15, 13, 5, 0, 3],
  [8, '13', 0, 13, -13, 0, -8],
  [0, '13', 15, 13, 5, 0, 0],
  [8, '13', 15, 13, 5, 5, 0],
])(
  'a ReplicaSet of %i (max %s) of a Deployment of %i (%i seen) takes of %i (%i taken) %i',
  (size, max, desired, observed, toAdd, added, share) => {
    expect(proportion(set(size, max === '' ? {} : { [MAX]: max }), web(desired, observed), toAdd, added)).toBe(share);
  },
);

it('only an active ReplicaSet sized for another number is a sign of scaling', () => {
  const sized = (replicas: number, desired: string): ReplicaSet => set(replicas, { 'deployment.kubernetes.io/desired-replicas': desired });
  expect(isScalingEvent(web(3, 3), { current: sized(3, '3'), old: [sized(0, '5')] })).toBe(false);
  expect(isScalingEvent(web(3, 3), { current: sized(2, '3'), old: [sized(1, '5')] })).toBe(true);
  expect(isScalingEvent(web(3, 3), { current: set(2), old: [] })).toBe(false);
});
