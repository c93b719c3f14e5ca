import { expect, it } from 'vitest';
import { messageOf, TestServer } from '../test-server.ts';
import type { Credentials } from '../types.ts';

const credentials: Credentials = { kind: 'certificate', user: 'system:node:n1', groups: ['system:nodes'] };
const headers = { 'content-type': 'application/merge-patch+json' };

it('a kubelet registers itself, but not as what it likes', () => {
  const test = new TestServer();
  const node = (labels: Record<string, string>): object => ({ metadata: { name: 'n1', labels } });
  expect(messageOf(test.call('POST', '/api/v1/nodes', node({ 'node-restriction.kubernetes.io/team': '' }), { credentials }))).toBe(
    'nodes "n1" is forbidden: node "n1" is not allowed to set the following labels: node-restriction.kubernetes.io/team',
  );
  expect(test.call('POST', '/api/v1/nodes', node({ disk: 'ssd', 'kubernetes.io/os': 'linux' }), { credentials }).code).toBe(201);
  expect(messageOf(test.call('PATCH', '/api/v1/nodes/n1', { spec: { taints: [] } }, { credentials, headers }))).toBe(
    'nodes "n1" is forbidden: node "n1" is not allowed to modify taints',
  );
  const labels = { 'node-restriction.kubernetes.io/team': 'a' };
  expect(messageOf(test.call('PATCH', '/api/v1/nodes/n1', { metadata: { labels } }, { credentials, headers }))).toBe(
    'nodes "n1" is forbidden: is not allowed to modify labels: node-restriction.kubernetes.io/team',
  );
});

it('a kubelet makes mirror pods only', () => {
  const test = new TestServer();
  const pod = { metadata: { name: 'p' }, spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'x' }] } };
  expect(messageOf(test.call('POST', '/api/v1/namespaces/default/pods', pod, { credentials }))).toBe(
    'pods "p" is forbidden: pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
  );
});
