import type { LabelSelector } from './meta.ts';
import { formatRequirement, matchesRequirement, newRequirement, type Operator, type Requirement } from './requirement.ts';

/** Label selectors as objects in specs (`LabelSelector`); the text forms of queries are read beside. */

export { parseFieldSelector, type FieldRequirement } from './field-selector.ts';
export { parseLabelSelector } from './selector-parser.ts';
export type { Operator, Requirement } from './requirement.ts';

const OBJECT_OPERATORS: Readonly<Record<string, Operator>> = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };

/** The requirements of a `LabelSelector`, sorted by key. Throws an `Error` with the server's sentence where it is not valid. */
export function labelSelectorRequirements(selector: LabelSelector): Requirement[] {
  const requirements = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => newRequirement(key, '=', [value]));
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const op = OBJECT_OPERATORS[operator];
    if (op === undefined) throw new Error(`${JSON.stringify(operator)} is not a valid label selector operator`);
    requirements.push(newRequirement(key, op, values ?? []));
  }
  return requirements.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

export function matchesLabels(requirements: readonly Requirement[], labels: Readonly<Record<string, string>> | undefined): boolean {
  for (const requirement of requirements) if (!matchesRequirement(requirement, labels)) return false;
  return true;
}

// Selectors are immutable values: what one asks for is worked out once.
const requirementsOf = new WeakMap<LabelSelector, readonly Requirement[]>();

/** An absent selector selects nothing, an empty one everything. */
export function matchesSelector(selector: LabelSelector | undefined, labels: Readonly<Record<string, string>> | undefined): boolean {
  if (selector === undefined) return false;
  let requirements = requirementsOf.get(selector);
  if (requirements === undefined) {
    requirements = labelSelectorRequirements(selector);
    requirementsOf.set(selector, requirements);
  }
  return matchesLabels(requirements, labels);
}

/** Canonical text: `app=web,tier in (a,b),!old`. */
export function formatRequirements(requirements: readonly Requirement[]): string {
  return requirements.map(formatRequirement).join(',');
}

/** As tables print a selector: `<none>` for an empty or absent one, `<error>` for one that is not valid. */
export function formatLabelSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return '<none>';
  try {
    return formatRequirements(labelSelectorRequirements(selector)) || '<none>';
  } catch {
    return '<error>';
  }
}

/** `a=b,c=d` in the order of keys, as `labels.FormatLabels`; `<none>` when empty. */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.sort().join(',') || '<none>';
}
