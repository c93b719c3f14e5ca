import type { PolicyRule } from '../../api/generated/types.ts';
import type { UserInfo } from '../authn/user.ts';
import type { Attributes, Authorizer, Decision, NonResourceRule, ResourceRule, Rules } from './authorizer.ts';
import type { Grant, PolicyIndex } from './policy-index.ts';
import { ruleAllows } from './rules.ts';

/** What is known of one user while no role and no binding changes. */
interface Held {
  readonly grants: Map<string, readonly Grant[]>;
  readonly decisions: Map<string, Decision>;
  /** Some rule names objects: the name is part of the question. */
  named: boolean;
}

const MOST_DECISIONS = 2000;

/** The RBAC authorizer: whatever some role that is bound to the user, or to one of their groups, allows. */
export class RbacAuthorizer implements Authorizer {
  readonly #held = new Map<string, Held>();
  /** The same by identity: a component is the same object at each request. */
  #byUser = new WeakMap<UserInfo, Held>();
  #revision = -1;

  constructor(readonly index: PolicyIndex) {}

  authorize(attributes: Attributes): Decision {
    const { user, verb, group, resource, subresource, namespace, name, path, isResource } = attributes;
    const held = this.#of(user);
    // The cluster's grants and the namespace's have to be known before `named` is.
    const cluster = this.#grants(held, user, '');
    const local = namespace === '' ? [] : this.#grants(held, user, namespace);
    const what = isResource ? `${verb} ${group} ${resource} ${subresource} ${namespace} ${held.named ? name : ''}` : `${verb} ${path}`;
    const known = held.decisions.get(what);
    if (known !== undefined) return known;
    const decision = decide(attributes, cluster, local);
    if (held.decisions.size >= MOST_DECISIONS) held.decisions.clear();
    held.decisions.set(what, decision);
    return decision;
  }

  rulesFor(user: UserInfo, namespace: string): Rules {
    const resourceRules: ResourceRule[] = [];
    const nonResourceRules: NonResourceRule[] = [];
    const grants = this.#all(user, namespace);
    for (const rule of grants.flatMap(({ rules }) => rules)) {
      const { verbs, apiGroups = [], resources = [], resourceNames, nonResourceURLs = [] } = rule;
      if (resources.length > 0)
        resourceRules.push({ verbs, apiGroups, resources, ...(resourceNames === undefined ? {} : { resourceNames }) });
      if (nonResourceURLs.length > 0) nonResourceRules.push({ verbs, nonResourceURLs });
    }
    const error = errorsOf(grants);
    return { resourceRules, nonResourceRules, incomplete: error !== '', ...(error === '' ? {} : { evaluationError: error }) };
  }

  /** Every rule that a user has in a namespace ('': in all of them). */
  policyRules(user: UserInfo, namespace: string): PolicyRule[] {
    return this.#all(user, namespace).flatMap(({ rules }) => rules);
  }

  /** Roles that are bound to a user and are not there, in the words of the store. */
  missingRoles(user: UserInfo, namespace: string): string {
    return errorsOf(this.#all(user, namespace)).replaceAll('role.rbac.', 'roles.rbac.');
  }

  #all(user: UserInfo, namespace: string): readonly Grant[] {
    const held = this.#of(user);
    const cluster = this.#grants(held, user, '');
    return namespace === '' ? cluster : [...cluster, ...this.#grants(held, user, namespace)];
  }

  #of(user: UserInfo): Held {
    this.index.load();
    if (this.#revision !== this.index.revision) {
      this.#held.clear();
      this.#byUser = new WeakMap();
      this.#revision = this.index.revision;
    }
    const same = this.#byUser.get(user);
    if (same !== undefined) return same;
    const who = `${user.name}\n${user.groups.join('\n')}`;
    let held = this.#held.get(who);
    if (held === undefined) {
      held = { grants: new Map(), decisions: new Map(), named: false };
      if (this.#held.size >= MOST_DECISIONS * 10) this.#held.clear();
      this.#held.set(who, held);
    }
    this.#byUser.set(user, held);
    return held;
  }

  #grants(held: Held, user: UserInfo, scope: string): readonly Grant[] {
    let grants = held.grants.get(scope);
    if (grants === undefined) {
      grants = this.index.grants(user, scope);
      held.grants.set(scope, grants);
      if (!held.named && grants.some(({ rules }) => rules.some(({ resourceNames }) => (resourceNames ?? []).length > 0))) {
        held.named = true;
        held.decisions.clear();
      }
    }
    return grants;
  }
}

function decide(attributes: Attributes, cluster: readonly Grant[], local: readonly Grant[]): Decision {
  const grants = [...cluster, ...local];
  for (const { rules, source } of grants)
    if (rules.some((rule) => ruleAllows(rule, attributes))) return { allowed: true, reason: `RBAC: allowed by ${source}` };
  const errors = errorsOf(grants);
  return { allowed: false, reason: errors === '' ? '' : `RBAC: ${errors}` };
}

/** utilerrors.Aggregate: each text once, several in brackets. */
function errorsOf(grants: readonly Grant[]): string {
  const errors = [...new Set(grants.flatMap(({ error }) => (error === undefined ? [] : [error])))];
  return errors.length > 1 ? `[${errors.join(', ')}]` : (errors[0] ?? '');
}
