import { dump } from 'js-yaml';
import { DNS_SERVICE_IP } from '../../engine/api/bootstrap/kubeadm-addons.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { say } from './pki-phase.ts';
import { place } from './place.ts';

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

/** What the kubelet reads when it starts. */
export function* writeKubeletFiles(process: Process): Task<void> {
  yield* say(process, '[kubelet-start] Writing kubelet environment file with flags to file "/var/lib/kubelet/kubeadm-flags.env"');
  place(process, '/var/lib/kubelet/kubeadm-flags.env', 'KUBELET_KUBEADM_ARGS=""\n', 0o644);
  yield* say(process, '[kubelet-start] Writing kubelet configuration to file "/var/lib/kubelet/config.yaml"');
  place(process, '/var/lib/kubelet/config.yaml', kubeletConfiguration(), 0o644);
}

/** Waits until the kubelet says that it is well. */
export function* checkKubelet(process: Process): Task<void> {
  yield* say(process, '[kubelet-check] Waiting for a healthy kubelet at http://127.0.0.1:10248/healthz. This can take up to 4m0s');
  yield* process.sleep(500);
  yield* say(process, '[kubelet-check] The kubelet is healthy after 500ms');
}
