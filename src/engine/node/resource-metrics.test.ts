import { expect, it } from 'vitest';
import { ADMIN, openCluster } from '../cluster.ts';
import { parseScenario } from '../scenario.ts';
import { SECOND } from '../sim/time.ts';

const RBAC = 'rbac.authorization.k8s.io';
const account = { name: 'metrics-server', namespace: 'kube-system' };
const labels = { 'k8s-app': 'metrics-server' };
const bind = (role: string): object => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name: `metrics-server:${role}` },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
  subjects: [{ kind: 'ServiceAccount', ...account }],
});
const probe = (path: string, initialDelaySeconds: number): object => ({
  httpGet: { path, port: 'https', scheme: 'HTTPS' },
  periodSeconds: 10,
  failureThreshold: 3,
  initialDelaySeconds,
});

/** What `components.yaml` of metrics-server holds, with the one argument more that clusters of kubeadm need. */
const MANIFESTS = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: account },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'system:metrics-server' },
    rules: [
      { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
      { apiGroups: [''], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] },
    ],
  },
  bind('system:auth-delegator'),
  bind('system:metrics-server'),
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: account,
    spec: { selector: labels, ports: [{ name: 'https', port: 443, targetPort: 'https' }] },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: account,
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: 'metrics-server',
          containers: [
            {
              name: 'metrics-server',
              image: 'registry.k8s.io/metrics-server/metrics-server:v0.8.0',
              args: [
                '--cert-dir=/tmp',
                '--secure-port=10250',
                '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
                '--kubelet-use-node-status-port',
                '--metric-resolution=15s',
                '--kubelet-insecure-tls',
              ],
              ports: [{ containerPort: 10250, name: 'https' }],
              readinessProbe: probe('/readyz', 20),
              livenessProbe: probe('/livez', 0),
              volumeMounts: [{ mountPath: '/tmp', name: 'tmp-dir' }],
            },
          ],
          volumes: [{ name: 'tmp-dir', emptyDir: {} }],
        },
      },
    },
  },
  {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1beta1.metrics.k8s.io' },
    spec: {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      service: account,
      insecureSkipTLSVerify: true,
      groupPriorityMinimum: 100,
      versionPriority: 100,
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] },
  },
];

interface Metrics {
  metadata: { name: string };
  usage: { cpu: string; memory: string };
  containers: { name: string; usage: { cpu: string; memory: string } }[];
}

it('kubelets measure, metrics-server gathers, the API server passes on', () => {
  const cluster = openCluster({ scenario: parseScenario({ name: 'metrics', nodes: [{ name: 'node-1' }], manifests: MANIFESTS }, 'test') });
  cluster.sim.runFor(90 * SECOND);
  const list = (path: string): Metrics[] => {
    const { code, body } = cluster.apiserver.answer({ method: 'GET', path: `/apis/metrics.k8s.io/v1beta1${path}`, credentials: ADMIN });
    expect([code, body]).toMatchObject([200, {}]);
    return (body as { items: Metrics[] }).items;
  };
  const nodes = list('/nodes');
  expect(nodes.map(({ metadata }) => metadata.name)).toEqual([...cluster.machines.keys()].sort());
  for (const { usage } of nodes)
    expect([usage.cpu, usage.memory]).toEqual([expect.stringMatching(/^\d+[num]?$/), expect.stringMatching(/^\d+[KM]i$/)]);
  const [web] = list('/namespaces/default/pods');
  expect(web).toMatchObject({ metadata: { name: 'web' }, containers: [{ name: 'c', usage: { cpu: '1m', memory: '8Mi' } }] });
});
