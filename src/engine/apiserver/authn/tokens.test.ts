import { createPublicKey, verify, type JsonWebKeyInput } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JsonWebKey } from '../../api/json-web-tokens.ts';
import { encodeText } from '../../api/base64.ts';
import { TestServer, messageOf } from '../test-server.ts';

const WHOAMI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const ACCOUNT = '/api/v1/namespaces/default/serviceaccounts/default';
const PODS = '/api/v1/namespaces/default/pods';

interface Answer {
  status: { token: string; error?: string; userInfo: { username: string; groups: string[]; extra?: Record<string, string[]> } };
}

const mint = (test: TestServer, spec: object = {}): string => (test.call('POST', `${ACCOUNT}/token`, { spec }).body as Answer).status.token;
const come = (test: TestServer, token: string): number =>
  test.call('POST', WHOAMI, {}, { credentials: null, headers: { authorization: `Bearer ${token}` } }).code;
const review = (test: TestServer, token: string, audiences: string[] = []): Answer['status'] =>
  (test.call('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token, audiences } }).body as Answer).status;

describe('tokens of service accounts', () => {
  it('can be read but not made', () => {
    const test = new TestServer();
    const token = mint(test, { expirationSeconds: 600 });
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>;
    expect(claims).toMatchObject({
      sub: 'system:serviceaccount:default:default',
      aud: ['https://kubernetes.default.svc.cluster.local'],
      exp: (claims['iat'] as number) + 600,
      'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'default' } },
    });
    expect(come(test, token)).toBe(201);
    const forged = Buffer.from(JSON.stringify({ ...claims, exp: 99_999_999_999 })).toString('base64url');
    expect(come(test, `${header}.${forged}.${signature}`)).toBe(401);
    // Another cluster has another key.
    expect(come(new TestServer({ seed: 2 }), token)).toBe(401);
  });

  it('die with the pod that they are bound to', () => {
    const test = new TestServer();
    test.call('POST', PODS, { metadata: { name: 'p' }, spec: { nodeName: 'n1', containers: [{ name: 'c', image: 'x' }] } });
    const token = mint(test, { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'p' } });
    const who = test.call('POST', WHOAMI, {}, { credentials: null, headers: { authorization: `Bearer ${token}` } }).body as Answer;
    expect(who.status.userInfo.extra).toMatchObject({
      'authentication.kubernetes.io/pod-name': ['p'],
      'authentication.kubernetes.io/node-name': ['n1'],
    });
    test.call('DELETE', `${PODS}/p?gracePeriodSeconds=0`);
    expect(come(test, token)).toBe(401);
    expect(review(test, token).error).toBe('[invalid bearer token, service account token has been invalidated]');
  });

  it('are good for their audience only', () => {
    const test = new TestServer();
    const token = mint(test, { audiences: ['vault'] });
    expect(come(test, token)).toBe(401);
    expect(review(test, token, ['vault', 'other'])).toMatchObject({ authenticated: true, audiences: ['vault'] });
    expect(review(test, token).error).toBe(
      '[invalid bearer token, token audiences ["vault"] is invalid for the target audiences ["https://kubernetes.default.svc.cluster.local"]]',
    );
  });

  it('die with their account', () => {
    const test = new TestServer();
    const token = mint(test);
    test.call('DELETE', ACCOUNT);
    expect(review(test, token).error).toBe('[invalid bearer token, serviceaccounts "default" not found]');
  });
});

describe('other tokens', () => {
  it('let a node join while their Secret says so', () => {
    const test = new TestServer();
    test.call('POST', '/api/v1/namespaces', { metadata: { name: 'kube-system' } });
    const data = {
      'token-id': 'abcdef',
      'token-secret': '0123456789abcdef',
      'usage-bootstrap-authentication': 'true',
      'auth-extra-groups': 'system:bootstrappers:kubeadm:default-node-token',
      expiration: '2026-01-05T10:00:00Z',
    };
    test.call('POST', '/api/v1/namespaces/kube-system/secrets', {
      metadata: { name: 'bootstrap-token-abcdef' },
      type: 'bootstrap.kubernetes.io/token',
      data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, encodeText(value)])),
    });
    const token = 'abcdef.0123456789abcdef';
    const who = test.call('POST', WHOAMI, {}, { credentials: null, headers: { authorization: `Bearer ${token}` } }).body as Answer;
    expect(who.status.userInfo).toMatchObject({
      username: 'system:bootstrap:abcdef',
      groups: ['system:bootstrappers', 'system:bootstrappers:kubeadm:default-node-token', 'system:authenticated'],
    });
    expect(come(test, 'abcdef.0123456789abcdee')).toBe(401);
    test.sim.runFor(3600_000);
    expect(come(test, token)).toBe(401);
  });

  it('may be given to the server when it starts', () => {
    const test = new TestServer({ staticTokens: { secret: { name: 'ann', groups: ['system:masters'] } } });
    expect(come(test, 'secret')).toBe(201);
    expect(come(test, 'toString')).toBe(401);
  });
});

describe('acting as somebody else', () => {
  it('is a right like any other', () => {
    const test = new TestServer();
    const RBAC = '/apis/rbac.authorization.k8s.io/v1';
    const rules = [{ apiGroups: [''], resources: ['users'], resourceNames: ['ann'], verbs: ['impersonate'] }];
    test.call('POST', `${RBAC}/clusterroles`, { metadata: { name: 'as-ann' }, rules });
    test.call('POST', `${RBAC}/clusterrolebindings`, {
      metadata: { name: 'b' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'as-ann' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
    });
    const as = (headers: Record<string, string>) =>
      test.call('POST', WHOAMI, {}, { credentials: { kind: 'certificate', user: 'jane', groups: [] }, headers });
    expect(as({ 'impersonate-user': 'ann' }).body).toMatchObject({ status: { userInfo: { username: 'ann' } } });
    expect(as({ 'impersonate-user': 'joe' }).code).toBe(403);
    expect(messageOf(as({ 'impersonate-user': 'ann', 'impersonate-group': 'system:masters' }))).toBe(
      'groups "system:masters" is forbidden: User "jane" cannot impersonate resource "groups" in API group "" at the cluster scope',
    );
  });
});

it('others can check a token by the keys that are published', () => {
  const server = new TestServer();
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const { body } = server.call('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', request);
  const { token } = (body as { status: { token: string } }).status;
  const { keys } = server.call('GET', '/openid/v1/jwks').body as { keys: JsonWebKey[] };
  const [header = '', payload = '', signature = ''] = token.split('.');
  const text = (part: string): { kid?: string; iss?: string } => JSON.parse(Buffer.from(part, 'base64url').toString()) as object;
  const key = keys.find(({ kid }) => kid === text(header).kid);
  // Node's own cryptography, which knows nothing of ours.
  const publicKey = createPublicKey({ key: key as unknown as JsonWebKeyInput['key'], format: 'jwk' });
  const checks = (signed: string): boolean =>
    verify('sha256', Buffer.from(signed), { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
  expect([checks(`${header}.${payload}`), checks(`${header}.${payload}x`)]).toEqual([true, false]);
  expect(server.call('GET', '/.well-known/openid-configuration').body).toMatchObject({ issuer: text(payload).iss });
});
