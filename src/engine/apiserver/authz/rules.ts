import type { PolicyRule } from '../../api/generated/types.ts';
import type { Attributes } from './authorizer.ts';

/** rbac.RuleAllows: whether one rule of a role lets a request through. */
export function ruleAllows(rule: PolicyRule, { isResource, verb, group, resource, subresource, name, path }: Attributes): boolean {
  if (!holds(rule.verbs, verb)) return false;
  if (!isResource) return rule.nonResourceURLs?.some((pattern) => matchesPath(pattern, path)) === true;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  return (
    holds(rule.apiGroups, group) &&
    (holds(rule.resources, what) || (subresource !== '' && rule.resources?.includes(`*/${subresource}`) === true)) &&
    ((rule.resourceNames ?? []).length === 0 || rule.resourceNames?.includes(name) === true)
  );
}

/**
 * validation.Covers: what of the wanted rules the owner's rules do not grant, broken down to one verb of one resource
 * (and name) or URL each.
 */
export function missingRights(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(breakDown).filter((single) => !owned.some((rule) => covers(rule, single)));
}

/** What is missing, in one line a resource: `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`. */
export function describeRights(rules: readonly PolicyRule[]): string[] {
  const lines = new Map<string, PolicyRule>();
  for (const rule of rules) {
    const { verbs, ...rest } = rule;
    const key = (rule.nonResourceURLs ?? []).length > 0 ? JSON.stringify(rule) : JSON.stringify(rest);
    const before = lines.get(key);
    lines.set(key, before === undefined ? rule : { ...before, verbs: [...before.verbs, ...verbs] });
  }
  return [...new Set([...lines.values()].map(compactText))].sort();
}

export const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

function breakDown({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule): PolicyRule[] {
  const singles: PolicyRule[] = [];
  for (const group of apiGroups) {
    for (const resource of resources) {
      for (const verb of verbs) {
        const single = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if (resourceNames.length === 0) singles.push(single);
        else for (const name of resourceNames) singles.push({ ...single, resourceNames: [name] });
      }
    }
  }
  for (const url of nonResourceURLs) for (const verb of verbs) singles.push({ verbs: [verb], nonResourceURLs: [url] });
  return singles;
}

/** The subrule has one value of each at most. */
function covers(owner: PolicyRule, single: PolicyRule): boolean {
  const all = (values: readonly string[] | undefined, test: (value: string) => boolean): boolean => (values ?? []).every(test);
  const names = owner.resourceNames ?? [];
  return (
    all(single.verbs, (verb) => holds(owner.verbs, verb)) &&
    all(single.apiGroups, (group) => holds(owner.apiGroups, group)) &&
    all(single.resources, (resource) => {
      const slash = resource.indexOf('/');
      return holds(owner.resources, resource) || (slash >= 0 && owner.resources?.includes(`*${resource.slice(slash)}`) === true);
    }) &&
    all(single.nonResourceURLs, (url) => owner.nonResourceURLs?.some((pattern) => coversPath(pattern, url)) === true) &&
    (names.length === 0 || ((single.resourceNames ?? []).length > 0 && all(single.resourceNames, (name) => names.includes(name))))
  );
}

function compactText({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const parts = {
    APIGroups: apiGroups,
    Resources: resources,
    NonResourceURLs: nonResourceURLs,
    ResourceNames: resourceNames,
    Verbs: verbs,
  };
  const shown = Object.entries(parts).filter(([, values]) => (values ?? []).length > 0);
  return `{${shown.map(([name, values]) => `${name}:${goList(values ?? [])}`).join(', ')}}`;
}

/** `%q` of a list of texts. */
export const goList = (items: readonly string[]): string => `[${items.map((item) => JSON.stringify(item)).join(' ')}]`;

const holds = (list: readonly string[] | undefined, wanted: string): boolean =>
  list !== undefined && (list.includes('*') || list.includes(wanted));

function matchesPath(pattern: string, path: string): boolean {
  return pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/, '')));
}

const coversPath = (owner: string, path: string): boolean =>
  owner === path || (owner.endsWith('*') && path.startsWith(owner.replace(/\*+$/, '')));
