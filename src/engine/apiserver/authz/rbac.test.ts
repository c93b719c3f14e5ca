import { describe, expect, it } from 'vitest';
import { TestServer, messageOf } from '../test-server.ts';
import type { ApiResponse, Credentials } from '../types.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const LOCAL = `${RBAC}/namespaces/default`;
const GROUP = 'rbac.authorization.k8s.io';
const PODS = '/api/v1/namespaces/default/pods';
const CONFIG_MAP = '/api/v1/namespaces/default/configmaps/c';
const jane: Credentials = { kind: 'certificate', user: 'jane', groups: ['devs'] };

class World extends TestServer {
  as(credentials: Credentials, method: string, path: string, body?: object): ApiResponse {
    return this.call(method, path, body, { credentials });
  }

  role(name: string, rules: object[]): void {
    this.create(`${LOCAL}/roles`, { metadata: { name }, rules });
  }

  bind(name: string, roleRef: string, ...subjects: object[]): void {
    const [kind, role] = roleRef.split('/');
    this.create(`${LOCAL}/rolebindings`, { metadata: { name }, roleRef: { apiGroup: GROUP, kind, name: role }, subjects });
  }

  create(path: string, body: object): void {
    const response = this.call('POST', path, body);
    if (response.code !== 201) throw new Error(messageOf(response));
  }
}

const user = (name: string): object => ({ kind: 'User', apiGroup: GROUP, name });

describe('roles', () => {
  it('allow what they say, to whom they are bound, where they are bound', () => {
    const world = new World();
    world.role('reader', [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]);
    expect(world.as(jane, 'GET', PODS).code).toBe(403);
    world.bind('b', 'Role/reader', user('jane'));
    expect(world.as(jane, 'GET', PODS).code).toBe(200);
    expect(world.as(jane, 'GET', '/api/v1/namespaces/kube-system/pods').code).toBe(403);
    expect(world.as({ ...jane, user: 'joe' }, 'GET', PODS).code).toBe(403);
    // What a role says anew holds at once.
    world.call('PUT', `${LOCAL}/roles/reader`, { metadata: { name: 'reader' }, rules: [] });
    expect(world.as(jane, 'GET', PODS).code).toBe(403);
  });

  it('reach groups and the service accounts of the namespace of the binding', () => {
    const world = new World();
    world.bind('g', 'ClusterRole/view', { kind: 'Group', apiGroup: GROUP, name: 'devs' });
    world.bind('s', 'ClusterRole/edit', { kind: 'ServiceAccount', name: 'default' });
    expect(world.as(jane, 'GET', PODS).code).toBe(200);
    const robot: Credentials = { kind: 'certificate', user: 'system:serviceaccount:default:default', groups: [] };
    expect(world.as(robot, 'DELETE', `${PODS}/x`).code).toBe(404);
    expect(world.as({ ...robot, user: 'system:serviceaccount:other:default' }, 'DELETE', `${PODS}/x`).code).toBe(403);
  });

  it('may name objects', () => {
    const world = new World();
    world.role('one', [{ apiGroups: [''], resources: ['configmaps'], resourceNames: ['c'], verbs: ['get', 'list'] }]);
    world.bind('b', 'Role/one', user('jane'));
    expect(world.as(jane, 'GET', CONFIG_MAP).code).toBe(404);
    expect(world.as(jane, 'GET', `${CONFIG_MAP}2`).code).toBe(403);
    expect(world.as(jane, 'GET', '/api/v1/namespaces/default/configmaps').code).toBe(403);
    expect(world.as(jane, 'GET', '/api/v1/namespaces/default/configmaps?fieldSelector=metadata.name%3Dc').code).toBe(200);
  });

  it('that are not there are named in the refusal', () => {
    const world = new World();
    world.bind('b', 'ClusterRole/gone', user('jane'));
    expect(messageOf(world.as(jane, 'GET', PODS))).toBe(
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default": RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
    );
  });
});

