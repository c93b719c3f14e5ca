import { policyExpressions, type PolicyExpressions } from '../../api/admissionregistration/expressions.ts';
import { failure, type StatusError } from '../../api/errors.ts';
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../../api/generated/types.ts';
import type { Kind } from '../../api/kind.ts';
import { REQUEST_COST, type Budget } from '../../cel/budget.ts';
import type { Value } from '../../cel/values.ts';
import type { Authorizer } from '../authz/authorizer.ts';
import { refuse, type AdmissionPlugin, type Operation } from './admission.ts';
import { asKind, matchedKind } from './match-resources.ts';
import { environmentOf, meetsConditions, run, type Seen } from './policy-environment.ts';
import { isExempt, parametersOf, type PolicySource } from './policy-parameters.ts';

export type Policies = PolicySource<ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding>;

type Spec = NonNullable<ValidatingAdmissionPolicy['spec']>;
type Binding = NonNullable<ValidatingAdmissionPolicyBinding['spec']>;

interface Denial {
  readonly message: string;
  readonly reason: string;
}

const CODES: Readonly<Record<string, number>> = { Unauthorized: 401, Forbidden: 403, Invalid: 422, RequestEntityTooLarge: 413 };
/** A message that is longer is not used (`MaxEvaluatedMessageExpressionSizeBytes`). */
const MAX_MESSAGE = 5 * 1024;
const MAX_ANNOTATION = 10 * 1024;

/** Judges writes by the expressions of the cluster's policies, wherever a binding puts one into force (KEP-3488). */
export function validatingAdmissionPolicy(source: Policies, authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'ValidatingAdmissionPolicy',
    validate(operation) {
      if (isExempt(operation)) return;
      const bindings = source.bindings();
      if (bindings.length === 0) return;
      const denials: Denial[] = [];
      const values = new Map<object, Value>();
      const byPolicy = new Map<string, ValidatingAdmissionPolicyBinding[]>();
      for (const binding of bindings) {
        const { policyName = '' } = binding.spec ?? {};
        const known = byPolicy.get(policyName);
        if (known === undefined) byPolicy.set(policyName, [binding]);
        else known.push(binding);
      }
      for (const policy of source.policies()) {
        const own = byPolicy.get(policy.metadata.name ?? '');
        if (own !== undefined) judge({ operation, source, authorizer, policy, denials, values }, own);
      }
      const [first] = denials;
      if (first === undefined) return;
      const { message, details } = (refuse(operation, first.message) as StatusError).status;
      const causes = denials.map((denial) => ({ message: denial.message }));
      throw failure(CODES[first.reason] ?? 422, first.reason, message ?? '', { ...details, causes });
    },
  };
}

interface Case {
  readonly operation: Operation;
  readonly source: Policies;
  readonly authorizer: Authorizer;
  readonly policy: ValidatingAdmissionPolicy;
  readonly denials: Denial[];
  readonly values: Map<object, Value>;
}

function judge(given: Case, bindings: readonly ValidatingAdmissionPolicyBinding[]): void {
  const { operation, source, policy, denials, authorizer, values } = given;
  const spec = policy.spec ?? {};
  const namespace = operation.namespace === '' ? undefined : source.namespace(operation.namespace);
  const equivalents = (kind: Kind): readonly Kind[] => source.equivalents?.(kind) ?? [];
  const kind = spec.matchConstraints === undefined ? undefined : matchedKind(operation, spec.matchConstraints, namespace, equivalents);
  if (kind === undefined) return;
  const isNamespace = operation.kind.group === '' && operation.kind.resource === 'namespaces';
  for (const binding of bindings) {
    const bound = binding.spec ?? {};
    if (bound.matchResources !== undefined && matchedKind(operation, bound.matchResources, namespace, equivalents) === undefined) continue;
    const which = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
    const parameters = parametersOf(operation, source, spec, bound);
    if ('fault' in parameters) {
      if (spec.failurePolicy === 'Ignore') continue;
      const ofPolicy = parameters.of === 'policy';
      const who = ofPolicy ? `ValidatingAdmissionPolicy '${policy.metadata.name}'` : which;
      denials.push({ message: `${who} denied request: failed to configure ${parameters.of}: ${parameters.fault}`, reason: 'Invalid' });
      if (ofPolicy) return;
      continue;
    }
    for (const params of parameters.objects) {
      const seen: Seen = {
        operation: asKind(operation, kind),
        written: operation.kind,
        authorizer,
        namespace: isNamespace ? undefined : namespace,
        params,
        variables: spec.variables ?? [],
        compiled: expressionsOf(spec),
        values,
      };
      for (const failed of failures(seen, spec)) {
        if (!(failed.error && spec.failurePolicy === 'Ignore')) act(given, which, binding, failed);
      }
      annotate(given, which, seen, spec);
    }
  }
}

