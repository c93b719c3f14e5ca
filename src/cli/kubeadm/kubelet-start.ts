import { kubeletConfiguration } from '../../engine/api/bootstrap/cluster-configuration.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { say } from './pki-phase.ts';
import { place } from './place.ts';

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
