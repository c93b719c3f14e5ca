import { configAccess } from '../../engine/api/bootstrap/kubeadm.ts';
import type { Node } from '../../engine/api/generated/types.ts';
import type { ApiObject } from '../../engine/api/meta.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode } from '../../engine/os/text.ts';
import type { MachineFacts } from '../machines.ts';
import type { AdminApi } from './api.ts';
import { clusterConfiguration } from './cluster-configuration.ts';
import { Failure, phaseFailure } from './failure.ts';
import { kubeletConfiguration } from './kubelet-start.ts';
import { PKI, say } from './pki-phase.ts';
import { seal } from './sealed.ts';
import type { Settings } from './settings.ts';

/** Phase `upload-config`: what joins later reads how the cluster is. */
export function* uploadConfig(api: AdminApi, { settings }: { settings: Settings }, which: 'kubeadm' | 'kubelet'): Task<void> {
  const name = `${which}-config`;
  yield* say(
    api.process,
    which === 'kubeadm'
      ? '[upload-config] Storing the configuration used in ConfigMap "kubeadm-config" in the "kube-system" Namespace'
      : '[kubelet] Creating a ConfigMap "kubelet-config" in namespace kube-system with the configuration for the kubelets in the cluster',
  );
  const data = which === 'kubeadm' ? { ClusterConfiguration: clusterConfiguration(settings) } : { kubelet: kubeletConfiguration() };
  yield* api.put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'kube-system' }, data } as ApiObject);
  const access = which === 'kubeadm' ? 'kubeadm:nodes-kubeadm-config' : 'kubeadm:kubelet-config';
  for (const object of configAccess()) if (object.metadata.name === access) yield* api.put(object);
}

const ROLE = 'node-role.kubernetes.io/control-plane';
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers';

/** Phase `mark-control-plane`: once the kubelet has registered the node. */
export function* markControlPlane(api: AdminApi, { machine: { name } }: { machine: MachineFacts }): Task<void> {
  yield* say(api.process, `[mark-control-plane] Marking the node ${name} as control-plane by adding the labels: [${ROLE} ${EXCLUDED}]`);
  yield* say(api.process, `[mark-control-plane] Marking the node ${name} as control-plane by adding the taints [${ROLE}:NoSchedule]`);
  const path = `/api/v1/nodes/${name}`;
  for (let waited = 0; ; waited++) {
    const node = yield* api.get<Node>(path);
    if (node !== undefined) {
      const others = (node.spec?.taints ?? []).filter(({ key }) => key !== ROLE);
      const taints = [...others, { key: ROLE, effect: 'NoSchedule' }];
      return yield* api.patch(path, { metadata: { labels: { [ROLE]: '', [EXCLUDED]: '' } }, spec: { taints } });
    }
    if (waited >= 120)
      throw phaseFailure('mark-control-plane', `error applying control-plane label and taints: nodes ${JSON.stringify(name)} not found`);
    yield* api.process.sleep(1000);
  }
}

/** What further control planes need of the first one's directory. */
const SHARED = ['ca.crt', 'ca.key', 'sa.key', 'sa.pub', 'front-proxy-ca.crt', 'front-proxy-ca.key', 'etcd/ca.crt', 'etcd/ca.key'];

/** 32 bytes in hexadecimal digits. */
export function newCertificateKey(process: Process): string {
  return Array.from({ length: 64 }, () => process.random(16).toString(16)).join('');
}

/** Phase `upload-certs`. The key shuts them away: without it nobody reads the Secret. */
export function* uploadCertificates(api: AdminApi, process: Process, given: string | undefined): Task<string> {
  const key = given ?? newCertificateKey(process);
  if (!/^[0-9a-f]{64}$/.test(key))
    throw new Failure(
      `certificateKey: Invalid value: ${JSON.stringify(key)}: certificate key is not hex-encoded, or not of 32 bytes\nTo see the stack trace of this error execute with --v=5 or higher`,
    );
  yield* say(process, '[upload-certs] Storing the certificates in Secret "kubeadm-certs" in the "kube-system" Namespace');
  const data = SHARED.map((file) => [file.replace('/', '-'), seal(decode(process.files.read(`${PKI}/${file}`)), key)]);
  yield* api.put({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'kubeadm-certs', namespace: 'kube-system' },
    type: 'Opaque',
    data: Object.fromEntries(data),
  } as ApiObject);
  yield* say(process, '[upload-certs] Using certificate key:');
  yield* say(process, key);
  return key;
}
