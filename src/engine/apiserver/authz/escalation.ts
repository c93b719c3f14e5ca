import { forbidden, notFound } from '../../api/errors.ts';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding } from '../../api/generated/types.ts';
import { semanticallyEqual } from '../../api/equality.ts';
import type { ApiObject } from '../../api/meta.ts';
import type { AdmissionPlugin, Operation } from '../admission/admission.ts';
import { MASTERS, type UserInfo } from '../authn/user.ts';
import type { Authorizer } from './authorizer.ts';
import type { RbacAuthorizer } from './rbac.ts';
import { EVERYTHING, describeRights, goList, missingRights } from './rules.ts';

const GROUP = 'rbac.authorization.k8s.io';
const ROLES = new Set(['roles', 'clusterroles']);

/**
 * Nobody gives away what they do not have: who writes a role must hold its rules (or be allowed to `escalate`), who
 * writes a binding must hold those of its role (or be allowed to `bind` it). Upstream the storage of these kinds does
 * it (`policybased`), after mutating admission and before validation: the place of a last mutating plugin.
 */
export function escalationCheck(authorizer: Authorizer, rbac: RbacAuthorizer): AdmissionPlugin {
  return {
    name: 'RBACEscalationCheck',
    admit(operation: Operation): void {
      const { verb, kind, object, old, context } = operation;
      if (kind.group !== GROUP || object === undefined || verb === 'delete') return;
      const { user } = context;
      if (user.groups.includes(MASTERS)) return;
      const isRole = ROLES.has(kind.resource);
      if (isRole ? mayEscalate(operation, authorizer) : mayBind(operation, authorizer)) return;
      if (old !== undefined && onlyForGarbageCollection(object, old)) return;
      const refuse = (why: string): Error => forbidden({ group: GROUP, resource: kind.resource, name: object.metadata.name ?? '' }, why);
      const rules = isRole ? ((object as Role).rules ?? []) : boundRules(operation, rbac);
      const missing = escalation(user, rules, rbac.policyRules(user, operation.namespace));
      if (missing !== undefined) {
        const errors = rbac.missingRoles(user, operation.namespace);
        throw refuse(errors === '' ? missing : `${missing}; resolution errors: [${errors}]`);
      }
      // Rules that gather themselves may gather anything.
      const gathers = (role: ApiObject | undefined): boolean =>
        kind.resource === 'clusterroles' && ((role as ClusterRole | undefined)?.aggregationRule?.clusterRoleSelectors ?? []).length > 0;
      if ((gathers(object) || gathers(old)) && missingRights(rbac.policyRules(user, ''), EVERYTHING).length > 0)
        throw refuse('must have cluster-admin privileges to use the aggregationRule');
    },
  };
}

function escalation(user: UserInfo, wanted: readonly PolicyRule[], owned: readonly PolicyRule[]): string | undefined {
  const missing = missingRights(owned, wanted);
  if (missing.length === 0) return undefined;
  const who = `user ${JSON.stringify(user.name)} (groups=${goList(user.groups)})`;
  return `${who} is attempting to grant RBAC permissions not currently held:\n${describeRights(missing).join('\n')}`;
}

function boundRules({ object, namespace }: Operation, { index }: RbacAuthorizer): readonly PolicyRule[] {
  const { roleRef } = object as RoleBinding | ClusterRoleBinding;
  const rules = index.rulesOf(roleRef, namespace);
  if (rules === undefined)
    throw notFound({ group: GROUP, resource: roleRef.kind === 'Role' ? 'roles' : 'clusterroles', name: roleRef.name });
  return rules;
}

function mayEscalate({ kind, namespace, context }: Operation, authorizer: Authorizer): boolean {
  const { user, info } = context;
  const attributes = { user, verb: 'escalate', isResource: true, group: GROUP, version: '*', resource: kind.resource };
  return authorizer.authorize({ ...attributes, subresource: '', namespace, name: info.name, path: '' }).allowed;
}

function mayBind({ object, namespace, context }: Operation, authorizer: Authorizer): boolean {
  const roleRef = (object as RoleBinding).roleRef ?? { apiGroup: '', kind: '', name: '' };
  const resource = roleRef.kind === 'Role' ? 'roles' : roleRef.kind === 'ClusterRole' ? 'clusterroles' : '';
  if (resource === '') return false;
  const attributes = { user: context.user, verb: 'bind', isResource: true, group: roleRef.apiGroup ?? '', version: '*', resource };
  return authorizer.authorize({ ...attributes, subresource: '', namespace, name: roleRef.name, path: '' }).allowed;
}

/** The garbage collector takes owners and finalizers away, and grants nothing by it. */
function onlyForGarbageCollection(object: ApiObject, old: ApiObject): boolean {
  const bare = ({ metadata, ...rest }: ApiObject): object => {
    const { ownerReferences: _o, finalizers: _f, managedFields: _m, resourceVersion: _r, ...others } = metadata;
    return { ...rest, metadata: others };
  };
  return semanticallyEqual(bare(object), bare(old));
}