/** What a binding makes of a failure: refuse, warn, or write it down. */
function act(
  { operation, policy, denials }: Case,
  which: string,
  { metadata, spec }: ValidatingAdmissionPolicyBinding,
  failed: Denial,
): void {
  const { validationActions = [] }: Binding = spec ?? {};
  if (validationActions.includes('Deny')) denials.push({ message: `${which} denied request: ${failed.message}`, reason: failed.reason });
  if (validationActions.includes('Warn')) operation.context.warnings.push(`Validation failed for ${which}: ${failed.message}`);
  if (!validationActions.includes('Audit')) return;
  operation.context.stages.push(`audit: ${which}: ${failed.message}`);
  const failure = { message: failed.message, policy: policy.metadata.name, binding: metadata.name, validationActions };
  operation.context.observer?.annotate('validation.policy.admission.k8s.io/validation_failure', JSON.stringify([failure]));
}

/** An annotation of the audit event; the log of causes shows it with the request. */
function note({ context }: Operation, key: string, value: string): void {
  context.stages.push(`audit: ${key}: ${value}`);
  context.observer?.annotate(key, value);
}

function* failures(seen: Seen, spec: Spec): Generator<Denial & { error: boolean }> {
  const meets = meetsConditions(seen, spec.matchConditions ?? []);
  if (typeof meets === 'object') yield { message: meets.fault, reason: 'Invalid', error: true };
  if (meets !== true) return;
  const { validations } = seen.compiled;
  const budget: Budget = { left: REQUEST_COST };
  const environment = environmentOf(seen, budget);
  const results = validations.map(({ expression }, index) =>
    run(expression, spec.validations?.[index]?.expression ?? '', environment, budget),
  );
  // Without a budget nothing is known of any of them.
  const stopped = results.find((result) => 'stops' in result);
  if (stopped !== undefined && 'fault' in stopped) {
    yield { message: stopped.fault, reason: 'Invalid', error: true };
    return;
  }
  for (const [index, { message }] of validations.entries()) {
    const result = results[index];
    const { expression: text = '', message: said, reason = 'Invalid' } = spec.validations?.[index] ?? {};
    if (result === undefined || 'fault' in result) yield { message: result?.fault ?? '', reason: 'Invalid', error: true };
    else if (result.value !== true) {
      const made = message === undefined ? undefined : run(message, '', environment, budget);
      if (made !== undefined && 'stops' in made) {
        yield { message: `failed messageExpression: ${made.fault}`, reason: 'Invalid', error: true };
        continue;
      }
      const own = made !== undefined && 'value' in made && typeof made.value === 'string' ? made.value.trim() : '';
      const usable = own !== '' && own.length <= MAX_MESSAGE && !own.includes('\n');
      const shown = usable ? own : (said ?? '').trim();
      yield { message: shown === '' ? `failed expression: ${text.trim()}` : shown, reason, error: false };
    }
  }
}

/** What a policy has written into the audit log; what it fails to say is a refusal. */
function annotate({ operation, policy, denials }: Case, which: string, seen: Seen, spec: Spec): void {
  const { auditAnnotations = [] } = spec;
  if (auditAnnotations.length === 0 || meetsConditions(seen, spec.matchConditions ?? []) !== true) return;
  const budget: Budget = { left: REQUEST_COST };
  const environment = environmentOf(seen, budget);
  for (const [index, expression] of seen.compiled.annotations.entries()) {
    const { key = '', valueExpression = '' } = auditAnnotations[index] ?? {};
    const result = run(expression, valueExpression.trim(), environment, budget);
    if ('fault' in result) {
      if (spec.failurePolicy !== 'Ignore') denials.push({ message: `${which} denied request: ${result.fault}`, reason: 'Invalid' });
      if (result.stops) return;
    } else if (typeof result.value === 'string' && result.value.trim() !== '')
      note(operation, `${policy.metadata.name}/${key}`, result.value.trim().slice(0, MAX_ANNOTATION));
  }
}

const known = new WeakMap<Spec, PolicyExpressions>();

function expressionsOf(spec: Spec): PolicyExpressions {
  let compiled = known.get(spec);
  if (compiled === undefined) known.set(spec, (compiled = policyExpressions(spec)));
  return compiled;
}
