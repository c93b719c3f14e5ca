import type { ConfigMap, Deployment, Endpoints, EndpointSlice, Namespace, Pod, Service, ServiceAccount } from './api/generated/types.ts';
import { encodeText } from './api/base64.ts';
import { kubeadmBindings, kubeadmRoles } from './api/bootstrap/kubeadm.ts';
import type { ApiObject } from './api/meta.ts';
import { StatusError } from './api/errors.ts';
import { OutsideClient, type Resource } from './client/client.ts';
import {
  CLUSTER_ROLES,
  CLUSTER_ROLE_BINDINGS,
  CONFIG_MAPS,
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  ENDPOINTS,
  NAMESPACES,
  PODS,
  NODES,
  ROLES,
  ROLE_BINDINGS,
  SERVICES,
  SERVICE_ACCOUNTS,
} from './client/resources.ts';
import { mayKubeletLabel } from './api/node/kubelet-labels.ts';
import type { Counter } from './apiserver/types.ts';

export const KUBERNETES_SERVICE_IP = '10.96.0.1';
export const DNS_SERVICE_IP = '10.96.0.10';
export const VERSION = 'v1.36.3';

export interface BootstrapTarget {
  readonly apiserver: Counter;
  readonly scenario: { readonly systemPods: boolean };
  /** The cluster's own, in PEM: what joining machines are told, and check by its hash. */
  readonly authority: string;
}

/** What the API server and kubeadm put into a fresh cluster: namespaces, the `kubernetes` Service, CoreDNS and the proxy's pods. */
export function bootstrap(target: BootstrapTarget, nodes: readonly string[], apiserverAddress: string): void {
  const server = new OutsideClient(target.apiserver, 'apiserver', {
    kind: 'certificate',
    user: 'system:apiserver',
    groups: ['system:masters'],
  });
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) ensure(server, NAMESPACES, namespace(name));
  ensure(server, SERVICES, kubernetesService());
  ensure(server, ENDPOINT_SLICES, kubernetesSlice(apiserverAddress));
  ensure(server, ENDPOINTS, kubernetesEndpoints(apiserverAddress));
  if (!target.scenario.systemPods) return;
  const kubeadm = kubeadmClient(target);
  for (const role of kubeadmRoles()) ensure(kubeadm, CLUSTER_ROLES, role);
  for (const binding of kubeadmBindings()) ensure(kubeadm, CLUSTER_ROLE_BINDINGS, binding);
  for (const name of ['default', 'coredns', 'kube-proxy']) ensure(kubeadm, SERVICE_ACCOUNTS, serviceAccount(name));
  ensure(kubeadm, CONFIG_MAPS, corefile());
  ensure(kubeadm, CONFIG_MAPS, clusterInfo(apiserverAddress, target.authority));
  const anybody = { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'system:anonymous' };
  const metadata = { name: 'kubeadm:bootstrap-signer-clusterinfo', namespace: 'kube-public' };
  const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['cluster-info'] }];
  ensure(kubeadm, ROLES, { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name };
  ensure(kubeadm, ROLE_BINDINGS, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata,
    roleRef,
    subjects: [anybody],
  });
  ensure(kubeadm, SERVICES, dnsService());
  ensure(kubeadm, DEPLOYMENTS, coreDns());
  for (const node of nodes) ensure(kubeadm, PODS, kubeProxy(node));
}

/** What kubelets may not say of themselves, such as their role: kubeadm marks the nodes once they have registered. */
export function labelNodes(
  target: Pick<BootstrapTarget, 'apiserver'>,
  nodes: readonly { name: string; labels: Readonly<Record<string, string>> }[],
): void {
  const kubeadm = kubeadmClient(target);
  for (const { name, labels } of nodes) {
    const others = Object.entries(labels).filter(([label]) => !mayKubeletLabel(label));
    if (others.length > 0) kubeadm.patch(NODES, undefined, name, { metadata: { labels: Object.fromEntries(others) } });
  }
}

