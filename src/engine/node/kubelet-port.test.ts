import { describe, expect, it } from 'vitest';
import { practiceAuthority } from '../api/x509/practice-authority.ts';
import { TestServer } from '../apiserver/test-server.ts';
import { CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES } from '../client/resources.ts';
import { httpCall, type HttpCall } from '../network/http-call.ts';
import { NetworkNamespace } from '../network/namespace.ts';
import { VirtualNetwork } from '../network/network.ts';
import { run } from '../os/task.ts';
import { decode } from '../os/text.ts';
import { openKubeletPort } from './kubelet-port.ts';

const RBAC = 'rbac.authorization.k8s.io';

describe("the kubelet's port", () => {
  it('shows metrics to who may see them', () => {
    const test = new TestServer();
    const { sim, client } = test;
    const network = new VirtualNetwork({ sim });
    const host = new NetworkNamespace({ network, actor: 'n1', addresses: ['192.168.0.11'], host: true });
    let up = true;
    const server = { page: (path: string) => (path === '/metrics/resource' ? { contentType: 'text/plain', body: 'page\n' } : undefined) };
    openKubeletPort({
      sim,
      transport: test.server,
      host,
      nodeName: 'n1',
      authority: practiceAuthority(),
      dial: () => (up ? server : undefined),
    });
    // As bootstrapping gives it.
    const review = [
      {
        apiGroups: ['authentication.k8s.io', 'authorization.k8s.io'],
        resources: ['tokenreviews', 'subjectaccessreviews'],
        verbs: ['create'],
      },
    ];
    const role = (name: string, rules: object[], subject: object): void => {
      client.create(CLUSTER_ROLES, { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name }, rules } as never);
      client.create(CLUSTER_ROLE_BINDINGS, { apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding', metadata: { name }, roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name }, subjects: [subject] } as never); // prettier-ignore
    };
    role('nodes', review, { kind: 'Group', name: 'system:nodes', apiGroup: RBAC });
    const token = (test.call('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', {}).body as { status: { token: string } })
      .status.token;
    const ask = (path: string, authorization?: string, tls: HttpCall['tls'] = { insecureSkipVerify: true }): string => {
      let outcome = 'no answer';
      const url = `https://192.168.0.11:10250${path}`;
      run(
        httpCall(host, { method: 'GET', url, tls, ...(authorization === undefined ? {} : { headers: { authorization } }) } as HttpCall),
        ({ status, body }) => (outcome = `${status} ${decode(body)}`),
        (error) => (outcome = (error as Error).message),
      );
      sim.runFor(1000);
      return outcome;
    };
    expect(ask('/metrics/resource')).toBe('401 Unauthorized');
    expect(ask('/metrics/resource', 'Bearer x')).toBe('401 Unauthorized');
    expect(ask('/metrics/resource', `Bearer ${token}`)).toBe(
      '403 Forbidden (user=system:serviceaccount:default:default, verb=get, resource=nodes, subresource(s)=[metrics])',
    );
    role('metrics', [{ apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] }], {
      kind: 'ServiceAccount',
      name: 'default',
      namespace: 'default',
    });
    expect(ask('/metrics/resource', `Bearer ${token}`)).toBe('200 page\n');
    expect(ask('/metrics/nope', `Bearer ${token}`)).toBe('404 404 page not found\n');
    expect(ask('/pods', `Bearer ${token}`)).toContain('subresource(s)=[proxy]');
    expect(ask('/metrics', undefined, {})).toBe(
      "tls: failed to verify certificate: x509: cannot validate certificate for 192.168.0.11 because it doesn't contain any IP SANs",
    );
    up = false;
    expect(ask('/metrics/resource', `Bearer ${token}`)).toBe('dial tcp 192.168.0.11:10250: connect: connection refused');
  });
});
