import { dump } from 'js-yaml';

/** Parts that the manifests of add-ons have in common. */

export const RBAC = 'rbac.authorization.k8s.io';

export interface Account {
  readonly name: string;
  readonly namespace: string;
}
type Labels = Readonly<Record<string, string>>;

/** Gives a service account the rights of a ClusterRole everywhere. */
export function clusterRoleBinding(name: string, role: string, account: Account, labels: Labels): object {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name, labels },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  };
}

/** The Service under which the API server finds the pods that extend it. */
export function extensionService(account: Account, labels: Labels): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...account, labels },
    spec: { selector: labels, ports: [{ name: 'https', port: 443, targetPort: 'https' }] },
  };
}

/** As a file for `kubectl apply -f`. */
export function manifestsYaml(manifests: readonly object[]): string {
  return manifests.map((manifest) => dump(manifest, { noRefs: true })).join('---\n');
}
