import type { MatchResources, NamedRuleWithOperations, Namespace } from '../../api/generated/types.ts';
import { matchesSelector } from '../../api/selector.ts';
import { apiVersion, type Kind } from '../../api/kind.ts';
import type { ApiObject } from '../../api/meta.ts';
import type { Operation } from './admission.ts';

type Labels = Readonly<Record<string, string>> | undefined;
type Selector = MatchResources['objectSelector'];

/**
 * The kind as which a write is one that rules and selectors speak of: where they ask for what is equivalent, that may be
 * another version, or another group, of what was written.
 */
export function matchedKind(
  operation: Operation,
  match: MatchResources,
  namespace: Namespace | undefined,
  equivalents: (kind: Kind) => readonly Kind[],
): Kind | undefined {
  const { matchPolicy, resourceRules, excludeResourceRules = [], objectSelector, namespaceSelector } = match;
  const { object, old, kind } = operation;
  const isNamespace = kind.group === '' && kind.resource === 'namespaces';
  const labels = isNamespace ? (object ?? old)?.metadata.labels : namespace?.metadata.labels;
  // What lives in no namespace is not selected by one's labels.
  if ((isNamespace || kind.namespaced) && !matchesLabelSelector(labels, namespaceSelector)) return undefined;
  if (![object, old].some((one) => one !== undefined && matchesObject(one, objectSelector))) return undefined;
  const found = (rules: readonly NamedRuleWithOperations[]): Kind | undefined => {
    if (rules.some((rule) => matchesRule(operation, kind, rule))) return kind;
    if (rules.length === 0 || matchPolicy !== 'Equivalent') return undefined;
    const others = equivalents(kind);
    for (const rule of rules) for (const other of others) if (matchesRule(operation, other, rule)) return other;
    return undefined;
  };
  if (found(excludeResourceRules) !== undefined) return undefined;
  return resourceRules === undefined || resourceRules.length === 0 ? kind : found(resourceRules);
}

/** An object as another of its kinds shows it. */
export function inKind<T extends ApiObject | undefined>(object: T, from: Kind, to: Kind): T {
  if (object === undefined || from === to) return object;
  const stored = from.view === undefined ? object : from.view.toStored(object);
  if (to.view !== undefined) return to.view.fromStored(stored) as T;
  return { ...stored, apiVersion: apiVersion(to), kind: to.kind } as T;
}

/** What a connection asks for has no labels; a selector that selects anything at all does not select it. */
function matchesObject({ metadata }: Partial<ApiObject>, selector: Selector): boolean {
  return metadata === undefined ? isEmpty(selector) : matchesLabelSelector(metadata.labels, selector);
}

const isEmpty = (selector: Selector): boolean =>
  Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions ?? []).length === 0;

export function matchesLabelSelector(labels: Labels, selector: Selector): boolean {
  if (selector === undefined) return true;
  if (selector.matchLabels === undefined && selector.matchExpressions === undefined) return true;
  return matchesSelector(selector, labels);
}

function matchesRule({ verb, name, subresource }: Operation, kind: Kind, rule: NamedRuleWithOperations): boolean {
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

/** The operation as those see it who asked for another version of the kind. */
export function asKind(operation: Operation, kind: Kind): Operation {
  const { object, old } = operation;
  return {
    ...operation,
    kind,
    ...(object === undefined ? {} : { object: inKind(object, operation.kind, kind) }),
    ...(old === undefined ? {} : { old: inKind(old, operation.kind, kind) }),
  };
}
