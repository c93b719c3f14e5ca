import { describe, expect, it } from 'vitest';
import { encodeText } from './api/base64.ts';
import type { Pod } from './api/generated/types.ts';
import type { Status } from './api/meta.ts';
import { newAuthority } from './api/x509/certificate-authority.ts';
import { certify } from './api/x509/serving-certificate.ts';
import type { ApiResponse } from './apiserver/types.ts';
import { ADMIN, openCluster, type Cluster } from './cluster.ts';
import { HOUR } from './sim/time.ts';

const HOOKS = '/apis/admissionregistration.k8s.io/v1';
const PODS = '/api/v1/namespaces/default/pods';

/** A cluster, and requests to it as they come over the wire. */
class World {
  readonly cluster: Cluster = openCluster({ nodes: 1, freeze: true });

  call(method: string, path: string, body?: object, type = 'application/json'): ApiResponse {
    const [target = '', search = ''] = path.split('?');
    return this.cluster.apiserver.answer({
      method,
      path: target,
      query: Object.fromEntries(new URLSearchParams(search)),
      credentials: ADMIN,
      headers: { accept: 'application/json', 'content-type': type },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  create(path: string, body: object): void {
    const { code, body: answer } = this.call('POST', path, body);
    expect(answer).toMatchObject({ metadata: {} });
    expect(code).toBe(201);
  }

  refusal(method: string, path: string, body?: object): string {
    return (this.call(method, path, body).body as Status).message ?? '';
  }

  settle(): void {
    this.cluster.sim.runUntilQuiet();
  }
}

const pod = (name: string, labels: Record<string, string> = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec: { containers: [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80 }] }] },
});

