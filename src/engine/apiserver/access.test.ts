import { describe, expect, it } from 'vitest';
import { TestServer, messageOf } from './test-server.ts';
import type { Credentials } from './types.ts';

const node: Credentials = { kind: 'certificate', user: 'system:node:n1', groups: ['system:nodes'] };
const jane: Credentials = { kind: 'certificate', user: 'jane', groups: [] };

describe('access', () => {
  it('of nobody in particular is health and version', () => {
    const test = new TestServer();
    const anonymous = { credentials: null };
    expect(test.call('GET', '/healthz', undefined, anonymous).body).toBe('ok');
    expect(JSON.parse(test.call('GET', '/version', undefined, anonymous).body as string)).toMatchObject({
      major: '1',
      minor: '36',
      gitVersion: 'v1.36.3',
    });
    expect(messageOf(test.call('GET', '/api', undefined, anonymous))).toBe('forbidden: User "system:anonymous" cannot get path "/api"');
    expect(messageOf(test.call('GET', '/api/v1/pods', undefined, anonymous))).toBe(
      'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
    );
  });

  it('of components is what they need', () => {
    const test = new TestServer();
    expect(test.call('GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dn1', undefined, { credentials: node }).code).toBe(200);
    expect(messageOf(test.call('GET', '/api/v1/pods', undefined, { credentials: node }))).toBe(
      'pods is forbidden: User "system:node:n1" cannot list resource "pods" in API group "" at the cluster scope: can only list/watch pods with spec.nodeName field selector',
    );
    expect(messageOf(test.call('DELETE', '/apis/apps/v1/namespaces/default/deployments/web', undefined, { credentials: node }))).toBe(
      'deployments.apps "web" is forbidden: User "system:node:n1" cannot delete resource "deployments" in API group "apps" in the namespace "default"',
    );
  });

  it('as somebody else needs the right to be them', () => {
    const test = new TestServer();
    const asked = { headers: { 'impersonate-user': 'jane' } };
    const review = test.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, asked);
    expect(review.body).toMatchObject({ status: { userInfo: { username: 'jane', groups: ['system:authenticated'] } } });
    expect(messageOf(test.call('GET', '/api/v1/pods', undefined, { ...asked, credentials: node }))).toBe(
      'users "jane" is forbidden: User "system:node:n1" cannot impersonate resource "users" in API group "" at the cluster scope',
    );
  });

  it('by token lasts as long as token and account', () => {
    const test = new TestServer();
    const path = '/api/v1/namespaces/default/serviceaccounts/default';
    const { body } = test.call('POST', `${path}/token`, { spec: { expirationSeconds: 600 } });
    const headers = { authorization: `Bearer ${(body as { status: { token: string } }).status.token}` };
    const whoami = (): number =>
      test.call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { credentials: null, headers }).code;
    expect(whoami()).toBe(201);
    test.sim.runFor(601_000);
    expect(whoami()).toBe(401);
  });

  it('can be asked about', () => {
    const test = new TestServer();
    const ask = (verb: string, credentials: Credentials): unknown =>
      (
        test.call(
          'POST',
          '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
          { spec: { resourceAttributes: { verb, resource: 'pods', namespace: 'default' } } },
          { credentials },
        ).body as {
          status: unknown;
        }
      ).status;
    expect(ask('delete', jane)).toEqual({ allowed: false });
    expect(ask('create', node)).toMatchObject({ allowed: true });
  });
});

describe('paths', () => {
  it.each([
    ['GET', '/nope', 404],
    ['GET', '/api/v1/nope', 404],
    ['GET', '/api/v1/configmaps/a', 404],
    ['PUT', '/api/v1/namespaces/default/configmaps', 405],
    ['DELETE', '/api/v1/namespaces', 405],
    ['POST', '/version', 405],
    ['GET', '/api/v1/namespaces/default/', 200],
    ['GET', '/readyz?verbose=', 200],
    ['GET', '/', 200],
  ])('%s %s is %i', (method, path, code) => {
    expect(new TestServer().call(method, path).code).toBe(code);
  });

  it('of log and exec lead to the kubelet', () => {
    const calls: string[] = [];
    const test = new TestServer({
      kubelets: (name) =>
        name !== 'n1'
          ? undefined
          : {
              logs: (namespace, pod, container, options) => {
                calls.push(`${namespace}/${pod}/${container} tail ${options.tailLines ?? 'all'}`);
                return 'hello\n';
              },
              exec: () => {
                throw new Error('not called');
              },
              attach: () => {
                throw new Error('not called');
              },
              portForward: () => {
                throw new Error('not called');
              },
              page: () => undefined,
            },
    });
    for (const [name, nodeName] of [
      ['a', 'n1'],
      ['b', 'n2'],
    ] as const) {
      test.call('POST', '/api/v1/namespaces/default/pods', {
        metadata: { name },
        spec: { nodeName, containers: [{ name: 'c', image: 'nginx' }] },
      });
    }
    expect(test.call('GET', '/api/v1/namespaces/default/pods/a/log?tailLines=5').body).toBe('hello\n');
    expect(calls).toEqual(['default/a/c tail 5']);
    expect(messageOf(test.call('GET', '/api/v1/namespaces/default/pods/a/log?container=x'))).toBe('container x is not valid for pod a');
    const far = test.call('GET', '/api/v1/namespaces/default/pods/b/log');
    expect([far.code, messageOf(far)]).toEqual([
      500,
      'Internal error occurred: error dialing backend: dial tcp n2:10250: connect: connection refused',
    ]);
  });
});
