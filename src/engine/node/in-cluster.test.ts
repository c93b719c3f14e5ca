import { beforeAll, describe, expect, it } from 'vitest';
import { withKubectl } from '../../cli/kubectl/over-network.ts';
import { containerPrograms } from '../../shell/flavours.ts';
import { encodeText } from '../api/base64.ts';
import { newAuthority } from '../api/x509/certificate-authority.ts';
import { practiceAuthority } from '../api/x509/practice-authority.ts';
import { certify } from '../api/x509/serving-certificate.ts';
import { ADMIN, openCluster, type Cluster } from '../cluster.ts';
import { OutsideClient } from '../client/client.ts';
import { CLUSTER_ROLE_BINDINGS, CONFIG_MAPS, PODS, SECRETS, SERVICES } from '../client/resources.ts';
import { httpCall } from '../network/http-call.ts';
import { run } from '../os/task.ts';
import { decode } from '../os/text.ts';
import { HOUR, SECOND } from '../sim/time.ts';
import type { Machine } from './machine.ts';

let cluster: Cluster;
let client: OutsideClient;
let master: Machine;

const HOOK = 'hook.default.svc';
const hookAuthority = newAuthority({ seed: 'hook-ca', name: 'hook-ca', notBefore: 0, notAfter: Date.UTC(2049, 0, 1) });

beforeAll(() => {
  cluster = openCluster({ nodes: 1, programs: withKubectl(containerPrograms), freeze: true });
  const { sim } = cluster;
  client = new OutsideClient(cluster.apiserver, 'kubectl/test', ADMIN);
  master = cluster.machines.get('control-plane') as Machine;
  pod('curl', { containers: [{ name: 'c', image: 'curlimages/curl:8.10.1', command: ['sleep', '1000000'] }] });
  pod('kubectl', { containers: [{ name: 'c', image: 'alpine/k8s:1.36.0', command: ['sleep', '1000000'] }] });
  pod('box', { containers: [{ name: 'c', image: 'busybox:1.36', command: ['sleep', '1000000'] }] });
  const span = { notBefore: sim.start, notAfter: sim.start + 24 * HOUR };
  const { certificate, key } = certify(hookAuthority, {
    commonName: HOOK,
    dnsNames: [HOOK],
    usages: ['server auth'],
    seed: 'hook',
    ...span,
  });
  const data = { 'tls.crt': encodeText(certificate), 'tls.key': encodeText(key), 'ca.crt': encodeText(hookAuthority.certificate) };
  client.create(SECRETS, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'hook', namespace: 'default' },
    type: 'kubernetes.io/tls',
    data,
  } as never);
  const args = [
    'webhook',
    '--tls-cert-file=/certs/tls.crt',
    '--tls-private-key-file=/certs/tls.key',
    '--port=8443',
    '--sidecar-image=envoy:1',
    '-v=2',
  ];
  const container = {
    name: 'c',
    image: 'registry.k8s.io/e2e-test-images/agnhost:2.53',
    args,
    ports: [{ containerPort: 8443 }],
    readinessProbe: { httpGet: { scheme: 'HTTPS', port: 8443, path: '/readyz' }, periodSeconds: 1 },
    volumeMounts: [{ name: 'certs', mountPath: '/certs', readOnly: true }],
  };
  pod('hook', { containers: [container], volumes: [{ name: 'certs', secret: { secretName: 'hook' } }] }, { app: 'hook' });
  client.create(SERVICES, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'hook', namespace: 'default' }, spec: { selector: { app: 'hook' }, ports: [{ port: 443, targetPort: 8443 }] } } as never); // prettier-ignore
  pod('broken', { restartPolicy: 'Never', containers: [{ ...container, readinessProbe: undefined, args: ['webhook', '--tls-cert-file=/nope'] }], volumes: [{ name: 'certs', secret: { secretName: 'hook' } }] }); // prettier-ignore
  const conf =
    'server { listen 443 ssl; server_name hook.default.svc; ssl_certificate /certs/tls.crt; ssl_certificate_key KEY; location / { return 200 "secure\\n"; } }';
  const files = { 'good.conf': conf.replace('KEY', '/certs/tls.key'), 'bad.conf': conf.replace('KEY', '/certs/ca.crt') };
  client.create(CONFIG_MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'nginx', namespace: 'default' },
    data: files,
  } as never);
  for (const name of ['good', 'bad']) {
    const mounts = [{ name: 'certs', mountPath: '/certs' }, { name: 'conf', mountPath: '/etc/nginx/conf.d' }]; // prettier-ignore
    const volumes = [{ name: 'certs', secret: { secretName: 'hook' } }, { name: 'conf', configMap: { name: 'nginx', items: [{ key: `${name}.conf`, path: 'a.conf' }] } }]; // prettier-ignore
    pod(`nginx-${name}`, { containers: [{ name: 'c', image: 'nginx:1.27', volumeMounts: mounts }], volumes });
  }
  sim.runFor(60 * SECOND);
});

