import { clusterRoleBinding, manifestsYaml } from './addon-manifests.ts';

const account = { name: 'kubernetes-dashboard', namespace: 'kubernetes-dashboard' };
const labels = { 'k8s-app': 'kubernetes-dashboard', 'kubernetes.io/minikube-addons': 'dashboard' };
const scraper = { 'k8s-app': 'dashboard-metrics-scraper', 'kubernetes.io/minikube-addons': 'dashboard' };

const deployment = (name: string, selector: Readonly<Record<string, string>>, container: object): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: account.namespace, labels: selector },
  spec: {
    replicas: 1,
    selector: { matchLabels: { 'k8s-app': selector['k8s-app'] } },
    template: {
      metadata: { labels: { 'k8s-app': selector['k8s-app'] } },
      spec: {
        serviceAccountName: account.name,
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        tolerations: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
        containers: [container],
      },
    },
  },
});

const service = (name: string, selector: Readonly<Record<string, string>>, port: number, targetPort: number): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: account.namespace, labels: selector },
  spec: { ports: [{ port, targetPort }], selector: { 'k8s-app': selector['k8s-app'] } },
});

/** minikube's add-on: the Dashboard, whose account may do everything. */
const MANIFESTS: readonly object[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: account.namespace, labels: { 'kubernetes.io/minikube-addons': 'dashboard' } } },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...account, labels } },
  clusterRoleBinding('kubernetes-dashboard', 'cluster-admin', account, labels),
  service('kubernetes-dashboard', labels, 80, 9090),
  service('dashboard-metrics-scraper', scraper, 8000, 8000),
  deployment('kubernetes-dashboard', labels, {
    name: 'kubernetes-dashboard',
    image: 'docker.io/kubernetesui/dashboard:v2.7.0',
    ports: [{ containerPort: 9090, protocol: 'TCP' }],
    args: ['--namespace=kubernetes-dashboard', '--enable-skip-login', '--disable-settings-authorizer'],
    livenessProbe: { httpGet: { path: '/', port: 9090 }, initialDelaySeconds: 30, timeoutSeconds: 30 },
  }),
  deployment('dashboard-metrics-scraper', scraper, {
    name: 'dashboard-metrics-scraper',
    image: 'docker.io/kubernetesui/metrics-scraper:v1.0.8',
    ports: [{ containerPort: 8000, protocol: 'TCP' }],
    livenessProbe: { httpGet: { path: '/', port: 8000 }, initialDelaySeconds: 30, timeoutSeconds: 30 },
  }),
];

export function dashboardYaml(): string {
  return manifestsYaml(MANIFESTS);
}
