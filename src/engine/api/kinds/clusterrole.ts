import type { ClusterRole } from '../generated/types.ts';
import { plainColumns } from '../printing/created-at.ts';
import { validateClusterRole } from '../rbac/validate.ts';
import { plainStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

export const clusterRole = v1Kind<ClusterRole>({
  group: 'rbac.authorization.k8s.io',
  kind: 'ClusterRole',
  resource: 'clusterroles',
  namespaced: false,
  nameRule: 'path-segment',
  strategy: plainStrategy<ClusterRole>({
    create: validateClusterRole,
    update: (role, _old, findings) => validateClusterRole(role, findings),
  }),
  columns: plainColumns(),
  fidelity: { level: 'modelled' },
});
