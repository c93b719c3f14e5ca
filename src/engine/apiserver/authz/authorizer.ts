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
  /** The fields that a list, watch or deletecollection asks to be equal to a value. */
  readonly fields?: Readonly<Record<string, string>>;
}

export interface Decision {
  readonly allowed: boolean;
  /** Why, as reviews and refusals show it. */
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

export interface Rules {
  readonly resourceRules: readonly ResourceRule[];
  readonly nonResourceRules: readonly NonResourceRule[];
  readonly incomplete: boolean;
  readonly evaluationError?: string;
}

/** The authorization stage. `rulesFor` answers SelfSubjectRulesReview. */
export interface Authorizer {
  authorize(attributes: Attributes): Decision;
  rulesFor(user: UserInfo, namespace: string): Rules;
}

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** The 403 of the authorization stage. */
export function forbidAccess(attributes: Attributes, reason = ''): Error {
  const { user, verb, group, resource, subresource, namespace, name, path } = attributes;
  const who = `User ${JSON.stringify(user.name)} cannot ${verb}`;
  // responsewriters.Forbidden: the sentence is made safe for a page, the reason is not.
  const say = (sentence: string): string => {
    const safe = sentence.replace(/[&<>]/g, (character) => HTML[character] as string);
    return reason === '' ? safe : `${safe}: ${reason}`;
  };
  if (!attributes.isResource) return failure(403, 'Forbidden', `forbidden: ${say(`${who} path ${JSON.stringify(path)}`)}`, {});
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  return forbidden(
    { group, resource, name },
    say(`${who} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}`),
  );
}
