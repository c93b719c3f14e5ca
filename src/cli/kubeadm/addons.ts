import { coreDns, corefile, dnsService, kubeProxyDaemonSet, serviceAccount } from '../../engine/api/bootstrap/kubeadm-addons.ts';
import { kubeadmBindings, kubeadmRoles } from '../../engine/api/bootstrap/kubeadm.ts';
import type { Task } from '../../engine/os/task.ts';
import type { AdminApi } from './api.ts';
import { say } from './pki-phase.ts';

/** `addon coredns`. */
export function* applyCoreDns(api: AdminApi): Task<void> {
  const of = ({ metadata }: { metadata: { name?: string } }): boolean => metadata.name === 'system:coredns';
  yield* api.put(corefile());
  for (const object of [...kubeadmRoles().filter(of), ...kubeadmBindings().filter(of)]) yield* api.put(object);
  yield* api.put(serviceAccount('coredns'));
  yield* api.put(coreDns());
  yield* api.put(dnsService());
  yield* say(api.process, '[addons] Applied essential addon: CoreDNS');
}

/** `addon kube-proxy`. */
export function* applyKubeProxy(api: AdminApi, endpoint: string, version: string): Task<void> {
  yield* api.put(serviceAccount('kube-proxy'));
  yield* api.put({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kube-proxy', namespace: 'kube-system', labels: { app: 'kube-proxy' } },
    data: {
      'config.conf': 'apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: iptables\n',
      'kubeconfig.conf': `apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    certificate-authority: /var/run/secrets/kubernetes.io/serviceaccount/ca.crt\n    server: https://${endpoint}\n  name: default\n`,
    },
  } as Parameters<AdminApi['put']>[0]);
  for (const object of kubeadmBindings().filter(({ metadata }) => metadata.name === 'kubeadm:node-proxier')) yield* api.put(object);
  yield* api.put(kubeProxyDaemonSet(version));
  yield* say(api.process, '[addons] Applied essential addon: kube-proxy');
}
