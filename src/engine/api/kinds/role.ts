import type { Role } from '../generated/types.ts';
import { plainColumns } from '../printing/created-at.ts';
import { validateRole } from '../rbac/validate.ts';
import { plainStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

export const role = v1Kind<Role>({
  group: 'rbac.authorization.k8s.io',
  kind: 'Role',
  resource: 'roles',
  namespaced: true,
  nameRule: 'path-segment',
  strategy: plainStrategy<Role>({ create: validateRole, update: (role, _old, findings) => validateRole(role, findings) }),
  columns: plainColumns(),
  fidelity: { level: 'modelled' },
});
