import { configAccess } from '../../engine/api/bootstrap/kubeadm.ts';
import type { Node } from '../../engine/api/generated/types.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import type { MachineFacts } from '../machines.ts';
import type { AdminApi } from './api.ts';
import { configMaps, type ClusterValues } from '../../engine/api/bootstrap/cluster-configuration.ts';
import { phaseFailure } from './failure.ts';
import { say } from './pki-phase.ts';

/** Phase `upload-config`: what joins later reads how the cluster is. */
export function* uploadConfig(api: AdminApi, { settings }: { settings: ClusterValues }, which: 'kubeadm' | 'kubelet'): Task<void> {
  yield* say(
    api.process,
    which === 'kubeadm'
      ? '[upload-config] Storing the configuration used in ConfigMap "kubeadm-config" in the "kube-system" Namespace'
      : '[kubelet] Creating a ConfigMap "kubelet-config" in namespace kube-system with the configuration for the kubelets in the cluster',
  );
  const [kubeadm, kubelet] = configMaps(settings);
  yield* api.put(which === 'kubeadm' ? kubeadm : kubelet);
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

/** 32 bytes in hexadecimal digits. */
export function newCertificateKey(process: Process): string {
  return Array.from({ length: 64 }, () => process.random(16).toString(16)).join('');
}
