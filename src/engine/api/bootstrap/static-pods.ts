import type { Container, Pod, Probe } from '../generated/types.ts';
import { VERSION } from './kubeadm-addons.ts';

const CONFIG = '/etc/kubernetes';
const PKI = `${CONFIG}/pki`;
export const ETCD_IMAGE = 'registry.k8s.io/etcd:3.6.8-0';

export interface ControlPlanePods {
  readonly node: string;
  readonly address: string;
  /** `--pod-network-cidr`; without it no node gets a range for its pods. */
  readonly clusterCidr?: string;
  readonly version?: string;
  /** Where etcd is, when it runs on machines of its own. */
  readonly etcdServers?: readonly string[];
  /**
   * With probes, kubeconfigs and the types of volumes, which would cost a cluster that is there from the start more than all else of
   * its start. kubeadm's readiness probes, once a second, are left out.
   */
  readonly complete?: boolean;
  /** Members of etcd that are there when this one comes, as `NAME=https://ADDRESS:2380`. */
  readonly members?: readonly string[];
}

/** Manifests that a control-plane node's kubelet reads from /etc/kubernetes/manifests, as kubeadm writes them. */
export function controlPlanePods(options: ControlPlanePods): Pod[] {
  const external = (options.etcdServers ?? []).length > 0;
  return [...(external ? [] : [etcd(options)]), apiserver(options), controllerManager(options), scheduler(options)];
}

function etcd({ node, address, complete = false, members = [] }: ControlPlanePods): Pod {
  const own = `${node}=https://${address}:2380`;
  const flags = [
    `--advertise-client-urls=https://${address}:2379`,
    `--cert-file=${PKI}/etcd/server.crt`,
    '--client-cert-auth=true',
    '--data-dir=/var/lib/etcd',
    '--feature-gates=InitialCorruptCheck=true',
    `--initial-advertise-peer-urls=https://${address}:2380`,
    `--initial-cluster=${[...members, own].join(',')}`,
    ...(members.length === 0 ? [] : ['--initial-cluster-state=existing']),
    `--key-file=${PKI}/etcd/server.key`,
    `--listen-client-urls=https://127.0.0.1:2379,https://${address}:2379`,
    '--listen-metrics-urls=http://127.0.0.1:2381',
    `--listen-peer-urls=https://${address}:2380`,
    `--name=${node}`,
    `--peer-cert-file=${PKI}/etcd/peer.crt`,
    '--peer-client-cert-auth=true',
    `--peer-key-file=${PKI}/etcd/peer.key`,
    `--peer-trusted-ca-file=${PKI}/etcd/ca.crt`,
    '--snapshot-count=10000',
    `--trusted-ca-file=${PKI}/etcd/ca.crt`,
    '--watch-progress-notify-interval=5s',
  ];
  return part('etcd', ETCD_IMAGE, flags, {
    requests: { cpu: '100m', memory: '100Mi' },
    annotation: ['etcd.advertise-client-urls', `https://${address}:2379`],
    port: 2381,
    directories: { 'etcd-data': '/var/lib/etcd', 'etcd-certs': `${PKI}/etcd` },
    ...(complete ? { probe: { host: '127.0.0.1', live: '/livez', start: '/readyz', scheme: 'HTTP' } } : {}),
  });
}

