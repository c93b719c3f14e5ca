import type { Json, JsonObject } from './api/meta.ts';

const pod: JsonObject = {
  containers: [{ name: 'c', image: 'nginx:1.27', ports: [{ containerPort: 80 }], env: [{ name: 'A', value: '1' }] }],
};
const labels: JsonObject = { app: 'a' };
const template: JsonObject = { metadata: { labels }, spec: pod };
const selector: JsonObject = { matchLabels: labels };
const rules: Json = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
const claim: JsonObject = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };

/** Objects that the server takes, by the type of the schema: where breaking them begins. */
export const SAMPLES: Readonly<Record<string, JsonObject>> = {
  Pod: { metadata: { labels }, spec: pod },
  PodTemplate: { template },
  Deployment: { metadata: { labels }, spec: { replicas: 2, selector, template, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } } } },
  ReplicaSet: { spec: { replicas: 1, selector, template } },
  ReplicationController: { spec: { replicas: 1, selector: labels, template } },
  StatefulSet: { spec: { serviceName: 'a', selector, template, volumeClaimTemplates: [{ metadata: { name: 'd' }, spec: claim }] } },
  DaemonSet: { spec: { selector, template } },
  Job: { spec: { template: { spec: { ...pod, restartPolicy: 'Never' } } } },
  CronJob: { spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: { spec: { ...pod, restartPolicy: 'Never' } } } } } },
  Service: { spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 8080 }], type: 'NodePort' } },
  Endpoints: { subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }] },
  EndpointSlice: { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'] }], ports: [{ name: '', port: 80 }] },
  ConfigMap: { data: { a: '1' }, binaryData: { b: 'eA==' } },
  Secret: { type: 'Opaque', data: { a: 'eA==' }, stringData: { b: 'c' } },
  ServiceAccount: { automountServiceAccountToken: false },
  Namespace: { metadata: { labels } },
  Node: { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] }, status: { capacity: { cpu: '4', memory: '8Gi', pods: '110' } } },
  Lease: { spec: { holderIdentity: 'a', leaseDurationSeconds: 15 } },
  Event: { involvedObject: { kind: 'Pod', name: 'a', namespace: 'default' }, reason: 'R', message: 'm', type: 'Normal' },
  PersistentVolume: { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/d' } } },
  PersistentVolumeClaim: { spec: claim },
  StorageClass: { provisioner: 'example.com/p' },
  ResourceQuota: { spec: { hard: { pods: '5' } } },
  LimitRange: { spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] } },
  PodDisruptionBudget: { spec: { minAvailable: 1, selector } },
  HorizontalPodAutoscaler: { spec: { scaleTargetRef: { kind: 'Deployment', name: 'a', apiVersion: 'apps/v1' }, maxReplicas: 3, metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }] } },
  Ingress: { spec: { rules: [{ host: 'a.b', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'a', port: { number: 80 } } } }] } }] } },
  NetworkPolicy: { spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: selector }] }] } },
  Role: { rules },
  ClusterRole: { rules },
  RoleBinding: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'a' }, subjects: [{ kind: 'User', name: 'u', apiGroup: 'rbac.authorization.k8s.io' }] },
  ClusterRoleBinding: { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'a' } },
  PriorityClass: { value: 1000 },
  ValidatingAdmissionPolicy: { spec: { matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }] }, validations: [{ expression: 'object.metadata.name != "x"' }] } },
  CustomResourceDefinition: { metadata: { name: 'as.b.c' }, spec: { group: 'b.c', scope: 'Namespaced', names: { plural: 'as', kind: 'A' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }] } },
  Scale: { spec: { replicas: 3 } },
  Eviction: { metadata: { name: 'a' } },
  Binding: { metadata: { name: 'a' }, target: { kind: 'Node', name: 'n1' } },
  TokenRequest: { spec: { audiences: ['a'], expirationSeconds: 3600 } },
  SubjectAccessReview: { spec: { user: 'a', resourceAttributes: { verb: 'get', resource: 'pods' } } },
}; // prettier-ignore
