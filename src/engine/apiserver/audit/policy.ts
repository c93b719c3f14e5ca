import type { Attributes } from '../authz/authorizer.ts';

/** How much of a request is written down. */
export const LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
export type Level = (typeof LEVELS)[number];

/** When an event is written. */
export const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type Stage = (typeof STAGES)[number];

export interface GroupResources {
  /** '' for the core group. */
  readonly group?: string;
  // `pods`, `pods/log`, `pods/*`, `*` with a subresource, or `*` alone; none for all of the group.
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

export interface PolicyRule {
  readonly level: Level;
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly GroupResources[];
  /** '' for what has no namespace. */
  readonly namespaces?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly omitStages?: readonly Stage[];
  readonly omitManagedFields?: boolean;
}

/** The file of `--audit-policy-file`: `audit.k8s.io/v1`, kind `Policy`. */
export interface Policy {
  readonly apiVersion: 'audit.k8s.io/v1';
  readonly kind: 'Policy';
  readonly rules: readonly PolicyRule[];
  readonly omitStages?: readonly Stage[];
  readonly omitManagedFields?: boolean;
}

export interface Verdict {
  readonly level: Level;
  readonly omitStages: readonly Stage[];
  readonly omitManagedFields: boolean;
}

/** The first rule that fits decides. What none speaks of is not written down. */
export function evaluate(policy: Policy, attributes: Attributes): Verdict {
  const rule = policy.rules.find((one) => fits(one, attributes));
  return {
    level: rule?.level ?? 'None',
    omitStages: [...(policy.omitStages ?? []), ...(rule?.omitStages ?? [])],
    omitManagedFields: rule?.omitManagedFields ?? policy.omitManagedFields ?? false,
  };
}

function fits(rule: PolicyRule, attributes: Attributes): boolean {
  const { user, verb } = attributes;
  const { users = [], userGroups = [], verbs = [], namespaces = [], resources = [], nonResourceURLs = [] } = rule;
  if (users.length > 0 && !users.includes(user.name)) return false;
  if (userGroups.length > 0 && !user.groups.some((group) => userGroups.includes(group))) return false;
  if (verbs.length > 0 && !verbs.includes(verb)) return false;
  if (namespaces.length > 0 || resources.length > 0) return fitsResource(namespaces, resources, attributes);
  if (nonResourceURLs.length > 0) return !attributes.isResource && nonResourceURLs.some((url) => fitsPath(attributes.path, url));
  return true;
}

function fitsResource(namespaces: readonly string[], resources: readonly GroupResources[], attributes: Attributes): boolean {
  if (!attributes.isResource || (namespaces.length > 0 && !namespaces.includes(attributes.namespace))) return false;
  return (
    resources.length === 0 ||
    resources.some(({ group = '', resources: names = [], resourceNames = [] }) => {
      if (group !== attributes.group) return false;
      if (names.length === 0) return true;
      // With names of objects, `list` and `create` are not spoken of: they have none.
      return (resourceNames.length === 0 || resourceNames.includes(attributes.name)) && names.some((name) => fitsName(name, attributes));
    })
  );
}

function fitsName(name: string, { resource, subresource }: Attributes): boolean {
  if (name === '*' || name === (subresource === '' ? resource : `${resource}/${subresource}`)) return true;
  if (subresource !== '' && name === `*/${subresource}`) return true;
  return name === `${resource}/*`;
}

function fitsPath(path: string, url: string): boolean {
  return url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, '')));
}