function apiserver({ address, version = VERSION, complete = false, etcdServers = [] }: ControlPlanePods): Pod {
  const flags = [
    `--advertise-address=${address}`,
    '--allow-privileged=true',
    '--authorization-mode=Node,RBAC',
    `--client-ca-file=${PKI}/ca.crt`,
    '--enable-admission-plugins=NodeRestriction',
    '--enable-bootstrap-token-auth=true',
    `--etcd-cafile=${PKI}/etcd/ca.crt`,
    `--etcd-certfile=${PKI}/apiserver-etcd-client.crt`,
    `--etcd-keyfile=${PKI}/apiserver-etcd-client.key`,
    `--etcd-servers=${etcdServers.length === 0 ? 'https://127.0.0.1:2379' : etcdServers.join()}`,
    `--kubelet-client-certificate=${PKI}/apiserver-kubelet-client.crt`,
    `--kubelet-client-key=${PKI}/apiserver-kubelet-client.key`,
    '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
    `--proxy-client-cert-file=${PKI}/front-proxy-client.crt`,
    `--proxy-client-key-file=${PKI}/front-proxy-client.key`,
    '--requestheader-allowed-names=front-proxy-client',
    `--requestheader-client-ca-file=${PKI}/front-proxy-ca.crt`,
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-username-headers=X-Remote-User',
    '--secure-port=6443',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${PKI}/sa.pub`,
    `--service-account-signing-key-file=${PKI}/sa.key`,
    '--service-cluster-ip-range=10.96.0.0/12',
    // Not kubeadm's: so that what etcd holds can be read.
    '--storage-media-type=application/json',
    `--tls-cert-file=${PKI}/apiserver.crt`,
    `--tls-private-key-file=${PKI}/apiserver.key`,
  ];
  return part('kube-apiserver', `registry.k8s.io/kube-apiserver:${version}`, flags, {
    requests: { cpu: '250m' },
    annotation: ['kube-apiserver.advertise-address.endpoint', `${address}:6443`],
    port: 6443,
    directories: { 'k8s-certs': PKI },
    ...(complete ? { probe: { host: address, live: '/livez', start: '/livez', scheme: 'HTTPS' } } : {}),
  });
}

function controllerManager({ clusterCidr, version = VERSION, complete = false }: ControlPlanePods): Pod {
  const kubeconfig = `${CONFIG}/controller-manager.conf`;
  const flags = [
    ...(clusterCidr === undefined ? [] : ['--allocate-node-cidrs=true']),
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    `--client-ca-file=${PKI}/ca.crt`,
    ...(clusterCidr === undefined ? [] : [`--cluster-cidr=${clusterCidr}`]),
    '--cluster-name=kubernetes',
    `--cluster-signing-cert-file=${PKI}/ca.crt`,
    `--cluster-signing-key-file=${PKI}/ca.key`,
    '--controllers=*,bootstrapsigner,tokencleaner',
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=true',
    `--requestheader-client-ca-file=${PKI}/front-proxy-ca.crt`,
    `--root-ca-file=${PKI}/ca.crt`,
    `--service-account-private-key-file=${PKI}/sa.key`,
    '--service-cluster-ip-range=10.96.0.0/12',
    '--use-service-account-credentials=true',
  ];
  return part('kube-controller-manager', `registry.k8s.io/kube-controller-manager:${version}`, flags, {
    requests: { cpu: '200m' },
    port: 10257,
    directories: { 'k8s-certs': PKI },
    ...(complete ? { file: kubeconfig } : {}),
    ...(complete ? { probe: { host: '127.0.0.1', live: '/healthz', start: '/healthz', scheme: 'HTTPS' } } : {}),
  });
}

function scheduler({ version = VERSION, complete = false }: ControlPlanePods): Pod {
  const kubeconfig = `${CONFIG}/scheduler.conf`;
  const flags = [
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=true',
  ];
  return part('kube-scheduler', `registry.k8s.io/kube-scheduler:${version}`, flags, {
    requests: { cpu: '100m' },
    port: 10259,
    directories: {},
    ...(complete ? { file: kubeconfig } : {}),
    ...(complete ? { probe: { host: '127.0.0.1', live: '/livez', start: '/livez', scheme: 'HTTPS' } } : {}),
  });
}

interface PartOptions {
  readonly requests: Readonly<Record<string, string>>;
  readonly annotation?: readonly [string, string];
  readonly port: number;
  readonly directories: Readonly<Record<string, string>>;
  /** A kubeconfig. */
  readonly file?: string;
  readonly probe?: { readonly host: string; readonly live: string; readonly start: string; readonly scheme: string };
}

function part(name: string, image: string, flags: readonly string[], options: PartOptions): Pod {
  const { requests, annotation, port, directories, file, probe } = options;
  const mounts = [
    ...Object.entries(directories).map(([volume, path]) => ({
      volume,
      path,
      type: 'DirectoryOrCreate',
      readOnly: !volume.startsWith('etcd'),
    })),
    ...(file === undefined ? [] : [{ volume: 'kubeconfig', path: file, type: 'FileOrCreate', readOnly: true }]),
  ];
  const container: Container = {
    name,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: [name, ...flags],
    ...(probe === undefined ? {} : probesOf(probe)),
    resources: { requests: { ...requests } },
    ports: [{ name: 'probe-port', containerPort: port, protocol: 'TCP' }],
    ...(mounts.length === 0
      ? {}
      : {
          volumeMounts: mounts.map(({ volume, path, readOnly }) => ({ name: volume, mountPath: path, ...(readOnly ? { readOnly } : {}) })),
        }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'kube-system',
      labels: { component: name, tier: 'control-plane' },
      ...(annotation === undefined ? {} : { annotations: { [`kubeadm.kubernetes.io/${annotation[0]}`]: annotation[1] } }),
    },
    spec: {
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      tolerations: [{ effect: 'NoExecute', operator: 'Exists' }],
      containers: [container],
      ...(mounts.length === 0
        ? {}
        : {
            volumes: mounts.map(({ volume, path, type }) => ({
              name: volume,
              hostPath: { path, ...(probe === undefined ? {} : { type }) },
            })),
          }),
    },
  };
}

/** kubeadm's times; its four minutes for a start are 24 turns of ten seconds. */
function probesOf({ host, live, start, scheme }: NonNullable<PartOptions['probe']>): { livenessProbe: Probe; startupProbe: Probe } {
  const probe = (path: string, failureThreshold: number): Probe => ({
    failureThreshold,
    httpGet: { host, path, port: 'probe-port', scheme },
    initialDelaySeconds: 10,
    periodSeconds: 10,
    timeoutSeconds: 15,
  });
  return { livenessProbe: probe(live, 8), startupProbe: probe(start, 24) };
}
