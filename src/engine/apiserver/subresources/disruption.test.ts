import { expect, test } from 'vitest';
import type { Status } from '../../api/meta.ts';
import { messageOf, TestServer } from '../test-server.ts';

const MERGE = { headers: { 'content-type': 'application/merge-patch+json' } };
const BUDGET = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const POD = '/api/v1/namespaces/default/pods';

test('an eviction takes from the budget of the pod, and is refused when there is none left', () => {
  const api = new TestServer();
  const evict = (): ReturnType<TestServer['call']> => api.call('POST', `${POD}/a/eviction`, { metadata: { name: 'a' } });
  const running = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  api.call('POST', POD, { metadata: { name: 'a', labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'x' }] } });
  api.call('PATCH', `${POD}/a/status`, { status: running }, MERGE);
  api.call('POST', BUDGET, { metadata: { name: 'b' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } } });
  expect((evict().body as Status).details?.causes?.[0]?.message).toBe('The disruption budget b is still being processed by the server.');
  const status = { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 };
  api.call('PATCH', `${BUDGET}/b/status`, { status }, MERGE);
  const refused = evict();
  expect([refused.code, messageOf(refused)]).toEqual([429, "Cannot evict pod as it would violate the pod's disruption budget."]);
  expect((refused.body as Status).details?.causes?.[0]?.message).toBe('The disruption budget b needs 1 healthy pods and has 1 currently');
  api.call('PATCH', `${BUDGET}/b/status`, { status: { ...status, disruptionsAllowed: 1, currentHealthy: 2 } }, MERGE);
  expect(evict().code).toBe(201);
  const after = api.call('GET', `${BUDGET}/b`).body as { status: { disruptionsAllowed: number; disruptedPods: object } };
  expect(after.status.disruptionsAllowed).toBe(0);
  expect(Object.keys(after.status.disruptedPods)).toEqual(['a']);
});