function pod(name: string, spec: object, labels: Record<string, string> = {}): void {
  client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels }, spec } as never);
}

function logs(name: string): string {
  const { nodeName = '' } = client.get(PODS, 'default', name).spec ?? {};
  return String(cluster.machines.get(nodeName)?.dial()?.logs('default', name, 'c', { follow: false, previous: false, timestamps: false }));
}

function shell(name: string, script: string): string {
  const { nodeName = '' } = client.get(PODS, 'default', name).spec ?? {};
  let shown = '';
  const take = (bytes: Uint8Array): void => void (shown += decode(bytes));
  const options = { command: ['sh', '-c', script], stdin: false, stdout: true, stderr: true, tty: false };
  cluster.machines.get(nodeName)?.dial()?.exec('default', name, 'c', options).start({ stdout: take, stderr: take, status: () => {} }); // prettier-ignore
  cluster.sim.runFor(10 * SECOND);
  return shown;
}

const DIR = '/var/run/secrets/kubernetes.io/serviceaccount';
const API = `curl -sS --cacert ${DIR}/ca.crt -H "Authorization: Bearer $(cat ${DIR}/token)"`;

describe('a pod and the API', () => {
  it('come together by DNS, Service, certificate and token', () => {
    expect(JSON.parse(shell('curl', `${API} https://kubernetes.default.svc/api/v1/namespaces/default/pods`))).toMatchObject({
      code: 403,
      message:
        'pods is forbidden: User "system:serviceaccount:default:default" cannot list resource "pods" in API group "" in the namespace "default"',
    });
    client.create(CLUSTER_ROLE_BINDINGS, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'v' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
    } as never);
    cluster.sim.runFor(SECOND);
    const url = 'https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT/api/v1/namespaces/default/pods/curl';
    expect(JSON.parse(shell('curl', `${API} ${url}`))).toMatchObject({ kind: 'Pod', metadata: { name: 'curl' } });
  });

  it('do not without', () => {
    const url = 'https://kubernetes.default.svc/version';
    expect(shell('curl', `curl -sS ${url}; echo $?`)).toMatch(
      /^curl: \(60\) SSL certificate problem: unable to get local issuer certificate\nMore details here: https:\/\/curl\.se\/docs\/sslcerts\.html\n\n[^]*above\.\n60\n$/,
    );
    expect(shell('curl', `curl -sk https://kubernetes.default.svc/api/v1/nodes`)).toContain('User \\"system:anonymous\\" cannot list');
    expect(shell('curl', `curl -sS --cacert ${DIR}/ca.crt --resolve other.svc:443:10.96.0.1 https://other.svc/`)).toContain(
      "curl: (60) SSL: no alternative certificate subject name matches target host name 'other.svc'\n",
    );
    expect(shell('curl', 'curl -sS http://kubernetes.default.svc:443/')).toBe('Client sent an HTTP request to an HTTPS server.\n');
    expect(shell('curl', 'curl -sS https://kube-dns.kube-system.svc:9153/')).toBe(
      'curl: (35) TLS connect error: error:0A00010B:SSL routines::wrong version number\n',
    );
    expect(shell('curl', 'curl --cacert /nope https://x')).toBe('curl: (77) error adding trust anchors from file: /nope\n');
    expect(shell('box', `wget -qO- ${url}`)).toContain('note: TLS certificate validation not implemented\n');
  });

  it('can be watched, for a while', () => {
    const shown = shell(
      'curl',
      `${API} -m 3 "https://kubernetes.default.svc/api/v1/namespaces/default/services?watch=1&fieldSelector=metadata.name=hook"; echo $?`,
    );
    expect(shown).toMatch(
      /^\{"type":"ADDED".*\}\ncurl: \(28\) Operation timed out after 3\d\d\d milliseconds with \d+ bytes received\n28\n$/,
    );
  });

  it('show how they meet', () => {
    expect(shell('curl', `curl -sv --cacert ${DIR}/ca.crt https://kubernetes.default.svc/healthz 2>&1 | grep -v '^< [^H]'`))
      .toMatchInlineSnapshot(`
      "* Host kubernetes.default.svc:443 was resolved.
      * IPv6: (none)
      * IPv4: 10.96.0.1
      *   Trying 10.96.0.1:443...
      * ALPN: curl offers h2,http/1.1
      * TLSv1.3 (OUT), TLS handshake, Client hello (1):
      *  CAfile: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt
      *  CApath: none
      * TLSv1.3 (IN), TLS handshake, Server hello (2):
      * TLSv1.3 (IN), TLS change cipher, Change cipher spec (1):
      * TLSv1.3 (IN), TLS handshake, Encrypted Extensions (8):
      * TLSv1.3 (IN), TLS handshake, Request CERT (13):
      * TLSv1.3 (IN), TLS handshake, Certificate (11):
      * TLSv1.3 (IN), TLS handshake, CERT verify (15):
      * TLSv1.3 (IN), TLS handshake, Finished (20):
      * TLSv1.3 (OUT), TLS change cipher, Change cipher spec (1):
      * TLSv1.3 (OUT), TLS handshake, Certificate (11):
      * TLSv1.3 (OUT), TLS handshake, Finished (20):
      * SSL connection using TLSv1.3 / TLS_AES_128_GCM_SHA256 / x25519 / id-ecPublicKey
      * ALPN: server accepted http/1.1
      * Server certificate:
      *  subject: CN=kube-apiserver
      *  start date: Jan  5 08:55:00 2026 GMT
      *  expire date: Jan  5 09:00:00 2027 GMT
      *  subjectAltName: host "kubernetes.default.svc" matched cert's "kubernetes.default.svc"
      *  issuer: CN=kubernetes
      *  SSL certificate verify ok.
      * Connected to kubernetes.default.svc (10.96.0.1) port 443
      * using HTTP/1.x
      > GET /healthz HTTP/1.1
      > Host: kubernetes.default.svc
      > User-Agent: curl/8.14.1
      > Accept: */*
      > 
      * Request completely sent off
      < HTTP/1.1 200 OK
      < 
      ok* Connection #0 to host kubernetes.default.svc left intact
      "
    `);
    expect(shell('curl', `curl -sv https://kubernetes.default.svc/healthz`)).toMatchInlineSnapshot(`
      "* Host kubernetes.default.svc:443 was resolved.
      * IPv6: (none)
      * IPv4: 10.96.0.1
      *   Trying 10.96.0.1:443...
      * ALPN: curl offers h2,http/1.1
      * TLSv1.3 (OUT), TLS handshake, Client hello (1):
      *  CAfile: /etc/ssl/certs/ca-certificates.crt
      *  CApath: /etc/ssl/certs
      * TLSv1.3 (IN), TLS handshake, Server hello (2):
      * TLSv1.3 (IN), TLS change cipher, Change cipher spec (1):
      * TLSv1.3 (IN), TLS handshake, Encrypted Extensions (8):
      * TLSv1.3 (IN), TLS handshake, Request CERT (13):
      * TLSv1.3 (IN), TLS handshake, Certificate (11):
      * TLSv1.3 (OUT), TLS alert, unknown CA (560):
      * SSL certificate problem: unable to get local issuer certificate
      * closing connection #0
      "
    `);
  });
});

