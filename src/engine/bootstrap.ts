import type { Endpoints, EndpointSlice, Namespace, Pod, Service } from './api/generated/types.ts';
import { configMaps } from './api/bootstrap/cluster-configuration.ts';
import {
  clusterInfo,
  coreDns,
  corefile,
  dnsService,
  kubeProxyDaemonSet,
  kubeProxySpec,
  serviceAccount,
} from './api/bootstrap/kubeadm-addons.ts';
import { clusterInfoAccess, kubeadmBindings, kubeadmRoles } from './api/bootstrap/kubeadm.ts';
import type { ApiObject } from './api/meta.ts';
import { StatusError } from './api/errors.ts';
import { Client, OutsideClient, type Resource } from './client/client.ts';
import {
  CLUSTER_ROLES,
  CLUSTER_ROLE_BINDINGS,
  CONFIG_MAPS,
  DAEMON_SETS,
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
import type { Counter, Credentials, Transport } from './apiserver/types.ts';
import type { Task } from './os/task.ts';

export const KUBERNETES_SERVICE_IP = '10.96.0.1';

export interface BootstrapTarget {
  readonly apiserver: Counter;
  readonly scenario: { readonly systemPods: boolean; readonly kubernetesVersion?: string };
  /** The cluster's own, in PEM: what joining machines are told, and check by its hash. */
  readonly authority: string;
}

/** What the API server and kubeadm put into a fresh cluster: namespaces, the `kubernetes` Service, CoreDNS and the proxy's pods. */
export function bootstrap(target: BootstrapTarget, nodes: readonly string[], apiserverAddress: string): void {
  const server = new OutsideClient(target.apiserver, 'apiserver', APISERVER);
  for (const { resource, object } of serverObjects(apiserverAddress)) ensure(server, resource, object);
  if (!target.scenario.systemPods) return;
  const kubeadm = kubeadmClient(target);
  for (const role of kubeadmRoles()) ensure(kubeadm, CLUSTER_ROLES, role);
  for (const binding of kubeadmBindings()) ensure(kubeadm, CLUSTER_ROLE_BINDINGS, binding);
  for (const name of ['default', 'coredns', 'kube-proxy']) ensure(kubeadm, SERVICE_ACCOUNTS, serviceAccount(name));
  ensure(kubeadm, CONFIG_MAPS, corefile());
  ensure(kubeadm, CONFIG_MAPS, clusterInfo(`https://${apiserverAddress}:6443`, target.authority));
  const { role, binding } = clusterInfoAccess();
  ensure(kubeadm, ROLES, role);
  ensure(kubeadm, ROLE_BINDINGS, binding);
  ensure(kubeadm, SERVICES, dnsService());
  ensure(kubeadm, DEPLOYMENTS, coreDns());
  const { kubernetesVersion } = target.scenario;
  if (kubernetesVersion === undefined) {
    for (const node of nodes) ensure(kubeadm, PODS, kubeProxy(node));
    return;
  }
  // What an upgrade reads and changes; a cluster that is not to be upgraded shows no more than it needs.
  ensure(kubeadm, DAEMON_SETS, kubeProxyDaemonSet(kubernetesVersion));
  for (const map of configMaps({ version: kubernetesVersion, names: [] })) ensure(kubeadm, CONFIG_MAPS, map);
}

/** What an API server makes of itself when it finds an empty store, beside its policies. */
export function* serveFresh(transport: Transport, apiserverAddress: string): Task<void> {
  const server = new Client(transport, 'apiserver', APISERVER);
  for (const { resource, object } of serverObjects(apiserverAddress)) yield* server.create(resource, object);
}

/** Has the Service `kubernetes` lead to these API servers. */
export function* serveFrom(transport: Transport, addresses: readonly string[]): Task<void> {
  const server = new Client(transport, 'apiserver', APISERVER);
  try {
    const slice = yield* server.get<EndpointSlice>(ENDPOINT_SLICES, 'default', 'kubernetes');
    if (slice.endpoints?.flatMap((each) => each.addresses).join() === addresses.join()) return;
    yield* server.patch(ENDPOINT_SLICES, 'default', 'kubernetes', { endpoints: kubernetesSlice(...addresses).endpoints });
    yield* server.patch(ENDPOINTS, 'default', 'kubernetes', { subsets: kubernetesEndpoints(...addresses).subsets });
  } catch (error) {
    // The next turn tries again.
    if (!(error instanceof StatusError)) throw error;
  }
}

const APISERVER: Credentials = { kind: 'certificate', user: 'system:apiserver', groups: ['system:masters'] };

function serverObjects(address: string): { resource: Resource<ApiObject>; object: ApiObject }[] {
  return [
    ...['default', 'kube-system', 'kube-public', 'kube-node-lease'].map((name) => ({ resource: NAMESPACES, object: namespace(name) })),
    { resource: SERVICES, object: kubernetesService() },
    { resource: ENDPOINT_SLICES, object: kubernetesSlice(address) },
    { resource: ENDPOINTS, object: kubernetesEndpoints(address) },
  ];
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
function kubernetesEndpoints(...ips: string[]): Endpoints {
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } },
    subsets: [{ addresses: ips.map((ip) => ({ ip })), ports: [{ name: 'https', port: 6443, protocol: 'TCP' }] }],
  };
}

function kubernetesSlice(...addresses: string[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports: [{ name: 'https', port: 6443, protocol: 'TCP' }],
  };
}

/** One proxy a node, bound by hand. */
function kubeProxy(node: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'kube-proxy-', namespace: 'kube-system', labels: { 'k8s-app': 'kube-proxy' } },
    spec: { nodeName: node, ...kubeProxySpec(node) },
  };
}

/** The manifest that a rented machine's image brings along: its kubelet runs the proxy as a static pod, which may name no service account. */
export function staticKubeProxy(node: string): Pod {
  const { metadata, spec, ...pod } = kubeProxy(node);
  const { generateName: _none, ...meta } = metadata;
  const { serviceAccountName: _account, nodeName: _node, ...rest } = spec ?? { containers: [] };
  return { ...pod, metadata: { ...meta, name: 'kube-proxy' }, spec: rest };
}
