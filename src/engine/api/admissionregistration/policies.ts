import type { MutatingAdmissionPolicy, Mutation, ParamKind, ParamRef, ValidatingAdmissionPolicy, Variable } from '../generated/types.ts';
import { isDNS1035Label, isDNS1123Subdomain, isQualifiedName } from '../names.ts';
import { validateLabelSelector } from '../validate-selector.ts';
import type { Compiled } from '../../cel/compile.ts';
import type { Findings } from '../validation.ts';
import { checkExpression, policyExpressions } from './expressions.ts';
import { validateMatch, validateMatchConditions } from './rules.ts';

/** What a policy says, and that its expressions can be compiled. */

const MUTABLE = ['*', 'CONNECT', 'CREATE', 'UPDATE'];
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];
const RESERVED = new Set([
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
]);

export function validateValidatingPolicy({ metadata, spec }: ValidatingAdmissionPolicy, findings: Findings): void {
  const {
    failurePolicy,
    paramKind,
    matchConstraints,
    matchConditions = [],
    variables = [],
    validations = [],
    auditAnnotations = [],
  } = spec ?? {};
  validateFailurePolicy(failurePolicy, findings);
  if (paramKind !== undefined) validateParamKind(paramKind, findings);
  if (matchConstraints === undefined) findings.required('spec.matchConstraints');
  else validateMatch(matchConstraints, true, 'spec.matchConstraints', findings);
  validateMatchConditions(matchConditions, 'spec.matchConditions', findings, paramKind !== undefined);
  const compiled = policyExpressions(spec ?? {});
  validateVariables(variables, findings, compiled.variables);
  if (validations.length + auditAnnotations.length === 0) {
    findings.required('spec.validations', 'validations or auditAnnotations must contain at least one item');
    findings.required('spec.auditAnnotations', 'validations or auditAnnotations must contain at least one item');
    return;
  }
  for (const [index, { expression = '', message, messageExpression, reason }] of validations.entries()) {
    const at = `spec.validations[${index}]`;
    if (expression.trim() === '') findings.required(`${at}.expression`, 'expression is not specified');
    checkExpression(expression, compiled.validations[index]?.expression, ['bool'], `${at}.expression`, findings);
    if (messageExpression !== undefined && messageExpression !== '' && messageExpression.trim() === '')
      findings.invalid(`${at}.messageExpression`, messageExpression, 'must be non-empty if specified');
    checkExpression(messageExpression ?? '', compiled.validations[index]?.message, ['string'], `${at}.messageExpression`, findings);
    if (message !== undefined && message !== '' && message.trim() === '')
      findings.invalid(`${at}.message`, message, 'must be non-empty if specified');
    else if (/[\n\r]/.test((message ?? '').trim())) findings.invalid(`${at}.message`, message, 'must not contain line breaks');
    if (reason !== undefined && !REASONS.includes(reason)) findings.notSupported(`${at}.reason`, reason, REASONS);
  }
  if (auditAnnotations.length > 20) findings.tooMany('spec.auditAnnotations', auditAnnotations.length, 20);
  const keys = new Set<string>();
  for (const [index, { key = '', valueExpression = '' }] of auditAnnotations.entries()) {
    const at = `spec.auditAnnotations[${index}]`;
    const whole = `${metadata.name ?? ''}/${key}`;
    if (!metadata.name) findings.invalid(`${at}.key`, key, 'requires metadata.name be non-empty');
    else for (const problem of isQualifiedName(whole)) findings.invalid(`${at}.key`, whole, problem);
    if (valueExpression.trim() === '') findings.required(`${at}.valueExpression`, 'valueExpression is not specified');
    checkExpression(valueExpression, compiled.annotations[index], ['string', 'null_type'], `${at}.valueExpression`, findings);
    if (keys.has(key)) findings.duplicate(`${at}.key`, key);
    keys.add(key);
  }
}

export function validateMutatingPolicy({ spec }: MutatingAdmissionPolicy, findings: Findings): void {
  const {
    failurePolicy,
    paramKind,
    matchConstraints,
    matchConditions = [],
    variables = [],
    mutations = [],
    reinvocationPolicy,
  } = spec ?? {};
  validateFailurePolicy(failurePolicy, findings);
  if (paramKind !== undefined) validateParamKind(paramKind, findings);
  if (matchConstraints === undefined) findings.required('spec.matchConstraints');
  else {
    validateMatch(matchConstraints, true, 'spec.matchConstraints', findings);
    // Nothing is left to change in what is deleted.
    for (const { operations = [] } of matchConstraints.resourceRules ?? [])
      for (const operation of operations)
        if (!MUTABLE.includes(operation)) findings.notSupported('spec.matchConstraints.resourceRules.operations', operation, MUTABLE);
  }
  validateMatchConditions(matchConditions, 'spec.matchConditions', findings, paramKind !== undefined);
  const compiled = policyExpressions(spec ?? {});
  validateVariables(variables, findings, compiled.variables);
  if (mutations.length === 0) findings.required('spec.mutations', 'mutations must contain at least one item');
  for (const [index, mutation] of mutations.entries())
    validateMutation(mutation, compiled.mutations[index], `spec.mutations[${index}]`, findings);
  if (!reinvocationPolicy) findings.required('spec.reinvocationPolicy');
  else if (!['IfNeeded', 'Never'].includes(reinvocationPolicy))
    findings.notSupported('spec.reinvocationPolicy', reinvocationPolicy, ['IfNeeded', 'Never']);
}

