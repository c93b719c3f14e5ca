import { encodeText } from '../engine/api/base64.ts';
import { practiceAuthority } from '../engine/api/x509/practice-authority.ts';
import { certify } from '../engine/api/x509/serving-certificate.ts';
import { encode } from '../engine/os/text.ts';
import type { Simulation } from '../engine/sim/simulation.ts';
import { HOUR, MINUTE } from '../engine/sim/time.ts';
import type { Workstation } from '../shell/workstation.ts';

const YEAR = 365 * 24 * HOUR;

/** `~/.kube/config`, a copy of the control plane's admin.conf: with the cluster's authority, and the administrator's certificate and key; its names are minikube's in a cluster of minikube. */
export function adminAccess({ files, home, options }: Workstation, sim: Simulation, minikube?: 'minikube'): void {
  files.makeDirectory(`${home}/.kube`);
  files.lazyFile(`${home}/.kube/config`, () => encode(adminKubeconfig(sim, minikube)), { mode: 0o600, user: options.user ?? 'learner' });
}

function adminKubeconfig(sim: Simulation, minikube: string | undefined): string {
  const [cluster, user] = minikube === undefined ? ['kubernotes', 'kubernetes-admin'] : [minikube, minikube];
  const context = minikube ?? 'kubernetes-admin@kubernotes';
  const authority = practiceAuthority();
  const { certificate, key } = certify(authority, {
    commonName: 'kubernetes-admin',
    organizations: ['kubeadm:cluster-admins', 'system:masters'],
    usages: ['digital signature', 'key encipherment', 'client auth'],
    notBefore: sim.start - 5 * MINUTE,
    notAfter: sim.start + YEAR,
    seed: `kubernetes-admin/${sim.seed}`,
  });
  return `apiVersion: v1
kind: Config
clusters:
- name: ${cluster}
  cluster:
    certificate-authority-data: ${encodeText(authority.certificate)}
    server: https://192.168.0.10:6443
contexts:
- name: ${context}
  context:
    cluster: ${cluster}
    user: ${user}
current-context: ${context}
users:
- name: ${user}
  user:
    client-certificate-data: ${encodeText(certificate)}
    client-key-data: ${encodeText(key)}
`;
}
