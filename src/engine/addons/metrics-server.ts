import { RBAC, clusterRoleBinding, extensionService, manifestsYaml } from './addon-manifests.ts';

const account = { name: 'metrics-server', namespace: 'kube-system' };
const labels = { 'k8s-app': 'metrics-server' };

const bind = (role: string): object => clusterRoleBinding(`metrics-server:${role}`, role, account, labels);

const probe = (path: string, initialDelaySeconds: number): object => ({
  httpGet: { path, port: 'https', scheme: 'HTTPS' },
  periodSeconds: 10,
  failureThreshold: 3,
  initialDelaySeconds,
});

/** What metrics-server needs in a cluster of kubeadm, whose kubelets have certificates that nobody vouches for. */
export const METRICS_SERVER: readonly object[] = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...account, labels } },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: 'system:metrics-server', labels },
    rules: [
      { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
      { apiGroups: [''], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] },
    ],
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: {
      name: 'system:aggregated-metrics-reader',
      labels: {
        ...labels,
        ...Object.fromEntries(['admin', 'edit', 'view'].map((role) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, 'true'])),
      },
    },
    rules: [{ apiGroups: ['metrics.k8s.io'], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] }],
  },
  bind('system:auth-delegator'),
  bind('system:metrics-server'),
  extensionService(account, labels),
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...account, labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: 'metrics-server',
          priorityClassName: 'system-cluster-critical',
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
              resources: { requests: { cpu: '100m', memory: '200Mi' } },
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
    metadata: { name: 'v1beta1.metrics.k8s.io', labels },
    spec: {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      service: account,
      insecureSkipTLSVerify: true,
      groupPriorityMinimum: 100,
      versionPriority: 100,
    },
  },
];

/** The same as a file for `kubectl apply -f`. */
export function metricsServerYaml(): string {
  return manifestsYaml(METRICS_SERVER);
}