describe('nobody gives away what they do not have', () => {
  const grant = (world: World, name: string, rules: object[]): ApiResponse =>
    world.as(jane, 'POST', `${LOCAL}/roles`, { metadata: { name }, rules });
  const secrets = { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] };

  it('in a role', () => {
    const world = new World();
    world.role('author', [{ apiGroups: [GROUP], resources: ['roles'], verbs: ['*'] }]);
    world.bind('b', 'Role/author', user('jane'));
    world.role('half', [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }]);
    world.bind('h', 'Role/half', user('jane'));
    // The star of verbs holds `escalate`: it is taken away.
    expect(grant(world, 'ok', [secrets]).code).toBe(201);
    const rules = [{ apiGroups: [GROUP], resources: ['roles'], verbs: ['create'] }];
    world.call('PUT', `${LOCAL}/roles/author`, { metadata: { name: 'author' }, rules });
    expect(messageOf(grant(world, 'more', [secrets, { ...secrets, resources: ['pods'], verbs: ['get'], resourceNames: ['a'] }]))).toBe(
      `roles.rbac.authorization.k8s.io "more" is forbidden: user "jane" (groups=["devs" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:
{APIGroups:[""], Resources:["pods"], ResourceNames:["a"], Verbs:["get"]}
{APIGroups:[""], Resources:["secrets"], Verbs:["get"]}`,
    );
    expect(grant(world, 'same', [{ ...secrets, verbs: ['list'] }]).code).toBe(201);
  });

  it('in a binding, unless they may bind the role', () => {
    const world = new World();
    world.role('binder', [
      { apiGroups: [GROUP], resources: ['rolebindings'], verbs: ['create'] },
      { apiGroups: [GROUP], resources: ['clusterroles'], resourceNames: ['view'], verbs: ['bind'] },
    ]);
    world.bind('b', 'Role/binder', user('jane'));
    const bind = (name: string): ApiResponse =>
      world.as(jane, 'POST', `${LOCAL}/rolebindings`, {
        metadata: { name },
        roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name },
        subjects: [user('joe')],
      });
    expect(bind('view').code).toBe(201);
    expect(messageOf(bind('edit'))).toContain('is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], ');
    expect(messageOf(bind('gone'))).toBe('clusterroles.rbac.authorization.k8s.io "gone" not found');
  });
});

describe('a node', () => {
  const n1: Credentials = { kind: 'certificate', user: 'system:node:n1', groups: ['system:nodes'] };

  it('reads what its pods need, and no more', () => {
    const world = new World();
    const pod = (name: string, nodeName: string, configMap: string): void =>
      world.create(PODS, {
        metadata: { name },
        spec: { nodeName, containers: [{ name: 'c', image: 'x', envFrom: [{ configMapRef: { name: configMap } }] }] },
      });
    pod('a', 'n1', 'c');
    pod('b', 'n2', 'c2');
    expect(world.as(n1, 'GET', CONFIG_MAP).code).toBe(404);
    expect(messageOf(world.as(n1, 'GET', `${CONFIG_MAP}2`))).toBe(
      `configmaps "c2" is forbidden: User "system:node:n1" cannot get resource "configmaps" in API group "" in the namespace "default": no relationship found between node 'n1' and this object`,
    );
    const { uid } = (world.call('GET', `${PODS}/a`).body as { metadata: { uid: string } }).metadata;
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'a', uid };
    expect(world.as(n1, 'POST', '/api/v1/namespaces/default/serviceaccounts/default/token', { spec: { boundObjectRef } }).code).toBe(201);
    world.call('DELETE', `${PODS}/a?gracePeriodSeconds=0`);
    expect(world.as(n1, 'GET', CONFIG_MAP).code).toBe(403);
  });

  it('sees itself alone', () => {
    const world = new World();
    expect(world.as(n1, 'GET', '/api/v1/nodes/n1').code).toBe(404);
    expect(world.as(n1, 'GET', '/api/v1/nodes?fieldSelector=metadata.name%3Dn1').code).toBe(200);
    expect(messageOf(world.as(n1, 'GET', '/api/v1/nodes/n2'))).toContain(`node 'n1' cannot read 'n2', only its own Node object`);
    // The name alone makes no node.
    expect(messageOf(world.as({ ...n1, groups: [] }, 'GET', '/api/v1/nodes/n1'))).not.toContain('only its own');
  });
});
