import { semanticallyEqual } from '../equality.ts';
import type { ResourceQuota, ResourceQuotaSpec, ScopeSelector } from '../generated/types.ts';
import { isQualifiedName } from '../names.ts';
import { canonicalQuantity, parseQuantity } from '../quantity.ts';
import type { Findings } from '../validation.ts';

const STANDARD = new Set([
  'cpu', 'memory', 'ephemeral-storage', 'requests.cpu', 'requests.memory', 'requests.storage', 'requests.ephemeral-storage', 'limits.cpu', 'limits.memory',
  'limits.ephemeral-storage', 'pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'persistentvolumeclaims', 'configmaps',
  'services.nodeports', 'services.loadbalancers', 'storage',
]); // prettier-ignore
const INTEGERS = new Set([
  'pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers',
]); // prettier-ignore
const SCOPES = new Set([
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
]);
const BEST_EFFORT = new Set(['pods']);
const COMPUTE = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory', 'pods']);

export function validateQuota({ spec = {} }: ResourceQuota, findings: Findings): void {
  validateAmounts(spec.hard, 'spec.hard', findings);
  const hard = Object.keys(spec.hard ?? {});
  validateScopes(spec.scopes ?? [], hard, findings);
  if (spec.scopeSelector !== undefined) validateSelector(spec.scopeSelector, hard, findings);
}

export function validateQuotaUpdate(quota: ResourceQuota, old: ResourceQuota, findings: Findings): void {
  validateQuota(quota, findings);
  const scopes = (spec: ResourceQuotaSpec | undefined): string[] => [...new Set(spec?.scopes ?? [])].sort();
  if (!semanticallyEqual(scopes(quota.spec), scopes(old.spec)))
    findings.invalid('spec.scopes', quota.spec?.scopes ?? null, 'field is immutable');
}

export function validateQuotaStatus({ status = {} }: ResourceQuota, findings: Findings): void {
  validateAmounts(status.hard, 'status.hard', findings);
  validateAmounts(status.used, 'status.used', findings);
}

function validateAmounts(amounts: Readonly<Record<string, string>> | undefined, path: string, findings: Findings): void {
  for (const [name, amount] of Object.entries(amounts ?? {})) {
    const at = `${path}[${name}]`;
    const problems = isQualifiedName(name);
    for (const problem of problems) findings.invalid(at, name, problem);
    if (
      problems.length === 0 &&
      !name.includes('/') &&
      !STANDARD.has(name) &&
      !name.startsWith('hugepages-') &&
      !name.startsWith('requests.hugepages-')
    )
      findings.invalid(at, name, 'must be a standard resource for quota');
    const quantity = parseQuantity(amount);
    if (quantity === undefined) continue;
    if (quantity.nanos < 0n) findings.invalid(at, canonicalQuantity(amount), 'must be greater than or equal to 0');
    if ((INTEGERS.has(name) || name.startsWith('count/')) && quantity.nanos % 1_000_000_000n !== 0n)
      findings.invalid(at, canonicalQuantity(amount), 'must be an integer');
  }
}

function applies(scope: string, resource: string): boolean {
  switch (scope) {
    case 'Terminating':
    case 'NotTerminating':
    case 'NotBestEffort':
    case 'PriorityClass':
    case 'CrossNamespacePodAffinity':
      return COMPUTE.has(resource) || resource.startsWith('requests.') || resource.startsWith('limits.') || resource === 'count/pods';
    case 'BestEffort':
      return BEST_EFFORT.has(resource) || resource === 'count/pods';
    default:
      return true;
  }
}

function validateScopes(scopes: readonly string[], hard: readonly string[], findings: Findings): void {
  if (scopes.length === 0) return;
  const seen = new Set<string>();
  for (const scope of scopes) {
    if (!SCOPES.has(scope)) findings.invalid('spec.scopes', scopes, 'unsupported scope');
    for (const resource of hard)
      if (SCOPES.has(scope) && !applies(scope, resource)) findings.invalid('spec.scopes', scopes, 'unsupported scope applied to resource');
    seen.add(scope);
  }
  for (const [a, b] of CONFLICTS) if (seen.has(a) && seen.has(b)) findings.invalid('spec.scopes', scopes, 'conflicting scopes');
}
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

function validateSelector({ matchExpressions }: ScopeSelector, hard: readonly string[], findings: Findings): void {
  const path = 'spec.scopeSelector.matchExpressions';
  const expressions = matchExpressions ?? [];
  const shown = {
    MatchExpressions:
      matchExpressions?.map(({ scopeName, operator, values }) => ({
        ScopeName: scopeName ?? '',
        Operator: operator ?? '',
        Values: values ?? null,
      })) ?? null,
  };
  const seen = new Set<string>();
  for (const { scopeName = '', operator = '', values } of expressions) {
    if (!SCOPES.has(scopeName)) findings.invalid(`${path}.scopeName`, scopeName, 'unsupported scope');
    else
      for (const resource of hard)
        if (!applies(scopeName, resource)) findings.invalid(path, shown, 'unsupported scope applied to resource');
    if (
      ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'].includes(scopeName) &&
      operator !== 'Exists'
    )
      findings.invalid(
        `${path}.operator`,
        operator,
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
      );
    if (operator === 'In' || operator === 'NotIn') {
      if ((values ?? []).length === 0)
        findings.required(`${path}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if ((values ?? []).length > 0)
        findings.invalid(`${path}.values`, values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
    } else findings.invalid(`${path}.operator`, operator, 'not a valid selector operator');
    seen.add(scopeName);
  }
  for (const [a, b] of CONFLICTS) if (seen.has(a) && seen.has(b)) findings.invalid('spec.scopeSelector', shown, 'conflicting scopes');
}
