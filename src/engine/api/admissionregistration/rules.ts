import { oneOf } from '../checks.ts';
import type { MatchResources, NamedRuleWithOperations, RuleWithOperations } from '../generated/types.ts';
import { isQualifiedName } from '../names.ts';
import { validateLabelSelector } from '../validate-selector.ts';
import type { Findings } from '../validation.ts';
import { checkExpression, compileCondition } from './expressions.ts';

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];
const SCOPES = ['*', 'Cluster', 'Namespaced'];

/** Which requests a webhook or a policy sees. */
export function validateRuleWithOperations(rule: RuleWithOperations | NamedRuleWithOperations, path: string, findings: Findings): void {
  const { operations = [], scope } = rule;
  if (operations.length === 0) findings.required(`${path}.operations`);
  if (operations.length > 1 && operations.includes('*'))
    findings.invalid(`${path}.operations`, operations, "if '*' is present, must not specify other operations");
  for (const [index, operation] of operations.entries())
    if (!OPERATIONS.includes(operation)) findings.notSupported(`${path}.operations[${index}]`, operation, OPERATIONS);
  list(rule.apiGroups, true, 'API groups', `${path}.apiGroups`, findings);
  list(rule.apiVersions, false, 'API versions', `${path}.apiVersions`, findings);
  validateResources(rule.resources ?? [], `${path}.resources`, findings);
  if (scope !== undefined && !SCOPES.includes(scope)) findings.notSupported(`${path}.scope`, scope, SCOPES);
}

export function setRuleDefaults(rules: readonly (RuleWithOperations | NamedRuleWithOperations)[] | undefined): void {
  for (const rule of rules ?? []) rule.scope ??= '*';
}

function list(values: readonly string[] | undefined, emptyAllowed: boolean, what: string, path: string, findings: Findings): void {
  const given = values ?? [];
  if (given.length === 0) findings.required(path);
  if (given.length > 1 && given.includes('*')) findings.invalid(path, given, `if '*' is present, must not specify other ${what}`);
  if (emptyAllowed) return;
  for (const [index, value] of given.entries()) if (value === '') findings.required(`${path}[${index}]`);
}

function validateResources(resources: readonly string[], path: string, findings: Findings): void {
  if (resources.length === 0) findings.required(path);
  // Resources of which all subresources were named, and subresources that were named of all resources.
  const whole = new Set<string>();
  const everywhere = new Set<string>();
  let plain = false;
  for (const [index, resource] of resources.entries()) {
    const at = `${path}[${index}]`;
    if (resource === '') {
      findings.required(at);
      continue;
    }
    const slash = resource.indexOf('/');
    if (slash < 0) {
      // v1.36: the last one without a subresource decides.
      plain = resource !== '*';
      continue;
    }
    const name = resource.slice(0, slash);
    const sub = resource.slice(slash + 1);
    if (whole.has(name)) findings.invalid(at, resource, `if '${name}/*' is present, must not specify ${resource}`);
    if (everywhere.has(sub)) findings.invalid(at, resource, `if '*/${sub}' is present, must not specify ${resource}`);
    if (sub === '*') whole.add(name);
    if (name === '*') everywhere.add(sub);
  }
  if (resources.length > 1 && resources.includes('*/*'))
    findings.invalid(path, resources, "if '*/*' is present, must not specify other resources");
  if (plain && resources.includes('*'))
    findings.invalid(path, resources, "if '*' is present, must not specify other resources without subresources");
}

export function setMatchDefaults(match: MatchResources | undefined): void {
  if (match === undefined) return;
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  setRuleDefaults(match.resourceRules);
  setRuleDefaults(match.excludeResourceRules);
}

export function validateMatch(match: MatchResources, needed: boolean, path: string, findings: Findings): void {
  const { matchPolicy, namespaceSelector, objectSelector, resourceRules, excludeResourceRules } = match;
  if (matchPolicy !== undefined) oneOf(matchPolicy || ' ', ['Equivalent', 'Exact'], `${path}.matchPolicy`, findings);
  else findings.required(`${path}.matchPolicy`);
  if (namespaceSelector === undefined) findings.required(`${path}.namespaceSelector`);
  else validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`, findings);
  if (objectSelector === undefined) findings.required(`${path}.objectSelector`);
  else validateLabelSelector(objectSelector, `${path}.objectSelector`, findings);
  for (const [index, rule] of (resourceRules ?? []).entries()) validateNamed(rule, `${path}.resourceRules[${index}]`, findings);
  for (const [index, rule] of (excludeResourceRules ?? []).entries())
    validateNamed(rule, `${path}.excludeResourceRules[${index}]`, findings);
  if (needed && (resourceRules ?? []).length === 0) findings.required(`${path}.resourceRules`);
}

function validateNamed(rule: NamedRuleWithOperations, path: string, findings: Findings): void {
  validateRuleWithOperations(rule, path, findings);
  const seen = new Set<string>();
  for (const [index, name] of (rule.resourceNames ?? []).entries()) {
    const at = `${path}.resourceNames[${index}]`;
    if (name === '') findings.invalid(at, name, 'resource name cannot be empty');
    if (['.', '..'].includes(name)) findings.invalid(at, name, `may not be '${name}'`);
    for (const part of ['/', '%']) if (name.includes(part)) findings.invalid(at, name, `may not contain '${part}'`);
    if (seen.has(name)) findings.duplicate(at, name);
    seen.add(name);
  }
}

export function validateMatchConditions(
  conditions: readonly { name?: string; expression?: string }[],
  path: string,
  findings: Findings,
  withParameters = false,
): void {
  if (conditions.length > 64) findings.tooMany(path, conditions.length, 64);
  const seen = new Set<string>();
  for (const [index, { name = '', expression = '' }] of conditions.entries()) {
    const at = `${path}[${index}]`;
    if (expression.trim() === '') findings.required(`${at}.expression`);
    else checkExpression(expression.trim(), compileCondition(expression, withParameters), ['bool'], `${at}.expression`, findings);
    if (name === '') findings.required(`${at}.name`);
    else {
      for (const problem of isQualifiedName(name)) findings.invalid(`${at}.name`, name, problem);
      if (seen.has(name)) findings.duplicate(`${at}.name`, name);
      seen.add(name);
    }
  }
}
