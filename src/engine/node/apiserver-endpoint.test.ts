import { describe, expect, it } from 'vitest';
import { newAuthority } from '../api/x509/certificate-authority.ts';
import { practiceAuthority } from '../api/x509/practice-authority.ts';
import { certify } from '../api/x509/serving-certificate.ts';
import { TestServer, configMap } from '../apiserver/test-server.ts';
import { CONFIG_MAPS } from '../client/resources.ts';
import { httpCall, openHttp, type HttpCall } from '../network/http-call.ts';
import { NetworkNamespace } from '../network/namespace.ts';
import { VirtualNetwork } from '../network/network.ts';
import { run } from '../os/task.ts';
import { decode } from '../os/text.ts';
import { ControlPlanePki } from '../api/x509/control-plane-pki.ts';
import { ApiServerEndpoint } from './apiserver-endpoint.ts';

const CA = practiceAuthority();
const WHOAMI = {
  method: 'POST',
  body: '{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}',
  headers: { 'content-type': 'application/json' },
};

function world() {
  const test = new TestServer();
  const { sim } = test;
  const network = new VirtualNetwork({ sim });
  const host = new NetworkNamespace({ network, actor: 'cp', addresses: ['192.168.0.10'], host: true });
  const pod = new NetworkNamespace({ network, actor: 'pod', addresses: ['10.244.0.2'] });
  const pki = new ControlPlanePki({
    authority: CA,
    seed: sim.seed,
    start: sim.start,
    machine: 'cp',
    address: '192.168.0.10',
    serviceIP: '10.96.0.1',
  });
  const certificate = (): string => pki.pair('apiserver').certificate;
  const endpoint = new ApiServerEndpoint({ sim, apiserver: test.server, host, authority: CA, certificate });
  endpoint.start();
  const ask = (path: string, call: Partial<HttpCall> = {}): { status: number; body: Record<string, unknown> } | string => {
    let outcome: ReturnType<typeof ask> = 'no answer';
    const address = { ip: '192.168.0.10', port: 6443 };
    const url = `https://kubernetes.default.svc${path}`;
    const done = { method: 'GET', url, address, tls: { caBundle: CA.certificate }, timeout: 10_000, ...call };
    run(
      httpCall(pod, done),
      ({ status, body }) => (outcome = { status, body: JSON.parse(decode(body)) as Record<string, unknown> }),
      (error) => (outcome = (error as Error).message),
    );
    sim.runFor(20_000);
    return outcome;
  };
  const jane = (usages: string[], authority = CA): HttpCall['tls'] => {
    const span = { notBefore: sim.start - 1000, notAfter: sim.start + 3_600_000 };
    const { certificate } = certify(authority, { commonName: 'jane', organizations: ['system:masters'], usages, seed: 'jane', ...span });
    return { caBundle: CA.certificate, clientCertificate: certificate };
  };
  return { ...test, sim, test, endpoint, pod, ask, jane };
}

describe("the API server's port", () => {
  it('believes tokens and certificates of its authority', () => {
    const { ask, jane, test } = world();
    const token = (test.call('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', {}).body as { status: { token: string } })
      .status.token;
    const url = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const whoami = (call: Partial<HttpCall>): unknown => {
      const answer = ask(url, { ...WHOAMI, ...call, headers: { ...WHOAMI.headers, ...call.headers } });
      if (typeof answer === 'string') return answer;
      return answer.status === 201 ? (answer.body['status'] as { userInfo: { username: string } }).userInfo.username : answer.status;
    };
    expect(whoami({ headers: { authorization: `Bearer ${token}` } })).toBe('system:serviceaccount:default:default');
    expect(whoami({ tls: jane(['client auth']) as never })).toBe('jane');
    expect(whoami({})).toBe(403);
    expect(whoami({ headers: { 'x-remote-user': 'kubernetes-admin', 'x-remote-group': 'system:masters' } })).toBe(403);
    expect(whoami({ headers: { authorization: 'Bearer nonsense' } })).toBe(401);
    expect(whoami({ tls: jane(['server auth']) as never })).toBe(401);
    const other = newAuthority({ seed: 'evil', name: 'kubernetes', notBefore: 0, notAfter: Date.UTC(2049, 0, 1) });
    expect(whoami({ tls: jane(['client auth'], other) as never })).toBe(401);
  });

  it('answers as the front door does', () => {
    const { ask, jane, client } = world();
    client.create(CONFIG_MAPS, configMap('a', { labels: { x: 'y' } }) as never);
    const tls = jane(['client auth']) as never;
    expect(ask('/api/v1/namespaces/default/configmaps/a', { tls })).toMatchObject({ status: 200, body: { metadata: { name: 'a' } } });
    expect(ask('/api/v1/namespaces/default/configmaps/b', { tls })).toMatchObject({ status: 404, body: { reason: 'NotFound' } });
    expect(ask('/api/v1/namespaces/default/configmaps?labelSelector=x%3Dy', { tls })).toMatchObject({ status: 200, body: { items: [{}] } });
    expect(ask('/api/v1/namespaces/default/configmaps?labelSelector=x%3Dz', { tls })).toMatchObject({ status: 200, body: { items: [] } });
    expect(ask('/version', { tls: {} })).toBe('tls: failed to verify certificate: x509: certificate signed by unknown authority');
  });

  it('sends watches as they go on, and ends them with the client', () => {
    const { sim, pod, jane, client, test } = world();
    const lines: string[] = [];
    let stop = (): void => {};
    const url = 'https://192.168.0.10:6443/api/v1/namespaces/default/configmaps?watch=true';
    const watch = function* () {
      const { body } = yield* openHttp(pod, { method: 'GET', url, tls: jane(['client auth']) as never });
      stop = () => body.close();
      for (let bytes = yield* body.read(); bytes !== undefined; bytes = yield* body.read()) lines.push(decode(bytes));
    };
    run(watch(), () => {}, () => {}); // prettier-ignore
    sim.runFor(1000);
    client.create(CONFIG_MAPS, configMap('a') as never);
    sim.runFor(1000);
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(['ADDED']);
    stop();
    sim.runFor(1000);
    client.create(CONFIG_MAPS, configMap('b') as never);
    sim.runFor(1000);
    expect(lines).toHaveLength(1);
    expect(test.sim.log.entries.filter(({ verb, target }) => verb === 'notify' && target?.startsWith('jane') === true).length).toBeLessThan(
      2,
    );
  });

  it('is closed while the server is down', () => {
    const { ask, endpoint, test } = world();
    endpoint.stop();
    expect(ask('/version')).toBe('dial tcp 192.168.0.10:6443: connect: connection refused');
    expect(test.server.running).toBe(false);
    endpoint.start();
    expect(ask('/version')).toMatchObject({ status: 200, body: { gitVersion: 'v1.36.3' } });
  });
});