describe('nginx', () => {
  it('speaks TLS with a certificate of a Secret', () => {
    const ip = client.get(PODS, 'default', 'nginx-good').status?.podIP ?? '';
    shell('curl', `echo '${hookAuthority.certificate}' > /tmp/ca`);
    expect(shell('curl', `curl -sS --cacert /tmp/ca --resolve ${HOOK}:443:${ip} https://${HOOK}/`)).toBe('secure\n');
    expect(shell('curl', `curl -sS http://${ip}:443/`)).toContain('The plain HTTP request was sent to HTTPS port');
    expect(logs('nginx-bad')).toContain('nginx: [emerg] cannot load certificate key "/certs/ca.crt": PEM_read_bio_PrivateKey() failed');
  });
});

describe('kubectl in a pod', () => {
  it('is the service account of its pod', () => {
    expect(shell('kubectl', 'kubectl auth whoami')).toMatch(/^ATTRIBUTE +VALUE\nUsername +system:serviceaccount:default:default\n/);
    expect(shell('kubectl', 'kubectl get pod curl -o name; kubectl get nodes')).toBe(
      'pod/curl\nError from server (Forbidden): nodes is forbidden: User "system:serviceaccount:default:default" cannot list resource "nodes" in API group "" at the cluster scope\n',
    );
    expect(shell('kubectl', 'timeout 3 kubectl get pods -w -o name | head -1')).toMatch(/^pod\/\w+\n$/);
    // client-go tries five times to learn what the server offers, and tells of each.
    const unknown = shell('kubectl', 'kubectl -s https://10.96.0.1 --token=x get pods').trimEnd().split('\n');
    expect(unknown.filter((line) => line.includes('memcache.go:265]'))).toHaveLength(5);
    expect(unknown.slice(5)).toEqual([
      'Unable to connect to the server: tls: failed to verify certificate: x509: certificate signed by unknown authority',
    ]);
    expect(shell('kubectl', 'kubectl logs broken --tail=1')).toContain('config.go:45]');
    expect(shell('kubectl', 'kubectl exec curl -- ls')).toBe(
      'Unable to connect to the server: exec, attach and port-forward are not modelled in a pod\n',
    );
  });
});

