import { expect, it } from 'vitest';
import { messageOf, TestServer } from '../test-server.ts';

const pod = (resources?: object): object => ({
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image: 'x', ...(resources && { resources }) }] },
});

function withLimits(item: object): TestServer {
  const test = new TestServer();
  const response = test.call('POST', '/api/v1/namespaces/default/limitranges', { metadata: { name: 'l' }, spec: { limits: [item] } });
  expect(response.code).toBe(201);
  return test;
}

it('gives containers what they did not ask for, and notes it', () => {
  const test = withLimits({ type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '100m' } });
  expect(test.call('POST', '/api/v1/namespaces/default/pods', pod()).body).toMatchObject({
    metadata: {
      annotations: { 'kubernetes.io/limit-ranger': 'LimitRanger plugin set: cpu request for container c; cpu limit for container c' },
    },
    spec: { containers: [{ resources: { requests: { cpu: '100m' }, limits: { cpu: '500m' } } }] },
  });
});

it('refuses containers that ask for more than there may be', () => {
  const test = withLimits({ type: 'Container', max: { cpu: '1' } });
  const response = test.call('POST', '/api/v1/namespaces/default/pods', pod({ limits: { cpu: '1500m' } }));
  expect(response.code).toBe(403);
  expect(messageOf(response)).toBe('pods "p" is forbidden: maximum cpu usage per Container is 1, but limit is 1500m');
});

it('warns of kinds that nothing acts on, unless told not to', () => {
  const runtime = { metadata: { name: 'r' }, handler: 'runc' };
  const path = '/apis/node.k8s.io/v1/runtimeclasses';
  const warned = new TestServer().call('POST', path, runtime).headers['warning'];
  expect(String(warned)).toContain('RuntimeClass: stored, but without effect here: there is one container runtime');
  expect(new TestServer({ inertWarnings: false }).call('POST', path, runtime).headers['warning']).toBeUndefined();
});
