import { beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../../../../api/x509/serving-certificate.ts';
import { ADMIN, openCluster, type Cluster } from '../../../../cluster.ts';
import { OutsideClient } from '../../../../client/client.ts';
import { CLUSTER_ROLES, CLUSTER_ROLE_BINDINGS, PODS, SERVICE_ACCOUNTS } from '../../../../client/resources.ts';
import { httpCall } from '../../../../network/http-call.ts';
import { run } from '../../../../os/task.ts';
import { decode } from '../../../../os/text.ts';
import { SECOND } from '../../../../sim/time.ts';
import type { Machine } from '../../../machine.ts';
import { Points } from './points.ts';
import { readPage } from './scrape.ts';

const RBAC = 'rbac.authorization.k8s.io';
let cluster: Cluster;
let client: OutsideClient;
let master: Machine;
const asked: string[] = [];
/** Nodes whose kubelet does not answer with metrics. */
let broken: string | undefined;

/** A kubelet's port, as metrics-server meets it: a certificate of its own, a token, the page. */
function fakeKubelet(machine: Machine): void {
  const { name } = machine;
  const certificate = selfSigned(name, cluster.sim.start, name).certificate;
  // In the place of the real one.
  machine.host.tcp.delete(10_250);
  machine.host.open().serveHttp(
    10_250,
    ({ path, headers }) => {
      asked.push(`${name} ${path} ${(headers['authorization'] ?? '').slice(0, 7)}`);
      if (broken === name) return { status: 403, body: 'Forbidden' };
      const { now, start } = cluster.sim;
      const seconds = (now - start) / SECOND;
      return {
        status: 200,
        body: `# TYPE node_cpu_usage_seconds_total counter
node_cpu_usage_seconds_total ${seconds * 0.25} ${now}
node_memory_working_set_bytes 1039175680 ${now}
container_cpu_usage_seconds_total{container="c",namespace="default",pod="web-${name}"} ${seconds * 0.1} ${now}
container_memory_working_set_bytes{container="c",namespace="default",pod="web-${name}"} 5242881 ${now}
container_start_time_seconds{container="c",namespace="default",pod="web-${name}"} ${start / SECOND}
container_cpu_usage_seconds_total{container="c",namespace="default",pod="gone"} 1 ${now}
container_memory_working_set_bytes{container="c",namespace="default",pod="gone"} 1 ${now}
`,
      };
    },
    () => ({ certificate }),
  );
}

beforeAll(() => {
  cluster = openCluster({ nodes: 1, freeze: true });
  const { sim } = cluster;
  client = new OutsideClient(cluster.apiserver, 'kubectl/test', ADMIN);
  master = cluster.machines.get('control-plane') as Machine;
  for (const machine of cluster.machines.values()) fakeKubelet(machine);
  const account = { name: 'metrics-server', namespace: 'kube-system' };
  client.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account });
  const rules = [
    { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
    { apiGroups: [''], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] },
  ];
  client.create(CLUSTER_ROLES, {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'system:metrics-server' },
    rules,
  } as never);
  for (const role of ['system:metrics-server', 'system:auth-delegator'])
    client.create(CLUSTER_ROLE_BINDINGS, { apiVersion: `${RBAC}/v1`, kind: 'ClusterRoleBinding', metadata: { name: `metrics-${role}` }, roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role }, subjects: [{ kind: 'ServiceAccount', ...account }] } as never); // prettier-ignore
  for (const [name, labels] of [['web-worker-1', { app: 'web' }], ['web-control-plane', {}]] as const) pod('default', name, { containers: [{ name: 'c', image: 'nginx:1.27' }] }, labels); // prettier-ignore
  metricsServer('metrics-server', ['--kubelet-insecure-tls']);
  metricsServer('strict', []);
  sim.runFor(90 * SECOND);
});

function pod(namespace: string, name: string, spec: object, labels: Record<string, string>): void {
  client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels }, spec } as never);
}

function metricsServer(name: string, more: string[]): void {
  const args = ['--cert-dir=/tmp', '--secure-port=10250', '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname', '--kubelet-use-node-status-port', '--metric-resolution=15s', ...more]; // prettier-ignore
  const readinessProbe = { httpGet: { path: '/readyz', port: 10_250, scheme: 'HTTPS' }, periodSeconds: 5 };
  const container = { name: 'metrics-server', image: 'registry.k8s.io/metrics-server/metrics-server:v0.8.0', args, readinessProbe };
  pod('kube-system', name, { serviceAccountName: 'metrics-server', containers: [container] }, name === 'strict' ? {} : { app: 'ms' });
}

