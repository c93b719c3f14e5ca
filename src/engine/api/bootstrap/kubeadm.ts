import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from '../generated/types.ts';

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

/** Anybody may read cluster-info: machines that know nothing yet but a token. */
export function clusterInfoAccess(): { role: Role; binding: RoleBinding } {
  const anybody = { kind: 'User', apiGroup: GROUP, name: 'system:anonymous' };
  return {
    role: namespacedRole('kubeadm:bootstrap-signer-clusterinfo', 'kube-public', 'cluster-info'),
    binding: namespacedBinding('kubeadm:bootstrap-signer-clusterinfo', 'kube-public', [anybody]),
  };
}

/** Who joins reads how the cluster and its kubelets are configured. */
export function configAccess(): (Role | RoleBinding)[] {
  const subjects = [group('system:nodes'), group('system:bootstrappers:kubeadm:default-node-token')];
  return [
    ['kubeadm:nodes-kubeadm-config', 'kubeadm-config'],
    ['kubeadm:kubelet-config', 'kubelet-config'],
  ].flatMap(([name = '', map = '']) => [namespacedRole(name, 'kube-system', map), namespacedBinding(name, 'kube-system', subjects)]);
}

function namespacedRole(name: string, namespace: string, configMap: string): Role {
  const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['configmaps'], resourceNames: [configMap] }];
  return { apiVersion: API, kind: 'Role', metadata: { name, namespace }, rules };
}

function namespacedBinding(name: string, namespace: string, subjects: Subject[]): RoleBinding {
  const roleRef = { apiGroup: GROUP, kind: 'Role', name };
  return { apiVersion: API, kind: 'RoleBinding', metadata: { name, namespace }, roleRef, subjects };
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
