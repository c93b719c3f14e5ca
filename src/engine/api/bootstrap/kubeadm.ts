import type { ClusterRole, ClusterRoleBinding, PolicyRule, Subject } from '../generated/types.ts';

const GROUP = 'rbac.authorization.k8s.io';
const API = `${GROUP}/v1`;

/** Cluster roles that kubeadm adds to those of the API server: for its administrators, joining nodes, the proxy and CoreDNS. */
export function kubeadmRoles(): ClusterRole[] {
  return [
    role('kubeadm:get-nodes', [{ verbs: ['get'], apiGroups: [''], resources: ['nodes'] }]),
    role('system:coredns', [
      { verbs: ['list', 'watch'], apiGroups: [''], resources: ['endpoints', 'services', 'pods', 'namespaces'] },
      { verbs: ['list', 'watch'], apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'] },
    ]),
  ];
}

export function kubeadmBindings(): ClusterRoleBinding[] {
  const joining = group('system:bootstrappers:kubeadm:default-node-token');
  return [
    binding('kubeadm:cluster-admins', 'cluster-admin', group('kubeadm:cluster-admins')),
    binding('kubeadm:get-nodes', 'kubeadm:get-nodes', joining),
    binding('kubeadm:kubelet-bootstrap', 'system:node-bootstrapper', joining),
    binding('kubeadm:node-autoapprove-bootstrap', 'system:certificates.k8s.io:certificatesigningrequests:nodeclient', joining),
    binding(
      'kubeadm:node-autoapprove-certificate-rotation',
      'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
      group('system:nodes'),
    ),
    binding('kubeadm:node-proxier', 'system:node-proxier', account('kube-proxy')),
    binding('system:coredns', 'system:coredns', account('coredns')),
  ];
}

function role(name: string, rules: PolicyRule[]): ClusterRole {
  return { apiVersion: API, kind: 'ClusterRole', metadata: { name }, rules };
}

function binding(name: string, to: string, subject: Subject): ClusterRoleBinding {
  const roleRef = { apiGroup: GROUP, kind: 'ClusterRole', name: to };
  return { apiVersion: API, kind: 'ClusterRoleBinding', metadata: { name }, subjects: [subject], roleRef };
}

const group = (name: string): Subject => ({ kind: 'Group', apiGroup: GROUP, name });
const account = (name: string): Subject => ({ kind: 'ServiceAccount', name, namespace: 'kube-system' });
