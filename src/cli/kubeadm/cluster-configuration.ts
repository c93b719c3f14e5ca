import { dump } from 'js-yaml';
import { ETCD_IMAGE } from '../../engine/api/bootstrap/static-pods.ts';
import { VERSION } from '../../engine/api/bootstrap/kubeadm-addons.ts';
import type { Settings } from './settings.ts';

/** ClusterConfiguration as kubeadm keeps it in the ConfigMap kubeadm-config. */
export function clusterConfiguration({
  version,
  podSubnet,
  endpoint,
  names,
}: Pick<Settings, 'version' | 'podSubnet' | 'endpoint' | 'names'>): string {
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