function logs(name: string): string {
  const { nodeName = '' } = client.get(PODS, 'kube-system', name).spec ?? {};
  return String(cluster.machines.get(nodeName)?.dial()?.logs('kube-system', name, 'metrics-server', { follow: false, previous: false, timestamps: false })); // prettier-ignore
}

/** As the aggregator asks: on behalf of a user. */
function get(
  path: string,
  headers: Record<string, string> = { 'x-remote-user': 'kubernetes-admin', 'x-remote-group': 'system:masters' },
): { status: number; body: unknown } {
  const ip = client.get(PODS, 'kube-system', 'metrics-server').status?.podIP ?? '';
  let outcome: { status: number; body: unknown } | undefined;
  run(
    httpCall(master.host, {
      method: 'GET',
      url: `https://metrics-server.kube-system.svc${path}`,
      address: { ip, port: 10_250 },
      headers,
      tls: { insecureSkipVerify: true },
    }),
    ({ status, body }) => (outcome = { status, body: JSON.parse(decode(body)) }),
    (error) => {
      throw error;
    },
  );
  cluster.sim.runFor(SECOND);
  if (outcome === undefined) throw new Error(`no answer to ${path}`);
  return outcome;
}

const BASE = '/apis/metrics.k8s.io/v1beta1';

describe('metrics-server', () => {
  it('becomes ready when it knows rates', () => {
    expect(client.get(PODS, 'kube-system', 'metrics-server').status?.containerStatuses?.[0]?.ready).toBe(true);
    expect(logs('metrics-server')).toMatch(
      /^I0105 .* serving\.go:380\] Generated self-signed cert \(\/tmp\/apiserver\.crt, \/tmp\/apiserver\.key\)\nI0105 .*\] Serving securely on \[::\]:10250\n$/,
    );
    expect(asked.slice(0, 2).sort()).toEqual(['control-plane /metrics/resource Bearer ', 'worker-1 /metrics/resource Bearer ']);
  });

  it('does not trust kubelets with a certificate of their own, unless it is told to', () => {
    expect(client.get(PODS, 'kube-system', 'strict').status?.containerStatuses?.[0]?.ready).toBe(false);
    expect(logs('strict')).toContain(
      `"Failed to scrape node" err="Get \\"https://192.168.0.11:10250/metrics/resource\\": tls: failed to verify certificate: x509: cannot validate certificate for 192.168.0.11 because it doesn't contain any IP SANs" node="worker-1"\n`,
    );
  });

  it('serves the Metrics API', () => {
    expect(get(BASE).body).toMatchObject({
      kind: 'APIResourceList',
      resources: [
        { name: 'nodes', kind: 'NodeMetrics' },
        { name: 'pods', namespaced: true },
      ],
    });
    expect(get(`${BASE}/nodes/worker-1`)).toMatchObject({
      status: 200,
      body: {
        kind: 'NodeMetrics',
        apiVersion: 'metrics.k8s.io/v1beta1',
        metadata: { name: 'worker-1', labels: { 'kubernetes.io/hostname': 'worker-1' } },
        timestamp: expect.stringMatching(/^2026-01-05T09:\d\d:\d\dZ$/) as string,
        window: expect.stringMatching(/^15(\.\d+)?s$/) as string,
        usage: { cpu: '250m', memory: '1014820Ki' },
      },
    });
    const list = get(`${BASE}/namespaces/default/pods?labelSelector=app%3Dweb`).body as { kind: string; items: unknown[] };
    expect(list.kind).toBe('PodMetricsList');
    expect(list.items).toMatchObject([
      {
        metadata: { name: 'web-worker-1', namespace: 'default', labels: { app: 'web' } },
        containers: [{ name: 'c', usage: { cpu: '100m', memory: '5242881' } }],
      },
    ]);
    expect((get(`${BASE}/pods`).body as { items: unknown[] }).items).toHaveLength(2);
    const table = get(`${BASE}/nodes`, {
      'x-remote-user': 'a',
      'x-remote-group': 'system:masters',
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
    });
    expect(table.body).toMatchObject({
      kind: 'Table',
      columnDefinitions: [{ name: 'Name' }, { name: 'cpu' }, { name: 'memory' }, { name: 'Window' }],
      rows: [
        { cells: ['control-plane', '250m', '1014820Ki', {}] },
        { object: { kind: 'PartialObjectMetadata', metadata: { name: 'worker-1' } } },
      ],
    });
  });

  it('stands behind the API server', () => {
    const post = (path: string, body: object): void => {
      const { code } = cluster.apiserver.answer({ method: 'POST', path, body, credentials: ADMIN });
      if (code !== 201) throw new Error(`${path}: ${code}`);
    };
    const metadata = { name: 'metrics-server', namespace: 'kube-system' };
    const ports = [{ name: 'https', port: 443, targetPort: 10_250 }];
    post('/api/v1/namespaces/kube-system/services', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: { app: 'ms' }, ports },
    });
    const service = { name: 'metrics-server', namespace: 'kube-system' };
    const spec = {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      service,
      insecureSkipTLSVerify: true,
      groupPriorityMinimum: 100,
      versionPriority: 100,
    };
    const name = 'v1beta1.metrics.k8s.io';
    post('/apis/apiregistration.k8s.io/v1/apiservices', {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name },
      spec,
    });
    cluster.sim.runFor(40 * SECOND);
    const api = cluster.apiserver.answer({
      method: 'GET',
      path: `/apis/apiregistration.k8s.io/v1/apiservices/${name}`,
      credentials: ADMIN,
    });
    expect(api.body).toMatchObject({ status: { conditions: [{ type: 'Available', status: 'True', reason: 'Passed' }] } });
    const nodes = cluster.apiserver.answer({ method: 'GET', path: `${BASE}/nodes`, credentials: ADMIN });
    expect(nodes.body).toMatchObject({ kind: 'NodeMetricsList', items: [{ usage: { cpu: '250m' } }, {}] });
  });

  it('says what it does not know, and to whom it says nothing', () => {
    expect(get(`${BASE}/namespaces/default/pods/nope`)).toMatchObject({ status: 404, body: { message: 'pods "nope" not found' } });
    expect(get(`${BASE}/namespaces/kube-system/pods/strict`)).toMatchObject({
      status: 404,
      body: {
        message: 'podmetrics.metrics.k8s.io "kube-system/strict" not found',
        details: { group: 'metrics.k8s.io', kind: 'podmetrics' },
      },
    });
    expect(get(`${BASE}/widgets`)).toMatchObject({ status: 404, body: { message: 'the server could not find the requested resource' } });
    expect(get(`${BASE}/nodes`, {})).toMatchObject({
      status: 403,
      body: {
        message:
          'nodes.metrics.k8s.io is forbidden: User "system:anonymous" cannot list resource "nodes" in API group "metrics.k8s.io" at the cluster scope',
      },
    });
    expect(get(`${BASE}/nodes`, { 'x-remote-user': 'jane', 'x-remote-group': 'devs' })).toMatchObject({ status: 403 });
    expect(get(`${BASE}/nodes`, { authorization: 'Bearer nonsense' })).toMatchObject({ status: 401 });
  });

  it('forgets a node that it cannot scrape, and says why', () => {
    broken = 'worker-1';
    cluster.sim.runFor(31 * SECOND);
    expect((get(`${BASE}/nodes`).body as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name)).toEqual([
      'control-plane',
    ]);
    expect(logs('metrics-server')).toContain('"Failed to scrape node" err="request failed, status: \\"403 Forbidden\\"" node="worker-1"\n');
  });
});

describe('rates', () => {
  it('need two points of one run, or the start of a young one', () => {
    const points = new Points(15_000);
    const store = (at: number, cpu: number, started: number): void => {
      const batch = { nodes: new Map(), pods: new Map() };
      readPage(
        `container_cpu_usage_seconds_total{container="c",namespace="n",pod="p"} ${cpu} ${at}\ncontainer_memory_working_set_bytes{container="c",namespace="n",pod="p"} 1 ${at}\ncontainer_start_time_seconds{container="c",namespace="n",pod="p"} ${started / 1000}\n`,
        'n1',
        at,
        batch,
      );
      points.store(batch);
    };
    const rate = (): unknown => points.pod('n/p')?.get('c');
    store(100_000, 1, 95_000);
    expect(rate()).toBeUndefined();
    store(107_000, 2, 95_000);
    expect(rate()).toMatchObject({ window: 12_000, cpu: 166_666_666n });
    store(122_000, 5, 95_000);
    expect(rate()).toMatchObject({ window: 15_000, cpu: 200_000_000n });
    // Restarted since.
    store(137_000, 1, 130_000);
    expect(rate()).toBeUndefined();
  });
});
