import type { Credentials } from '../apiserver/types.ts';

const ROOT = 'system:kube-controller-manager';
const SYSTEM = 'kube-system';

/** Where the service account is not called as the controller with `-controller` behind. */
const ACCOUNTS: Readonly<Record<string, string>> = {
  'csr-approving': 'certificate-controller',
  'csr-cleaner': 'certificate-controller',
  'csr-signing': 'certificate-controller',
  daemonset: 'daemon-set-controller',
  endpoints: 'endpoint-controller',
  'endpointslice-mirroring': 'endpointslicemirroring-controller',
  'garbage-collector': 'generic-garbage-collector',
  'horizontal-pod-autoscaler': 'horizontal-pod-autoscaler',
  'node-ipam': 'node-controller',
  'node-lifecycle': 'node-controller',
  'persistentvolume-binder': 'persistent-volume-binder',
  'pod-garbage-collector': 'pod-garbage-collector',
  replicationcontroller: 'replication-controller',
  resourceclaim: 'resource-claim-controller',
  'root-ca-certificate-publisher': 'root-ca-cert-publisher',
  serviceaccount: 'service-account-controller',
  'taint-eviction': 'node-controller',
  'token-cleaner': 'token-cleaner',
};

/** The manager itself: the Lease, the shared caches, the events. */
export const MANAGER: Credentials = { kind: 'certificate', user: ROOT, groups: [] };

/**
 * --use-service-account-credentials, as kubeadm sets it: each controller acts as a service account of its own in
 * kube-system and may do what ClusterRole `system:controller:…` says. `controller/replicaset` is
 * `replicaset-controller`. The exchange of the manager's certificate for that account's token is not played.
 */
export function identityOf(actor: string): Credentials {
  // What makes the others' accounts and tokens cannot wait for its own.
  if (actor === 'controller/serviceaccount-token') return MANAGER;
  const controller = actor.replace(/^controller\//, '');
  const account = ACCOUNTS[controller] ?? `${controller}-controller`;
  return {
    kind: 'certificate',
    user: `system:serviceaccount:${SYSTEM}:${account}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${SYSTEM}`],
  };
}
