import { MASTERS, type UserInfo } from '../authn/user.ts';
import type { Attributes, Authorizer, Decision, Rules } from './authorizer.ts';
import { nodeIdentity, type NodeAuthorizer } from './node.ts';
import type { RbacAuthorizer } from './rbac.ts';

/** --authorization-mode=Node,RBAC, with the group system:masters before both. The first that allows decides. */
export class NodeRbac implements Authorizer {
  constructor(
    readonly node: NodeAuthorizer,
    readonly rbac: RbacAuthorizer,
  ) {}

  authorize(attributes: Attributes): Decision {
    if (attributes.user.groups.includes(MASTERS)) return { allowed: true, reason: '' };
    const byNode = this.node.authorize(attributes);
    if (byNode.allowed) return byNode;
    const byRole = this.rbac.authorize(attributes);
    if (byRole.allowed || byNode.reason === '') return byRole;
    return { allowed: false, reason: byRole.reason === '' ? byNode.reason : `${byNode.reason}\n${byRole.reason}` };
  }

  rulesFor(user: UserInfo, namespace: string): Rules {
    const rules = this.rbac.rulesFor(user, namespace);
    if (nodeIdentity(user) === undefined) return rules;
    const own = 'node authorizer does not support user rule resolution';
    const errors = [own, ...(rules.evaluationError === undefined ? [] : [rules.evaluationError])];
    return { ...rules, incomplete: true, evaluationError: errors.length > 1 ? `[${errors.join(', ')}]` : own };
  }
}
