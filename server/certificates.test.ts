import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { load } from 'js-yaml';
import { makeCertificates } from './certificates.ts';
import { startCluster, type RunningCluster } from './start.ts';

interface Login {
  cert?: string;
  key?: string;
  headers?: Record<string, string>;
}

interface Answer {
  code: number;
  body: { message?: string; status?: { userInfo?: unknown; certificate?: string } };
}

const WHOAMI = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const CSR = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

describe('who comes over TLS', { timeout: 30_000 }, () => {
  let running: RunningCluster;
  let ca: string;
  let admin: Login;

  const call = (login: Login, method: string, path: string, body?: object): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { headers = {}, ...proof } = login;
      const url = new URL(path, running.url);
      const sent = request(
        url,
        { method, ca, ...proof, agent: false, headers: { 'content-type': 'application/json', ...headers } },
        (answer) => {
          let text = '';
          answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
          answer.on('end', () => resolve({ code: answer.statusCode ?? 0, body: JSON.parse(text) as Answer['body'] }));
        },
      );
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });

  beforeAll(async () => {
    running = await startCluster({ nodes: 1 });
    const config = load(running.kubeconfig) as {
      clusters: { cluster: Record<string, string> }[];
      users: { user: Record<string, string> }[];
    };
    const text = (value: string | undefined): string => Buffer.from(value ?? '', 'base64').toString();
    ca = text(config.clusters[0]?.cluster['certificate-authority-data']);
    admin = { cert: text(config.users[0]?.user['client-certificate-data']), key: text(config.users[0]?.user['client-key-data']) };
  }, 30_000);
  afterAll(() => running?.close());

  test('is who the cluster signed them to be', async () => {
    x509.cryptoProvider.set(webcrypto as unknown as Crypto);
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
    const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as unknown as CryptoKeyPair;
    const csr = await x509.Pkcs10CertificateRequestGenerator.create({ name: 'O=devs, CN=jane', keys, signingAlgorithm: algorithm });
    const spec = {
      request: Buffer.from(`${csr.toString('pem')}\n`).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
    };
    const made = await call(admin, 'POST', CSR, { metadata: { name: 'jane' }, spec });
    expect(made).toMatchObject({ code: 201 });
    const conditions = [{ type: 'Approved', status: 'True', reason: 'Test', message: 'so' }];
    expect(await call(admin, 'PATCH', `${CSR}/jane/approval`, { status: { conditions } })).toMatchObject({ code: 415 });
    const merge = { ...admin, headers: { 'content-type': 'application/merge-patch+json' } };
    expect(await call(merge, 'PATCH', `${CSR}/jane/approval`, { status: { conditions } })).toMatchObject({ code: 200 });
    let certificate: string | undefined;
    await expect
      .poll(async () => (certificate = (await call(admin, 'GET', `${CSR}/jane`)).body.status?.certificate), { timeout: 10_000 })
      .toBeDefined();
    const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey as unknown as webcrypto.CryptoKey);
    const jane: Login = {
      cert: Buffer.from(certificate ?? '', 'base64').toString(),
      key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY'),
    };
    expect((await call(jane, 'POST', WHOAMI, {})).body.status?.userInfo).toMatchObject({
      username: 'jane',
      groups: ['devs', 'system:authenticated'],
    });
    expect(await call(jane, 'GET', '/api/v1/nodes')).toMatchObject({
      code: 403,
      body: { message: 'nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope' },
    });
  });

  test('is nobody whom another authority signed', async () => {
    const other = await makeCertificates(['localhost'], { user: 'kubernetes-admin', groups: ['system:masters'] });
    expect(await call({ cert: other.adminCert, key: other.adminKey }, 'GET', '/api/v1/nodes')).toMatchObject({ code: 401 });
  });

  test('is nobody by what the headers say', async () => {
    const headers = { 'x-remote-user': 'kubernetes-admin', 'x-remote-group': 'system:masters' };
    expect(await call({ headers }, 'GET', '/api/v1/nodes')).toMatchObject({ code: 403 });
    expect(await call({ headers: { authorization: 'Bearer nonsense' } }, 'GET', '/api/v1/nodes')).toMatchObject({ code: 401 });
  });
});
