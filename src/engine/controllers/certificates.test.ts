import { describe, expect, it } from 'vitest';
import { decodeText, encodeText } from '../api/base64.ts';
import { kubeadmBindings } from '../api/bootstrap/kubeadm.ts';
import type { CertificateSigningRequest, ClusterRole } from '../api/generated/types.ts';
import { JANE, JOE, NODE } from '../api/x509/test-requests.ts';
import type { Credentials } from '../apiserver/types.ts';
import { OutsideClient } from '../client/client.ts';
import { CERTIFICATE_SIGNING_REQUESTS, CLUSTER_ROLES, CLUSTER_ROLE_BINDINGS, SECRETS, SERVICE_ACCOUNTS } from '../client/resources.ts';
import { HOUR, SECOND } from '../sim/time.ts';
import { TestCluster } from './test-cluster.ts';

const REQUEST = { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest' };

function world() {
  const cluster = new TestCluster();
  const ask = (name: string, text: string, spec: object, client = cluster.admin): void => {
    const signerName = 'kubernetes.io/kube-apiserver-client';
    const whole = { request: encodeText(text), signerName, usages: ['client auth'], ...spec };
    client.create(CERTIFICATE_SIGNING_REQUESTS, { ...REQUEST, metadata: { name }, spec: whole } as CertificateSigningRequest);
    cluster.sim.runFor(SECOND);
  };
  const get = (name: string): CertificateSigningRequest => cluster.admin.get(CERTIFICATE_SIGNING_REQUESTS, undefined, name);
  const decide = (name: string, type: 'Approved' | 'Denied'): void => {
    const csr = get(name);
    const conditions = [{ type, status: 'True', reason: 'Test', message: '' }];
    cluster.admin.updateSub(CERTIFICATE_SIGNING_REQUESTS, { ...csr, status: { conditions } }, 'approval');
    cluster.sim.runFor(SECOND);
  };
  return { cluster, ask, get, decide };
}

describe('certificate requests', () => {
  it('are signed once somebody approves them', () => {
    const { ask, get, decide } = world();
    ask('jane', JANE, {});
    expect(get('jane').status?.certificate).toBeUndefined();
    decide('jane', 'Approved');
    expect(decodeText(get('jane').status?.certificate ?? '')).toMatch(/^-----BEGIN CERTIFICATE-----\n/);
  });

  it('are not signed when denied, nor against the rules of the signer, nor by a signer of others', () => {
    const { cluster, ask, get, decide } = world();
    ask('denied', JANE, {});
    decide('denied', 'Denied');
    ask('serving', JANE, { usages: ['client auth', 'server auth'] });
    decide('serving', 'Approved');
    ask('foreign', JANE, { signerName: 'example.com/signer' });
    decide('foreign', 'Approved');
    ask('unknown', JOE, {});
    decide('unknown', 'Approved');
    cluster.sim.runFor(10 * SECOND);
    for (const name of ['denied', 'serving', 'foreign', 'unknown']) expect(get(name).status?.certificate).toBeUndefined();
    expect(get('serving').status?.conditions?.find(({ type }) => type === 'Failed')).toMatchObject({
      reason: 'SignerValidationFailure',
      message: 'invalid usage for client certificate: server auth',
    });
  });

  it('of a joining kubelet are approved by policy', () => {
    const { cluster, ask, get } = world();
    const spec = {
      signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
      usages: ['client auth', 'digital signature', 'key encipherment'],
    };
    const groups = ['system:bootstrappers', 'system:bootstrappers:kubeadm:default-node-token'];
    const joining: Credentials = { kind: 'certificate', user: 'system:bootstrap:abcdef', groups };
    for (const binding of kubeadmBindings()) cluster.admin.create(CLUSTER_ROLE_BINDINGS, binding);
    const kubelet = new OutsideClient(cluster.server, 'node-9/kubelet', joining);
    ask('csr-abcde', NODE, spec, kubelet);
    expect(get('csr-abcde').status?.conditions).toMatchObject([
      { type: 'Approved', reason: 'AutoApproved', message: 'Auto approving kubelet client certificate after SubjectAccessReview.' },
    ]);
    expect(get('csr-abcde').status?.certificate).toBeDefined();
    // What is no kubelet's request waits for a person.
    const other = new OutsideClient(cluster.server, 'other', { ...joining, groups: ['system:masters'], user: 'x' });
    ask('csr-other', JANE, spec, other);
    expect(get('csr-other').status?.conditions).toBeUndefined();
    cluster.sim.runFor(3 * HOUR);
    const left = cluster.admin.list(CERTIFICATE_SIGNING_REQUESTS).items.map(({ metadata }) => metadata.name);
    expect(left).toEqual(['csr-other']);
  });
});

describe('Secrets for tokens', () => {
  it('get one of their account, and go with it', () => {
    const { cluster } = world();
    const { admin, sim } = cluster;
    admin.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace: 'default' } });
    const annotations = { 'kubernetes.io/service-account.name': 'robot' };
    const metadata = { name: 'robot-token', namespace: 'default', annotations };
    admin.create(SECRETS, { apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/service-account-token' });
    sim.runFor(SECOND);
    const { data } = admin.get(SECRETS, 'default', 'robot-token');
    expect(decodeText(data?.['namespace'] ?? '')).toBe('default');
    const token = decodeText(data?.['token'] ?? '');
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const come = () => cluster.server.answer({ method: 'POST', path, body: {}, credentials: { kind: 'token', token } });
    expect(come().body).toMatchObject({ status: { userInfo: { username: 'system:serviceaccount:default:robot' } } });
    admin.delete(SERVICE_ACCOUNTS, 'default', 'robot');
    sim.runFor(SECOND);
    expect(() => admin.get(SECRETS, 'default', 'robot-token')).toThrow('not found');
    expect(come().code).toBe(401);
  });
});

describe('aggregated roles', () => {
  it('gather the rules of the roles that they select, while those are there', () => {
    const { cluster } = world();
    const role = (name: string, rest: object): ClusterRole =>
      cluster.admin.create(CLUSTER_ROLES, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, ...rest });
    const rules = (name: string) => cluster.admin.get(CLUSTER_ROLES, undefined, name).rules;
    role('all', { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: 'yes' } }] }, rules: [] });
    const part = (name: string, resource: string): ClusterRole =>
      role(name, { metadata: { name, labels: { part: 'yes' } }, rules: [{ apiGroups: [''], resources: [resource], verbs: ['get'] }] });
    part('b', 'pods');
    part('a', 'services');
    cluster.sim.runFor(SECOND);
    expect(rules('all')?.flatMap(({ resources }) => resources)).toEqual(['services', 'pods']);
    cluster.admin.delete(CLUSTER_ROLES, undefined, 'a');
    cluster.sim.runFor(SECOND);
    expect(rules('all')?.flatMap(({ resources }) => resources)).toEqual(['pods']);
  });
});
