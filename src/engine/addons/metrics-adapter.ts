import { RBAC, clusterRoleBinding, extensionService, manifestsYaml } from './addon-manifests.ts';

const account = { name: 'pod-metrics-adapter', namespace: 'kube-system' };
const labels = { app: 'pod-metrics-adapter' };

const service = (group: string, version: string, versionPriority: number): object => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: `${version}.${group}`, labels },
  spec: { group, version, service: account, insecureSkipTLSVerify: true, groupPriorityMinimum: 100, versionPriority },
});

/** What serves `custom.metrics.k8s.io` and `external.metrics.k8s.io`, from the pages of pods with `prometheus.io/scrape: "true"`. */
const METRICS_ADAPTER: readonly object[] = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...account, labels } },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: account.name, labels },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
  },
  clusterRoleBinding(account.name, account.name, account, labels),
  clusterRoleBinding(`${account.name}:system:auth-delegator`, 'system:auth-delegator', account, labels),
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
          serviceAccountName: account.name,
          containers: [
            {
              name: 'adapter',
              image: 'docker.io/kubernotes/pod-metrics-adapter:1.0',
              args: ['--secure-port=6443', '--scrape-interval=15s', '--rate-window=1m'],
              ports: [{ containerPort: 6443, name: 'https' }],
              readinessProbe: { httpGet: { path: '/readyz', port: 'https', scheme: 'HTTPS' }, periodSeconds: 10 },
            },
          ],
        },
      },
    },
  },
  service('custom.metrics.k8s.io', 'v1beta2', 200),
  service('custom.metrics.k8s.io', 'v1beta1', 100),
  service('external.metrics.k8s.io', 'v1beta1', 100),
];

/** As a file for `kubectl apply -f`. */
export function metricsAdapterYaml(): string {
  return manifestsYaml(METRICS_ADAPTER);
}