/** A review as the API server sends it, from the machine it runs on through the Service. */
function review(path: string, request: object, tls: object = { caBundle: hookAuthority.certificate }): unknown {
  const ip = client.get(SERVICES, 'default', 'hook').spec?.clusterIP ?? '';
  let outcome: unknown = 'no answer';
  const body = JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: { uid: 'u1', ...request } });
  run(
    httpCall(master.host, { method: 'POST', url: `https://${HOOK}:443${path}`, address: { ip, port: 443 }, headers: { 'content-type': 'application/json' }, body, tls, timeout: 10_000 }), // prettier-ignore
    (answer) => {
      const text = decode(answer.body);
      outcome = answer.status !== 200 ? `${answer.status} ${text}` : (JSON.parse(text) as { response: unknown }).response;
    },
    (error) => (outcome = (error as Error).message),
  );
  cluster.sim.runFor(30 * SECOND);
  return outcome;
}

const PODS_V1 = { group: '', version: 'v1', resource: 'pods' };

describe('agnhost webhook', () => {
  it('answers reviews through its Service', () => {
    expect(client.get(PODS, 'default', 'hook').status?.containerStatuses?.[0]?.ready).toBe(true);
    expect(review('/always-deny', {})).toEqual({
      uid: 'u1',
      allowed: false,
      status: { metadata: {}, message: 'this webhook denies all requests' },
    });
    expect(review('/add-label', { object: { metadata: { name: 'x' } } })).toEqual({
      uid: 'u1',
      allowed: true,
      patchType: 'JSONPatch',
      patch: encodeText('[{"op":"add","path":"/metadata/labels","value":{"added-label":"yes"}}]'),
    });
    const object = {
      metadata: { labels: { 'webhook-e2e-test': 'webhook-disallow' } },
      spec: { containers: [{ name: 'webhook-disallow' }] },
    };
    expect(review('/pods', { resource: PODS_V1, object })).toMatchObject({
      allowed: false,
      status: { message: 'the pod contains unwanted label; the pod contains unwanted container name;' },
    });
    expect(review('/mutating-pods-sidecar', { resource: PODS_V1, object })).toMatchObject({ allowed: true, patchType: 'JSONPatch' });
    expect(review('/nope', {})).toBe('404 404 page not found\n');
    expect(logs('hook')).toMatch(
      /^I0105 \d\d:\d\d:\d\d\.\d{6} {7}1 main\.go:107\] handling request: \{"apiVersion":"admission\.k8s\.io\/v1"/m,
    );
  });

  it('is asked by the API server', () => {
    const bundle = (ca: string): void => {
      const clientConfig = { caBundle: encodeText(ca), service: { name: 'hook', namespace: 'default', path: '/configmaps' } };
      const rules = [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }];
      const webhooks = [{ name: 'deny.example.com', clientConfig, rules, sideEffects: 'None', admissionReviewVersions: ['v1'] }];
      const config = {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        metadata: { name: 'deny' },
        webhooks,
      };
      const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
      cluster.apiserver.answer({ method: 'DELETE', path: `${path}/deny`, credentials: ADMIN });
      expect(cluster.apiserver.answer({ method: 'POST', path, body: config, credentials: ADMIN }).code).toBe(201);
    };
    const create = (): string => {
      const data = { 'webhook-e2e-test': 'webhook-disallow' };
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'unwanted', namespace: 'default' }, data };
      const path = '/api/v1/namespaces/default/configmaps';
      return String((cluster.apiserver.answer({ method: 'POST', path, body, credentials: ADMIN }).body as { message?: string }).message);
    };
    bundle(hookAuthority.certificate);
    expect(create()).toBe('admission webhook "deny.example.com" denied the request: the configmap contains unwanted key and value');
    bundle(practiceAuthority().certificate);
    expect(create()).toBe(
      'Internal error occurred: failed calling webhook "deny.example.com": failed to call webhook: Post "https://hook.default.svc:443/configmaps?timeout=10s": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    );
    const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/deny';
    cluster.apiserver.answer({ method: 'DELETE', path, credentials: ADMIN });
  });

  it('may be late, or fail', () => {
    expect(review('/always-allow-delay-5s', {})).toMatchObject({ allowed: true });
    const object = { metadata: { labels: { 'webhook-e2e-test': 'wait-forever' } } };
    expect(review('/pods', { resource: PODS_V1, object })).toBe('context deadline exceeded');
    expect(review('/configmaps', { resource: PODS_V1 })).toBe('EOF');
    expect(review('/add-label', {}, {})).toBe('tls: failed to verify certificate: x509: certificate signed by unknown authority');
    expect(logs('hook')).toMatch(/http: TLS handshake error from \S+: remote error: tls: bad certificate\n/);
    expect(logs('broken')).toMatch(/^F0105 .* config\.go:45\] open \/nope: no such file or directory\n$/);
    expect(client.get(PODS, 'default', 'broken').status?.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(255);
    client.delete(PODS, 'default', 'hook');
    cluster.sim.runFor(60 * SECOND);
    expect(review('/add-label', {})).toMatch(/^dial tcp 10\.\d+\.\d+\.\d+:443: connect: connection refused$/);
  });
});
