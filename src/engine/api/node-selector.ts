import type { NodeAffinity as NodeAffinitySpec, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, Pod } from './generated/types.ts';

type Labels = Readonly<Record<string, string>>;

/** component-helpers' nodeaffinity: does the node satisfy the pod's nodeSelector and required node affinity? */
export function matchesRequiredNodeAffinity(pod: Pod, nodeName: string, labels: Labels): boolean {
  const { nodeSelector, affinity } = pod.spec ?? {};
  for (const key in nodeSelector) if (labels[key] !== nodeSelector[key]) return false;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || matchesNodeSelector(required, nodeName, labels);
}

/** Terms are alternatives; a term without expressions matches nothing. */
export function matchesNodeSelector(selector: NodeSelector, nodeName: string, labels: Labels): boolean {
  for (const term of selector.nodeSelectorTerms) if (matchesTerm(term, nodeName, labels)) return true;
  return false;
}

function isEmptyTerm(term: NodeSelectorTerm): boolean {
  return (term.matchExpressions ?? []).length === 0 && (term.matchFields ?? []).length === 0;
}

/** Sum of the weights of the preferences that the node meets. */
export function preferenceScore(affinity: NodeAffinitySpec | undefined, nodeName: string, labels: Labels): number {
  let sum = 0;
  for (const { weight, preference } of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
    if (weight !== 0 && matchesTerm(preference, nodeName, labels)) sum += weight;
  }
  return sum;
}

function matchesTerm(term: NodeSelectorTerm, nodeName: string, labels: Labels): boolean {
  if (isEmptyTerm(term)) return false;
  for (const requirement of term.matchExpressions ?? []) if (!matchesRequirement(requirement, labels[requirement.key])) return false;
  for (const requirement of term.matchFields ?? []) {
    if (!matchesRequirement(requirement, requirement.key === 'metadata.name' ? nodeName : undefined)) return false;
  }
  return true;
}

function matchesRequirement({ operator, values = [] }: NodeSelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
    case 'Lt': {
      if (value === undefined || !/^[+-]?\d+$/.test(value) || !/^[+-]?\d+$/.test(values[0] ?? '')) return false;
      const [left, right] = [BigInt(value.replace('+', '')), BigInt((values[0] as string).replace('+', ''))];
      return operator === 'Gt' ? left > right : left < right;
    }
    default:
      return false;
  }
}
