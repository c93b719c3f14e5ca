import type { RoleBinding } from '../generated/types.ts';
import { bindingColumns } from '../printing/subjects.ts';
import { setBindingDefaults, validateBinding, validateBindingUpdate } from '../rbac/validate.ts';
import { plainStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

const ROLES = ['Role', 'ClusterRole'];

export const roleBinding = v1Kind<RoleBinding>({
  group: 'rbac.authorization.k8s.io',
  kind: 'RoleBinding',
  resource: 'rolebindings',
  namespaced: true,
  nameRule: 'path-segment',
  defaults: setBindingDefaults,
  strategy: plainStrategy<RoleBinding>({ create: validateBinding(ROLES, true), update: validateBindingUpdate(ROLES, true) }),
  columns: bindingColumns(
    'roleBinding',
    'RoleRef can reference a Role in the current namespace or a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.',
  ),
  fidelity: { level: 'modelled' },
});