describe('webhooks', () => {
  const NAME = 'hook.default.svc';

  /** agnhost's webhook behind a Service, with a certificate of an authority of its own. */
  function withHook(program = 'webhook'): { world: World; caBundle: string } {
    const world = new World();
    const { now } = world.cluster.sim;
    const authority = newAuthority({ seed: 'hooks', name: 'hooks', notBefore: now - HOUR, notAfter: now + 1000 * HOUR });
    const { certificate, key } = certify(authority, {
      commonName: NAME,
      dnsNames: [NAME],
      usages: ['server auth'],
      notBefore: now - HOUR,
      notAfter: now + 100 * HOUR,
      seed: 'h',
    });
    world.create('/api/v1/namespaces/default/secrets', {
      metadata: { name: 'hook' },
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': encodeText(certificate), 'tls.key': encodeText(key) },
    });
    world.create(PODS, {
      metadata: { name: 'hook', labels: { app: 'hook' } },
      spec: {
        containers: [
          {
            name: 'agnhost',
            image: 'registry.k8s.io/e2e-test-images/agnhost:2.56',
            args: [program, '--tls-cert-file=/certs/tls.crt', '--tls-private-key-file=/certs/tls.key', '--port=8443'],
            volumeMounts: [{ name: 'certs', mountPath: '/certs' }],
          },
        ],
        volumes: [{ name: 'certs', secret: { secretName: 'hook' } }],
      },
    });
    world.create('/api/v1/namespaces/default/services', {
      metadata: { name: 'hook' },
      spec: { selector: { app: 'hook' }, ports: [{ port: 443, targetPort: 8443 }] },
    });
    world.settle();
    return { world, caBundle: encodeText(authority.certificate) };
  }

  const hook = (path: string, caBundle: string, more: object = {}): object => ({
    name: 'one.example.com',
    clientConfig: { service: { namespace: 'default', name: 'hook', path }, caBundle },
    rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
    namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: ['default'] }] },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    ...more,
  });

  it('change and refuse what is written, and the controllers wait for them', () => {
    const { world, caBundle } = withHook();
    world.create(`${HOOKS}/mutatingwebhookconfigurations`, { metadata: { name: 'm' }, webhooks: [hook('/add-label', caBundle)] });
    world.create(PODS, pod('a'));
    expect(world.call('GET', `${PODS}/a`).body).toMatchObject({ metadata: { labels: { 'added-label': 'yes' } } });

    world.create('/apis/apps/v1/namespaces/default/replicasets', {
      metadata: { name: 'rs' },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'rs' } },
        template: { metadata: { labels: { app: 'rs' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
      },
    });
    world.settle();
    const { items } = world.call('GET', `${PODS}?labelSelector=app%3Drs`).body as { items: Pod[] };
    expect(items.map(({ metadata, status }) => [metadata.labels?.['added-label'], status?.phase])).toEqual([
      ['yes', 'Running'],
      ['yes', 'Running'],
    ]);

    world.create(`${HOOKS}/validatingwebhookconfigurations`, { metadata: { name: 'v' }, webhooks: [hook('/always-deny', caBundle)] });
    const refused = world.call('POST', PODS, pod('b'));
    expect([refused.code, (refused.body as Status).message]).toEqual([
      400,
      'admission webhook "one.example.com" denied the request: this webhook denies all requests',
    ]);
  });

  it('that cannot be reached refuse or let pass, as their failurePolicy says', () => {
    const { world, caBundle } = withHook();
    const put = (webhook: object): void => {
      world.call('DELETE', `${HOOKS}/validatingwebhookconfigurations/v`);
      world.create(`${HOOKS}/validatingwebhookconfigurations`, { metadata: { name: 'v' }, webhooks: [webhook] });
    };
    const failed = 'Internal error occurred: failed calling webhook "one.example.com": failed to call webhook:';
    const post = 'Post "https://hook.default.svc:443/always-deny?timeout=1s":';
    put(hook('/always-deny', '', { timeoutSeconds: 1 }));
    expect(world.refusal('POST', PODS, pod('b'))).toBe(
      `${failed} ${post} tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    );
    put(
      hook('/always-deny', caBundle, { timeoutSeconds: 1, clientConfig: { service: { namespace: 'default', name: 'nobody' }, caBundle } }),
    );
    expect(world.refusal('POST', PODS, pod('b'))).toBe(
      `${failed} Post "https://nobody.default.svc:443/?timeout=1s": service "nobody" not found`,
    );
    put(hook('/always-allow-delay-5s', caBundle, { timeoutSeconds: 1 }));
    expect(world.refusal('POST', PODS, pod('b'))).toBe(
      `${failed} Post "https://hook.default.svc:443/always-allow-delay-5s?timeout=1s": context deadline exceeded`,
    );
    put(hook('/always-allow-delay-5s', caBundle, { timeoutSeconds: 1, failurePolicy: 'Ignore' }));
    world.create(PODS, pod('b'));
    put(
      hook('/always-deny', caBundle, {
        sideEffects: 'NoneOnDryRun',
        matchConditions: [{ name: 'c', expression: 'object.metadata.name == "d"' }],
      }),
    );
    world.create(PODS, pod('c'));
    expect(world.refusal('POST', PODS, pod('d'))).toContain('denied the request');
    // The Service's pod goes: nobody listens behind the address.
    world.call('DELETE', `${PODS}/hook`);
    world.settle();
    put(hook('/always-deny', caBundle, { timeoutSeconds: 1 }));
    expect(world.refusal('POST', PODS, pod('e'))).toMatch(/: dial tcp 10\.\d+\.\d+\.\d+:443: connect: connection refused$/);
  });

  it('hear of connections', () => {
    const { world, caBundle } = withHook();
    const rules = [{ operations: ['CONNECT'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods/exec'] }];
    world.create(`${HOOKS}/validatingwebhookconfigurations`, {
      metadata: { name: 'v' },
      webhooks: [hook('/always-deny', caBundle, { rules })],
    });
    world.create(PODS, pod('a'));
    world.settle();
    expect(world.refusal('POST', `${PODS}/a/exec?command=date&stdout=true`)).toContain('denied the request');
    expect(world.call('GET', `${PODS}/a/log`).code).toBe(200);
  });

  it('turn objects of one version into another, to be read, written and watched', () => {
    const { world, caBundle } = withHook('crd-conversion-webhook');
    const version = (name: string, storage: boolean): object => ({
      name,
      served: true,
      storage,
      schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
    });
    const clientConfig = { service: { namespace: 'default', name: 'hook', path: '/crdconvert' }, caBundle };
    world.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'e2e-tests.stable.example.com' },
      spec: {
        group: 'stable.example.com',
        names: { plural: 'e2e-tests', singular: 'e2e-test', kind: 'E2eTest' },
        scope: 'Namespaced',
        versions: [version('v1', true), version('v2', false)],
        conversion: { strategy: 'Webhook', webhook: { clientConfig, conversionReviewVersions: ['v1'] } },
      },
    });
    const at = (name: string): string => `/apis/stable.example.com/${name}/namespaces/default/e2e-tests`;
    const { stream } = world.call('GET', `${at('v2')}?watch=true`);
    const seen: object[] = [];
    if (stream?.kind === 'watch') stream.subscribe({ event: ({ type, object }) => seen.push({ type, object }), end() {} });
    world.create(at('v1'), { apiVersion: 'stable.example.com/v1', kind: 'E2eTest', metadata: { name: 'a' }, hostPort: 'localhost:8080' });
    expect(world.call('GET', `${at('v2')}/a`).body).toMatchObject({ apiVersion: 'stable.example.com/v2', host: 'localhost', port: '8080' });
    world.create(at('v2'), {
      apiVersion: 'stable.example.com/v2',
      kind: 'E2eTest',
      metadata: { name: 'b' },
      host: 'example.com',
      port: '443',
    });
    expect(world.call('GET', at('v1')).body).toMatchObject({ items: [{ hostPort: 'localhost:8080' }, { hostPort: 'example.com:443' }] });
    const patched = world.call('PATCH', `${at('v2')}/a`, { port: '81', metadata: { labels: { x: 'y' } } }, 'application/merge-patch+json');
    expect(patched.body).toMatchObject({ host: 'localhost', port: '81' });
    expect(world.call('GET', `${at('v1')}/a`).body).toMatchObject({ hostPort: 'localhost:81', metadata: { labels: { x: 'y' } } });
    world.call('DELETE', `${at('v2')}/b`);
    world.cluster.sim.runFor(1000);
    expect(seen).toMatchObject([
      { type: 'ADDED', object: { host: 'localhost', port: '8080' } },
      { type: 'ADDED', object: { host: 'example.com', port: '443' } },
      { type: 'MODIFIED', object: { host: 'localhost', port: '81' } },
      { type: 'DELETED', object: { host: 'example.com', metadata: { name: 'b' } } },
    ]);
    world.call('DELETE', `${PODS}/hook`);
    world.settle();
    world.call('PATCH', `${at('v1')}/a`, { hostPort: 'x:1' }, 'application/merge-patch+json');
    expect(world.refusal('GET', `${at('v2')}/a`)).toMatch(
      /^conversion webhook for stable.example.com\/v1, Kind=E2eTest failed: Post "https:\/\/hook.default.svc:443\/crdconvert\?timeout=30s": dial tcp/,
    );
  });
});

describe('the proxy', () => {
  it('leads to pods, Services and nodes', () => {
    const world = new World();
    world.create(PODS, pod('web', { app: 'web' }));
    world.create('/api/v1/namespaces/default/services', {
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 8080, targetPort: 80 }] },
    });
    world.settle();
    const services = '/api/v1/namespaces/default/services';
    expect(world.call('GET', `${PODS}/web/proxy/`).body).toContain('nginx');
    expect(world.call('GET', `${services}/web:8080/proxy/`).body).toContain('nginx');
    expect(world.call('GET', `${services}/web:8080/proxy`)).toMatchObject({
      code: 301,
      headers: { location: `${services}/web:8080/proxy/` },
    });
    expect(world.refusal('GET', `${services}/web:81/proxy/`)).toBe('no service port 81 found for service "web"');
    expect(world.refusal('GET', `${PODS}/web:99/proxy/`)).toMatch(
      /^error trying to reach service: dial tcp 10\.244\.\d+\.\d+:99: connect: connection refused$/,
    );
    const [node] = world.cluster.machines.keys();
    expect(world.call('GET', `/api/v1/nodes/${node ?? ''}/proxy/healthz`).body).toBe('ok');
  });
});
