import type { MatchResources, NamedRuleWithOperations, Namespace } from '../../api/generated/types.ts';
import { matchesSelector } from '../../api/selector.ts';
import type { Operation } from './admission.ts';

type Labels = Readonly<Record<string, string>> | undefined;
type Selector = MatchResources['objectSelector'];

/** Whether a write is one that rules and selectors speak of. */
export function matchesResources(operation: Operation, match: MatchResources, namespace: Namespace | undefined): boolean {
  const { resourceRules, excludeResourceRules = [], objectSelector, namespaceSelector } = match;
  if (excludeResourceRules.some((rule) => matchesRule(operation, rule))) return false;
  if (resourceRules !== undefined && resourceRules.length > 0 && !resourceRules.some((rule) => matchesRule(operation, rule))) return false;
  const { object, old, kind } = operation;
  const isNamespace = kind.group === '' && kind.resource === 'namespaces';
  const labels = isNamespace ? (object ?? old)?.metadata.labels : namespace?.metadata.labels;
  // What lives in no namespace is not selected by one's labels.
  if ((isNamespace || kind.namespaced) && !matchesLabelSelector(labels, namespaceSelector)) return false;
  return [object, old].some((one) => one !== undefined && matchesLabelSelector(one.metadata.labels, objectSelector));
}

export function matchesLabelSelector(labels: Labels, selector: Selector): boolean {
  if (selector === undefined) return true;
  if (selector.matchLabels === undefined && selector.matchExpressions === undefined) return true;
  return matchesSelector(selector, labels);
}

function matchesRule({ verb, kind, name, subresource }: Operation, rule: NamedRuleWithOperations): boolean {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], resourceNames = [], scope = '*' } = rule;
  const has = (list: readonly string[], value: string): boolean => list.includes('*') || list.includes(value);
  if (!has(operations, verb.toUpperCase()) || !has(apiGroups, kind.group) || !has(apiVersions, kind.version)) return false;
  if (scope !== '*' && (scope === 'Namespaced') !== kind.namespaced) return false;
  if (resourceNames.length > 0 && !resourceNames.includes(name)) return false;
  return resources.some((resource) => {
    const [wanted = '', below = ''] = resource.split('/');
    return (wanted === '*' || wanted === kind.resource) && (resource === '*' ? subresource === '' : below === '*' || below === subresource);
  });
}