function kubeadmClient({ apiserver }: Pick<BootstrapTarget, 'apiserver'>): OutsideClient {
  return new OutsideClient(apiserver, 'kubeadm', {
    kind: 'certificate',
    user: 'kubernetes-admin',
    groups: ['kubeadm:cluster-admins', 'system:masters'],
  });
}

function ensure<T extends ApiObject>(client: OutsideClient, resource: Resource<T>, object: T): void {
  try {
    client.create(resource, object);
  } catch (error) {
    if (!(error instanceof StatusError && error.reason === 'AlreadyExists')) throw error;
  }
}

function namespace(name: string): Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function serviceAccount(name: string): ServiceAccount {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'kube-system' } };
}

function kubernetesService(): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      clusterIP: KUBERNETES_SERVICE_IP,
      clusterIPs: [KUBERNETES_SERVICE_IP],
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
    },
  };
}

/** The API server writes both forms itself, so that nobody need mirror the one into the other. */
function kubernetesEndpoints(ip: string): Endpoints {
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: [{ ip }], ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] }],
  };
}

function kubernetesSlice(address: string): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
  };
}

function dnsService(): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kube-dns',
      namespace: 'kube-system',
      labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
      annotations: { 'prometheus.io/port': '9153', 'prometheus.io/scrape': 'true' },
    },
    spec: {
      clusterIP: DNS_SERVICE_IP,
      clusterIPs: [DNS_SERVICE_IP],
      selector: { 'k8s-app': 'kube-dns' },
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
        { name: 'metrics', port: 9153, protocol: 'TCP' },
      ],
    },
  };
}

const COREFILE = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    cache 30
    loop
    reload
    loadbalance
}
`;

function corefile(): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'coredns', namespace: 'kube-system' }, data: { Corefile: COREFILE } };
}

/** Where the cluster is and who vouches for it, for machines that know nothing yet but a token. */
function clusterInfo(address: string, authority: string): ConfigMap {
  const kubeconfig = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${encodeText(authority)}
    server: https://${address}:6443
  name: ""
contexts: null
current-context: ""
kind: Config
users: null
`;
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cluster-info', namespace: 'kube-public' }, data: { kubeconfig } };
}

function coreDns(): Deployment {
  const labels = { 'k8s-app': 'kube-dns' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'coredns', namespace: 'kube-system', labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      template: {
        metadata: { labels },
        spec: {
          priorityClassName: 'system-cluster-critical',
          serviceAccountName: 'coredns',
          dnsPolicy: 'Default',
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          tolerations: [
            { key: 'CriticalAddonsOnly', operator: 'Exists' },
            { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
          ],
          containers: [
            {
              name: 'coredns',
              image: 'registry.k8s.io/coredns/coredns:v1.14.2',
              imagePullPolicy: 'IfNotPresent',
              args: ['-conf', '/etc/coredns/Corefile'],
              ports: [
                { name: 'dns', containerPort: 53, protocol: 'UDP' },
                { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
                { name: 'metrics', containerPort: 9153, protocol: 'TCP' },
              ],
              resources: { limits: { memory: '170Mi' }, requests: { cpu: '100m', memory: '70Mi' } },
              readinessProbe: { httpGet: { path: '/ready', port: 8181, scheme: 'HTTP' } },
              livenessProbe: {
                httpGet: { path: '/health', port: 8080, scheme: 'HTTP' },
                initialDelaySeconds: 60,
                timeoutSeconds: 5,
                failureThreshold: 5,
              },
              volumeMounts: [{ name: 'config-volume', mountPath: '/etc/coredns', readOnly: true }],
            },
          ],
          volumes: [{ name: 'config-volume', configMap: { name: 'coredns', items: [{ key: 'Corefile', path: 'Corefile' }] } }],
        },
      },
    },
  };
}

/** One proxy a node. Plain pods bound by hand until there are DaemonSets. */
function kubeProxy(node: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'kube-proxy-', namespace: 'kube-system', labels: { 'k8s-app': 'kube-proxy' } },
    spec: {
      nodeName: node,
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      serviceAccountName: 'kube-proxy',
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: 'kube-proxy',
          image: `registry.k8s.io/kube-proxy:${VERSION}`,
          command: ['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf', `--hostname-override=${node}`],
        },
      ],
    },
  };
}

