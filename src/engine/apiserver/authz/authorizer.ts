import { failure, forbidden } from '../../api/errors.ts';
import type { UserInfo } from '../authn/user.ts';

/** What somebody wants to do. */
export interface Attributes {
  readonly user: UserInfo;
  readonly verb: string;
  readonly isResource: boolean;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource: string;
  /** '' at the cluster scope. */
  readonly namespace: string;
  readonly name: string;
  /** For what is no resource. */
  readonly path: string;
}

export interface Decision {
  readonly allowed: boolean;
  /** Why, as reviews show it. */
  readonly reason: string;
}

export interface ResourceRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface NonResourceRule {
  readonly verbs: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** The authorization stage. `rulesFor` answers SelfSubjectRulesReview. */
export interface Authorizer {
  authorize(attributes: Attributes): Decision;
  rulesFor(user: UserInfo, namespace: string): { resourceRules: readonly ResourceRule[]; nonResourceRules: readonly NonResourceRule[] };
}

/** The 403 of the authorization stage. */
export function forbidAccess(attributes: Attributes): Error {
  const { user, verb, group, resource, subresource, namespace, name, path } = attributes;
  const who = `User ${JSON.stringify(user.name)} cannot ${verb}`;
  if (!attributes.isResource) return failure(403, 'Forbidden', `forbidden: ${who} path ${JSON.stringify(path)}`, {});
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const why = `${who} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}`;
  return forbidden({ group, resource, name }, why);
}
