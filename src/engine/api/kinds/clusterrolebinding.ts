import type { ClusterRoleBinding } from '../generated/types.ts';
import { bindingColumns } from '../printing/subjects.ts';
import { setBindingDefaults, validateBinding, validateBindingUpdate } from '../rbac/validate.ts';
import { plainStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

const ROLES = ['ClusterRole'];

export const clusterRoleBinding = v1Kind<ClusterRoleBinding>({
  group: 'rbac.authorization.k8s.io',
  kind: 'ClusterRoleBinding',
  resource: 'clusterrolebindings',
  namespaced: false,
  nameRule: 'path-segment',
  defaults: setBindingDefaults,
  strategy: plainStrategy<ClusterRoleBinding>({ create: validateBinding(ROLES, false), update: validateBindingUpdate(ROLES, false) }),
  columns: bindingColumns(
    'clusterRoleBinding',
    'RoleRef can only reference a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.',
  ),
  fidelity: { level: 'modelled' },
});