/** The manifest that a rented machine's image brings along: its kubelet runs the proxy as a static pod, which may name no service account. */
export function staticKubeProxy(node: string): Pod {
  const { metadata, spec, ...pod } = kubeProxy(node);
  const { generateName: _none, ...meta } = metadata;
  const { serviceAccountName: _account, nodeName: _node, ...rest } = spec ?? { containers: [] };
  return { ...pod, metadata: { ...meta, name: 'kube-proxy' }, spec: rest };
}

/**
 * Manifests that the control-plane node's kubelet reads from /etc/kubernetes/manifests, with those of kubeadm's flags that say something
 * here. Where etcd runs on machines of its own (`etcdServers`) it has none.
 */
export function staticPods(node: string, address: string, clusterCidr: string, etcdServers: readonly string[] = []): Pod[] {
  const PKI = '/etc/kubernetes/pki';
  const part = (name: string, image: string, flags: string[], cpu: string, port: number, directories: Record<string, string>): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'kube-system', labels: { component: name, tier: 'control-plane' } },
    spec: {
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      tolerations: [{ effect: 'NoExecute', operator: 'Exists' }],
      containers: [
        {
          name,
          image,
          imagePullPolicy: 'IfNotPresent',
          command: [name, ...flags],
          resources: { requests: { cpu } },
          ports: [{ name: 'probe-port', containerPort: port, protocol: 'TCP' }],
          ...(Object.keys(directories).length === 0
            ? {}
            : { volumeMounts: Object.entries(directories).map(([volume, mountPath]) => ({ name: volume, mountPath })) }),
        },
      ],
      ...(Object.keys(directories).length === 0
        ? {}
        : {
            volumes: Object.entries(directories).map(([volume, path]) => ({ name: volume, hostPath: { path } })),
          }),
    },
  });
  const external = etcdServers.length > 0;
  const etcd = (): Pod =>
    part(
      'etcd',
      'registry.k8s.io/etcd:3.6.8-0',
      [
        `--advertise-client-urls=https://${address}:2379`,
        `--cert-file=${PKI}/etcd/server.crt`,
        '--client-cert-auth=true',
        '--data-dir=/var/lib/etcd',
        `--key-file=${PKI}/etcd/server.key`,
        `--listen-client-urls=https://127.0.0.1:2379,https://${address}:2379`,
        '--listen-metrics-urls=http://127.0.0.1:2381',
        `--name=${node}`,
        `--trusted-ca-file=${PKI}/etcd/ca.crt`,
      ],
      '100m',
      2381,
      { 'etcd-data': '/var/lib/etcd', 'etcd-certs': `${PKI}/etcd` },
    );
  return [
    ...(external ? [] : [etcd()]),
    part(
      'kube-apiserver',
      `registry.k8s.io/kube-apiserver:${VERSION}`,
      [
        `--advertise-address=${address}`,
        '--authorization-mode=Node,RBAC',
        `--etcd-cafile=${PKI}/etcd/ca.crt`,
        `--etcd-certfile=${PKI}/apiserver-etcd-client.crt`,
        `--etcd-keyfile=${PKI}/apiserver-etcd-client.key`,
        `--etcd-servers=${external ? etcdServers.join() : 'https://127.0.0.1:2379'}`,
        '--service-cluster-ip-range=10.96.0.0/12',
        // Not kubeadm's: so that what etcd holds can be read.
        '--storage-media-type=application/json',
      ],
      '250m',
      6443,
      { 'k8s-certs': PKI },
    ),
    part(
      'kube-controller-manager',
      `registry.k8s.io/kube-controller-manager:${VERSION}`,
      [`--cluster-cidr=${clusterCidr}`, '--leader-elect=true'],
      '200m',
      10257,
      {},
    ),
    part('kube-scheduler', `registry.k8s.io/kube-scheduler:${VERSION}`, ['--leader-elect=true'], '100m', 10259, {}),
  ];
}
