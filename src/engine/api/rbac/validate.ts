import { semanticallyEqual } from '../equality.ts';
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, RoleRef, Subject } from '../generated/types.ts';
import { isDNS1123Subdomain, isPathSegmentName } from '../names.ts';
import { validateLabelSelector } from '../validate-selector.ts';
import { labelSelectorRequirements } from '../selector.ts';
import type { Findings } from '../validation.ts';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';

export function validateRole({ rules }: Role, findings: Findings): void {
  for (const [index, rule] of (rules ?? []).entries()) validateRule(rule, true, `rules[${index}]`, findings);
}

export function validateClusterRole({ rules, aggregationRule }: ClusterRole, findings: Findings): void {
  for (const [index, rule] of (rules ?? []).entries()) validateRule(rule, false, `rules[${index}]`, findings);
  if (aggregationRule === undefined) return;
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  const path = 'aggregationRule.clusterRoleSelectors';
  if (selectors.length === 0) findings.required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil');
  for (const [index, selector] of selectors.entries()) {
    validateLabelSelector(selector, `${path}[${index}]`, findings);
    try {
      labelSelectorRequirements(selector);
    } catch {
      findings.add('FieldValueInvalid', `${path}[${index}]`, 'Invalid value: null: invalid label selector.');
    }
  }
}

function validateRule(
  { verbs, apiGroups, resources, nonResourceURLs }: PolicyRule,
  namespaced: boolean,
  path: string,
  findings: Findings,
): void {
  if ((verbs ?? []).length === 0) findings.required(`${path}.verbs`, 'verbs must contain at least one value');
  if ((nonResourceURLs ?? []).length > 0) {
    if (namespaced) findings.invalid(`${path}.nonResourceURLs`, nonResourceURLs, 'namespaced rules cannot apply to non-resource URLs');
    if ((apiGroups ?? []).length > 0 || (resources ?? []).length > 0)
      findings.invalid(`${path}.nonResourceURLs`, nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs');
    return;
  }
  if ((apiGroups ?? []).length === 0) findings.required(`${path}.apiGroups`, 'resource rules must supply at least one api group');
  if ((resources ?? []).length === 0) findings.required(`${path}.resources`, 'resource rules must supply at least one resource');
}

export function validateBinding(kinds: readonly string[], namespaced: boolean) {
  return ({ roleRef, subjects }: RoleBinding | ClusterRoleBinding, findings: Findings): void => {
    const { apiGroup = '', kind = '', name = '' } = roleRef ?? ({} as RoleRef);
    if (apiGroup !== RBAC_GROUP) findings.notSupported('roleRef.apiGroup', apiGroup, [RBAC_GROUP]);
    if (!kinds.includes(kind)) findings.notSupported('roleRef.kind', kind, kinds);
    if (name === '') findings.required('roleRef.name');
    else for (const problem of isPathSegmentName(name)) findings.invalid('roleRef.name', name, problem);
    for (const [index, subject] of (subjects ?? []).entries()) validateSubject(subject, namespaced, `subjects[${index}]`, findings);
  };
}

export function validateBindingUpdate(kinds: readonly string[], namespaced: boolean) {
  const validate = validateBinding(kinds, namespaced);
  return (binding: RoleBinding | ClusterRoleBinding, old: RoleBinding | ClusterRoleBinding, findings: Findings): void => {
    validate(binding, findings);
    if (semanticallyEqual(binding.roleRef, old.roleRef)) return;
    const { apiGroup = '', kind = '', name = '' } = binding.roleRef ?? ({} as RoleRef);
    findings.invalid('roleRef', { APIGroup: apiGroup, Kind: kind, Name: name }, 'cannot change roleRef');
  };
}

function validateSubject(
  { kind = '', name = '', namespace = '', apiGroup = '' }: Subject,
  namespaced: boolean,
  path: string,
  findings: Findings,
): void {
  if (name === '') findings.required(`${path}.name`);
  switch (kind) {
    case 'ServiceAccount':
      if (name !== '') for (const problem of isDNS1123Subdomain(name)) findings.invalid(`${path}.name`, name, problem);
      if (apiGroup !== '') findings.notSupported(`${path}.apiGroup`, apiGroup, ['']);
      // In a namespace, no namespace means that one.
      if (!namespaced && namespace === '') findings.required(`${path}.namespace`);
      return;
    case 'User':
    case 'Group':
      if (apiGroup !== RBAC_GROUP) findings.notSupported(`${path}.apiGroup`, apiGroup, [RBAC_GROUP]);
      return;
    default:
      findings.notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group']);
  }
}

/** API groups that may be left out. */
export function setBindingDefaults({ roleRef, subjects }: RoleBinding | ClusterRoleBinding): void {
  if (roleRef !== undefined) roleRef.apiGroup ||= RBAC_GROUP;
  for (const subject of subjects ?? []) {
    if (!subject.apiGroup && (subject.kind === 'User' || subject.kind === 'Group')) subject.apiGroup = RBAC_GROUP;
  }
}
