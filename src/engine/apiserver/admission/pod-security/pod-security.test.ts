import { expect, it } from 'vitest';
import { messageOf, TestServer } from '../../test-server.ts';

const PODS = '/api/v1/namespaces/team/pods';
const pod = (name: string, securityContext: object = {}): object => ({
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'x', securityContext }] },
});

function withNamespace(labels: Record<string, string>): TestServer {
  const test = new TestServer({ inertWarnings: false });
  const named = Object.fromEntries(Object.entries(labels).map(([mode, level]) => [`pod-security.kubernetes.io/${mode}`, level]));
  expect(test.call('POST', '/api/v1/namespaces', { metadata: { name: 'team', labels: named } }).code).toBe(201);
  test.call('POST', '/api/v1/namespaces/team/serviceaccounts', { metadata: { name: 'default' } });
  return test;
}

it('refuses what the enforced level does not allow, and warns of the level to come', () => {
  const test = withNamespace({ enforce: 'baseline', warn: 'restricted' });
  expect(messageOf(test.call('POST', PODS, pod('p', { privileged: true })))).toBe(
    'pods "p" is forbidden: violates PodSecurity "baseline:latest": privileged (container "c" must not set securityContext.privileged=true)',
  );
  const response = test.call('POST', PODS, pod('p'));
  expect(response.code).toBe(201);
  expect(String(response.headers['warning'])).toContain(
    'would violate PodSecurity \\"restricted:latest\\": allowPrivilegeEscalation != false',
  );
});

it('knows what a level asked in older versions', () => {
  const test = withNamespace({ enforce: 'restricted', 'enforce-version': 'v1.7' });
  expect(messageOf(test.call('POST', PODS, pod('p')))).toBe(
    'pods "p" is forbidden: violates PodSecurity "restricted:v1.7": runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true)',
  );
});

it('tells which pods a raised level would not let in any more, those alike in one line', () => {
  const test = withNamespace({});
  for (const name of ['b', 'a', 'c']) test.call('POST', PODS, pod(name, { privileged: true }));
  const response = test.call(
    'PATCH',
    '/api/v1/namespaces/team',
    { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } },
    { headers: { 'content-type': 'application/merge-patch+json' } },
  );
  expect(response.code).toBe(200);
  expect(String(response.headers['warning'])).toContain('a (and 2 other pods): privileged');
});
