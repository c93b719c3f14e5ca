import { expect, it } from 'vitest';
import type { ResourceQuota } from '../../api/generated/types.ts';
import { messageOf, TestServer } from '../test-server.ts';

const PODS = '/api/v1/namespaces/default/pods';
const QUOTA = '/api/v1/namespaces/default/resourcequotas';
const pod = (name: string, cpu?: string): object => ({
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'x', ...(cpu === undefined ? {} : { resources: { requests: { cpu } } }) }] },
});

/** A quota that has been counted once, as the controller does. */
function withQuota(hard: Record<string, string>, spec: object = {}): TestServer {
  const test = new TestServer();
  expect(test.call('POST', QUOTA, { metadata: { name: 'q' }, spec: { hard, ...spec } }).code).toBe(201);
  const used = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']));
  const headers = { 'content-type': 'application/merge-patch+json' };
  expect(test.call('PATCH', `${QUOTA}/q/status`, { status: { hard, used } }, { headers }).code).toBe(200);
  return test;
}
const used = (test: TestServer): unknown => (test.call('GET', `${QUOTA}/q`).body as ResourceQuota).status?.used;

it('books what is created, and refuses what there is no room for', () => {
  const test = withQuota({ pods: '5', 'requests.cpu': '1' });
  expect(test.call('POST', PODS, pod('a', '600m')).code).toBe(201);
  expect(used(test)).toEqual({ pods: '1', 'requests.cpu': '600m' });
  expect(messageOf(test.call('POST', PODS, pod('b', '500m')))).toBe(
    'pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, limited: requests.cpu=1',
  );
  expect(used(test)).toEqual({ pods: '1', 'requests.cpu': '600m' });
  expect(test.call('POST', `${PODS}?dryRun=All`, pod('b', '100m')).code).toBe(201);
  expect(used(test)).toEqual({ pods: '1', 'requests.cpu': '600m' });
});

it('wants containers to say what is counted', () => {
  const test = withQuota({ 'requests.cpu': '1' });
  expect(messageOf(test.call('POST', PODS, pod('a')))).toBe('pods "a" is forbidden: failed quota: q: must specify requests.cpu for: c');
});

it('counts only what is in scope', () => {
  const test = withQuota({ pods: '0' }, { scopes: ['NotBestEffort'] });
  expect(test.call('POST', PODS, pod('best-effort')).code).toBe(201);
  expect(messageOf(test.call('POST', PODS, pod('burstable', '1m')))).toContain('exceeded quota: q, requested: pods=1, used: pods=0');
});