function validateMutation(
  { patchType = '', applyConfiguration, jsonPatch }: Mutation,
  compiled: Compiled | undefined,
  at: string,
  findings: Findings,
): void {
  const types: Readonly<Record<string, string>> = { ApplyConfiguration: 'Object', JSONPatch: 'list(JSONPatch)' };
  if (patchType === '') return findings.required(`${at}.patchType`);
  if (!Object.hasOwn(types, patchType)) return findings.notSupported(`${at}.patchType`, patchType, ['ApplyConfiguration', 'JSONPatch']);
  const apply = patchType === 'ApplyConfiguration';
  const [own, other] = apply ? ['applyConfiguration', 'jsonPatch'] : ['jsonPatch', 'applyConfiguration'];
  const given = apply ? applyConfiguration : jsonPatch;
  if (given === undefined) findings.required(`${at}.${own}`, `must be specified when patchType is ${patchType}`);
  else if ((given.expression ?? '').trim() === '') findings.required(`${at}.${own}.expression`);
  else checkExpression(given.expression ?? '', compiled, [types[patchType] as string], `${at}.${own}.expression`, findings);
  if ((apply ? jsonPatch : applyConfiguration) !== undefined)
    findings.invalid(`${at}.${other}`, `{${other}}`, `must not be specified when patchType is ${patchType}`);
}

interface BindingSpec {
  policyName?: string;
  paramRef?: ParamRef;
  matchResources?: Parameters<typeof validateMatch>[0];
  validationActions?: string[];
}

export function validatePolicyBinding(spec: BindingSpec, withActions: boolean, findings: Findings): void {
  const { policyName = '', paramRef, matchResources, validationActions = [] } = spec;
  if (policyName === '') findings.required('spec.policyName');
  else for (const problem of isDNS1123Subdomain(policyName)) findings.invalid('spec.policyName', policyName, problem);
  if (paramRef !== undefined) validateParamRef(paramRef, findings);
  if (matchResources !== undefined) validateMatch(matchResources, false, 'spec.matchResources', findings);
  if (!withActions) return;
  const at = 'spec.validationActions';
  const actions = ['Audit', 'Deny', 'Warn'];
  const seen = new Set<string>();
  for (const [index, action] of validationActions.entries()) {
    if (!actions.includes(action)) findings.notSupported(`${at}[${index}]`, action, actions);
    if (seen.has(action)) findings.duplicate(`${at}[${index}]`, action);
    seen.add(action);
  }
  if (seen.has('Deny') && seen.has('Warn'))
    findings.invalid(
      at,
      ['Deny', 'Warn'],
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    );
  if (validationActions.length === 0) findings.required(at, 'at least one validation action is required');
}

function validateFailurePolicy(policy: string | undefined, findings: Findings): void {
  if (policy === undefined) findings.required('spec.failurePolicy');
  else if (!['Fail', 'Ignore'].includes(policy)) findings.notSupported('spec.failurePolicy', policy, ['Fail', 'Ignore']);
}

function validateParamKind({ apiVersion = '', kind = '' }: ParamKind, findings: Findings): void {
  if (apiVersion === '') findings.required('spec.paramKind.apiVersion');
  else {
    const at = 'spec.paramKind.apiVersion';
    const parts = apiVersion.split('/');
    if (parts.length > 2) findings.invalid(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`);
    else {
      const version = parts.at(-1) ?? '';
      const group = parts.length === 2 ? (parts[0] ?? '') : '';
      if (group !== '') for (const problem of isDNS1123Subdomain(group)) findings.invalid(at, group, problem);
      for (const problem of isDNS1035Label(version)) findings.invalid(at, version, problem);
    }
  }
  if (kind === '') findings.required('spec.paramKind.kind');
  else
    for (const problem of isDNS1035Label(kind.toLowerCase()))
      findings.invalid('spec.paramKind.kind', kind, `may have mixed case, but should otherwise match: ${problem}`);
}

function validateParamRef({ name = '', selector, parameterNotFoundAction: action }: ParamRef, findings: Findings): void {
  const at = 'spec.paramRef';
  if (name !== '') {
    for (const part of ['/', '%']) if (name.includes(part)) findings.invalid(`${at}.name`, name, `may not contain '${part}'`);
    if (selector !== undefined) findings.forbidden(`${at}.name`, 'name and selector are mutually exclusive');
  }
  if (selector !== undefined) {
    validateLabelSelector(selector, `${at}.selector`, findings);
    if (name !== '') findings.forbidden(`${at}.selector`, 'name and selector are mutually exclusive');
  }
  if (name === '' && selector === undefined) findings.required(at, 'one of name or selector must be specified');
  if (action === undefined) findings.required(`${at}.parameterNotFoundAction`);
  else if (action !== 'Deny' && action !== 'Allow') findings.notSupported(`${at}.parameterNotFoundAction`, action, ['Deny', 'Allow']);
}

// Of two of a name the later one counts; nobody minds.
function validateVariables(variables: readonly Variable[], findings: Findings, compiled: readonly Compiled[] = []): void {
  for (const [index, { name = '', expression = '' }] of variables.entries()) {
    const at = `spec.variables[${index}]`;
    if (name === '') findings.required(`${at}.name`, 'name is not specified');
    else {
      if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) || RESERVED.has(name))
        findings.invalid(`${at}.name`, name, 'must be a valid CEL identifier');
    }
    if (expression.trim() === '') findings.required(`${at}.expression`, 'expression is not specified');
    checkExpression(expression, compiled[index], [], `${at}.expression`, findings);
  }
}
