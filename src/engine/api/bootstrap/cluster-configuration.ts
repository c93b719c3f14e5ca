import { dump } from 'js-yaml';
import type { ConfigMap } from '../generated/types.ts';
import { DNS_SERVICE_IP, VERSION } from './kubeadm-addons.ts';
import { ETCD_IMAGE } from './static-pods.ts';

/** What kubeadm keeps of how a cluster is. */
export interface ClusterValues {
  readonly version: string;
  readonly podSubnet?: string;
  /** `HOST:PORT` that stands for all API servers. */
  readonly endpoint?: string;
  /** Names and addresses that the API server's certificate has besides. */
  readonly names: readonly string[];
}

/** ClusterConfiguration as kubeadm keeps it in the ConfigMap kubeadm-config. */
export function clusterConfiguration({ version, podSubnet, endpoint, names }: ClusterValues): string {
  return dump({
    apiServer: names.length === 0 ? {} : { certSANs: [...names] },
    apiVersion: 'kubeadm.k8s.io/v1beta4',
    caCertificateValidityPeriod: '87600h0m0s',
    certificateValidityPeriod: '8760h0m0s',
    certificatesDir: '/etc/kubernetes/pki',
    clusterName: 'kubernetes',
    ...(endpoint === undefined ? {} : { controlPlaneEndpoint: endpoint }),
    controllerManager: {},
    dns: {},
    encryptionAlgorithm: 'RSA-2048',
    etcd: { local: { dataDir: '/var/lib/etcd' } },
    imageRepository: 'registry.k8s.io',
    kind: 'ClusterConfiguration',
    kubernetesVersion: version,
    networking: {
      dnsDomain: 'cluster.local',
      ...(podSubnet === undefined ? {} : { podSubnet }),
      serviceSubnet: '10.96.0.0/12',
    },
    proxy: {},
    scheduler: {},
  });
}

/** `kubeadm config images list`. */
export function images(version: string = VERSION): string[] {
  return [
    ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map((name) => `registry.k8s.io/${name}:${version}`),
    'registry.k8s.io/coredns/coredns:v1.14.2',
    'registry.k8s.io/pause:3.10.1',
    ETCD_IMAGE,
  ];
}

/** What kubeadm has every kubelet of the cluster do. */
export function kubeletConfiguration(): string {
  return dump({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    authentication: {
      anonymous: { enabled: false },
      webhook: { cacheTTL: '0s', enabled: true },
      x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' },
    },
    authorization: { mode: 'Webhook', webhook: { cacheAuthorizedTTL: '0s', cacheUnauthorizedTTL: '0s' } },
    cgroupDriver: 'systemd',
    clusterDNS: [DNS_SERVICE_IP],
    clusterDomain: 'cluster.local',
    healthzBindAddress: '127.0.0.1',
    healthzPort: 10248,
    kind: 'KubeletConfiguration',
    rotateCertificates: true,
    staticPodPath: '/etc/kubernetes/manifests',
  });
}

/** The ConfigMaps kubeadm-config and kubelet-config. */
export function configMaps(values: ClusterValues): [ConfigMap, ConfigMap] {
  const map = (name: string, data: Record<string, string>): ConfigMap => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'kube-system' },
    data,
  });
  return [
    map('kubeadm-config', { ClusterConfiguration: clusterConfiguration(values) }),
    map('kubelet-config', { kubelet: kubeletConfiguration() }),
  ];
}
