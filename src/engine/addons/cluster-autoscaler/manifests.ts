import type { ApiObject } from '../../api/meta.ts';
import { RBAC, clusterRoleBinding, manifestsYaml } from '../addon-manifests.ts';

const account = { name: 'cluster-autoscaler', namespace: 'kube-system' };
const labels = { 'k8s-addon': 'cluster-autoscaler.addons.k8s.io', 'k8s-app': 'cluster-autoscaler' };
const app = { app: 'cluster-autoscaler' };

const rule = (group: string, resources: string[], verbs: string[], resourceNames?: string[]): object => ({
  apiGroups: [group],
  resources,
  verbs,
  ...(resourceNames === undefined ? {} : { resourceNames }),
});
const LOOK = ['watch', 'list', 'get'];

const ACCESS: readonly object[] = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...account, labels } },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRole',
    metadata: { name: account.name, labels },
    rules: [
      rule('', ['events', 'endpoints'], ['create', 'patch']),
      rule('', ['pods/eviction'], ['create']),
      rule('', ['pods/status'], ['update']),
      rule('', ['nodes'], ['watch', 'list', 'get', 'update']),
      rule('', ['namespaces', 'pods', 'services', 'replicationcontrollers', 'persistentvolumeclaims', 'persistentvolumes'], LOOK),
      rule('policy', ['poddisruptionbudgets'], ['watch', 'list']),
      rule('apps', ['statefulsets', 'replicasets', 'daemonsets'], LOOK),
      rule('storage.k8s.io', ['storageclasses', 'csinodes', 'csidrivers', 'csistoragecapacities', 'volumeattachments'], LOOK),
      rule('batch', ['jobs'], ['get', 'list', 'watch', 'patch']),
      rule('coordination.k8s.io', ['leases'], ['create']),
      rule('coordination.k8s.io', ['leases'], ['get', 'update'], ['cluster-autoscaler']),
    ],
  },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'Role',
    metadata: { ...account, labels },
    rules: [
      rule('', ['configmaps'], ['create', 'list', 'watch']),
      rule('', ['configmaps'], ['delete', 'get', 'update', 'watch'], ['cluster-autoscaler-status', 'cluster-autoscaler-priority-expander']),
    ],
  },
  clusterRoleBinding(account.name, account.name, account, labels),
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: { ...account, labels },
    roleRef: { apiGroup: RBAC, kind: 'Role', name: account.name },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  },
];

/** What `kubectl apply -f cluster-autoscaler.yaml` makes, with the flags that the program is to have. */
export function clusterAutoscalerManifests(flags: readonly string[]): ApiObject[] {
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...account, labels: app },
    spec: {
      replicas: 1,
      selector: { matchLabels: app },
      template: {
        metadata: { labels: app, annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8085' } },
        spec: {
          priorityClassName: 'system-cluster-critical',
          serviceAccountName: account.name,
          // On the control plane, so that it never waits for a machine that only it could order.
          nodeSelector: { 'node-role.kubernetes.io/control-plane': '' },
          tolerations: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
          containers: [
            {
              name: account.name,
              image: 'registry.k8s.io/autoscaling/cluster-autoscaler:v1.36.1',
              command: ['./cluster-autoscaler', '--v=4', '--stderrthreshold=info', '--cloud-provider=lab', ...flags],
              resources: { limits: { cpu: '100m', memory: '600Mi' }, requests: { cpu: '100m', memory: '600Mi' } },
              livenessProbe: { httpGet: { path: '/health-check', port: 8085 } },
            },
          ],
        },
      },
    },
  };
  return [...ACCESS, deployment] as ApiObject[];
}

/** The same as a file. */
export function clusterAutoscalerYaml(flags: readonly string[] = []): string {
  return manifestsYaml(clusterAutoscalerManifests(flags));
}
