import { policyExpressions, type PolicyExpressions } from '../../api/admissionregistration/expressions.ts';
import { failure } from '../../api/errors.ts';
import type { Namespace, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from '../../api/generated/types.ts';
import type { ApiObject } from '../../api/meta.ts';
import { authorizerValue } from '../../cel/authorizer.ts';
import type { Compiled } from '../../cel/compile.ts';
import { CALL_COST } from '../../cel/compile.ts';
import type { Budget } from '../../cel/evaluate.ts';
import { CelError, fromJson, type Value } from '../../cel/values.ts';
import type { Authorizer } from '../authz/authorizer.ts';
import { refuse, type AdmissionPlugin, type Operation } from './admission.ts';
import { matchesLabelSelector, matchesResources } from './match-resources.ts';

export interface Policies {
  policies(): readonly ValidatingAdmissionPolicy[];
  bindings(): readonly ValidatingAdmissionPolicyBinding[];
  namespace(name: string): Namespace | undefined;
  /** All objects of a kind that hold parameters; undefined when nobody serves the kind. */
  parameters(apiVersion: string, kind: string): { readonly namespaced: boolean; readonly objects: readonly ApiObject[] } | undefined;
}

type Spec = NonNullable<ValidatingAdmissionPolicy['spec']>;
type Binding = NonNullable<ValidatingAdmissionPolicyBinding['spec']>;

interface Denial {
  readonly message: string;
  readonly reason: string;
}

const CODES: Readonly<Record<string, number>> = { Unauthorized: 401, Forbidden: 403, Invalid: 422, RequestEntityTooLarge: 413 };
/** Policies do not judge their own kind: a policy that refuses all could never be mended. */
const EXEMPT = new Set([
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
]);

/** Judges writes by the expressions of the cluster's policies, wherever a binding puts one into force (KEP-3488). */
export function validatingAdmissionPolicy(source: Policies, authorizer: Authorizer): AdmissionPlugin {
  return {
    name: 'ValidatingAdmissionPolicy',
    validate(operation) {
      if (operation.kind.group === 'admissionregistration.k8s.io' && EXEMPT.has(operation.kind.resource)) return;
      const bindings = source.bindings();
      if (bindings.length === 0) return;
      const denials: Denial[] = [];
      for (const policy of source.policies())
        for (const binding of bindings)
          if (binding.spec?.policyName === policy.metadata.name) judge({ operation, source, authorizer, policy, binding }, denials);
      const [first] = denials;
      if (first === undefined) return;
      const { message, details } = (refuse(operation, first.message) as ReturnType<typeof failure>).status;
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
  readonly binding: ValidatingAdmissionPolicyBinding;
}

function judge(given: Case, denials: Denial[]): void {
  const { operation, source, policy, binding } = given;
  const spec = policy.spec ?? {};
  const bound = binding.spec ?? {};
  const namespace = operation.namespace === '' ? undefined : source.namespace(operation.namespace);
  if (spec.matchConstraints === undefined || !matchesResources(operation, spec.matchConstraints, namespace)) return;
  if (bound.matchResources !== undefined && !matchesResources(operation, bound.matchResources, namespace)) return;
  const ignores = spec.failurePolicy === 'Ignore';
  const parameters = parametersOf(given, spec, bound);
  if ('fault' in parameters) {
    if (!ignores) act(given, bound, { message: `failed to configure binding: ${parameters.fault}`, reason: 'Invalid' }, denials);
    return;
  }
  for (const params of parameters.objects) {
    for (const failed of failures(given, spec, namespace, params)) {
      if (failed.error && ignores) continue;
      act(given, bound, failed, denials);
    }
  }
}

/** What a binding makes of a failure: refuse, warn, or write it down. */
function act({ operation, policy, binding }: Case, { validationActions = [] }: Binding, failed: Denial, denials: Denial[]): void {
  const which = `ValidatingAdmissionPolicy '${policy.metadata.name}' with binding '${binding.metadata.name}'`;
  if (validationActions.includes('Deny')) denials.push({ message: `${which} denied request: ${failed.message}`, reason: failed.reason });
  if (validationActions.includes('Warn')) operation.context.warnings.push(`Validation failed for ${which}: ${failed.message}`);
  if (validationActions.includes('Audit')) operation.context.stages.push(`audit: ${which}: ${failed.message}`);
}

function* failures(
  given: Case,
  spec: Spec,
  namespace: Namespace | undefined,
  params: ApiObject | undefined,
): Generator<Denial & { error: boolean }> {
  const compiled = expressionsOf(spec);
  const budget: Budget = { left: 10 * CALL_COST };
  const environment = environmentOf(given, spec, compiled, namespace, params, budget);
  const run = (expression: Compiled, text: string): { value: Value } | { fault: string } => {
    try {
      if ('fault' in expression) throw new CelError(`compilation failed: ${expression.fault}`);
      return { value: expression.program.evaluate(environment, budget) };
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      return { fault: `expression '${text}' resulted in error: ${error.message}` };
    }
  };
  const faults: string[] = [];
  for (const [index, condition] of compiled.conditions.entries()) {
    const result = run(condition, spec.matchConditions?.[index]?.expression ?? '');
    // One condition that does not hold is enough, even where another cannot be told.
    if ('fault' in result) faults.push(result.fault);
    else if (result.value !== true) return;
  }
  if (faults.length > 0) {
    yield { message: faults[0] as string, reason: 'Invalid', error: true };
    return;
  }
  for (const [index, { expression, message }] of compiled.validations.entries()) {
    const { expression: text = '', message: said, reason = 'Invalid' } = spec.validations?.[index] ?? {};
    const result = run(expression, text);
    if ('fault' in result) yield { message: result.fault, reason: 'Invalid', error: true };
    else if (result.value !== true) {
      const made = message === undefined ? undefined : run(message, '');
      const own = made !== undefined && 'value' in made && typeof made.value === 'string' ? made.value.trim() : '';
      const shown = own !== '' && !own.includes('\n') ? own : (said ?? '').trim();
      yield { message: shown === '' ? `failed expression: ${text.trim()}` : shown, reason, error: false };
    }
  }
}

const known = new WeakMap<Spec, PolicyExpressions>();

function expressionsOf(spec: Spec): PolicyExpressions {
  let compiled = known.get(spec);
  if (compiled === undefined) known.set(spec, (compiled = policyExpressions(spec)));
  return compiled;
}

type Environment = Map<string, Value | (() => Value)>;

function environmentOf(
  { operation, authorizer }: Case,
  spec: Spec,
  compiled: PolicyExpressions,
  namespace: Namespace | undefined,
  params: ApiObject | undefined,
  budget: Budget,
): Environment {
  const once = (make: () => Value): (() => Value) => {
    let made: Value | undefined;
    return () => (made ??= make());
  };
  const user = operation.context.user;
  const ask = authorizerValue(({ verb, path, group, resource, subresource, namespace: where, name }) =>
    authorizer.authorize({
      user,
      verb,
      isResource: path === undefined,
      path: path ?? '',
      group,
      version: '*',
      resource,
      subresource,
      namespace: where,
      name,
    }),
  );
  const environment: Environment = new Map<string, Value | (() => Value)>([
    ['object', once(() => fromJson(operation.verb === 'delete' ? null : operation.object))],
    ['oldObject', once(() => fromJson(operation.old))],
    ['request', once(() => requestValue(operation))],
    ['namespaceObject', once(() => fromJson(namespace))],
    ['authorizer', ask],
  ]);
  if (spec.paramKind !== undefined)
    environment.set(
      'params',
      once(() => fromJson(params)),
    );
  // Variables are worked out when somebody speaks of them.
  const values = new LazyFields();
  for (const [index, { name = '' }] of (spec.variables ?? []).entries()) {
    const expression = compiled.variables[index];
    values.define(name, () => {
      try {
        if (expression === undefined || 'fault' in expression) throw new CelError(`compilation failed: ${expression?.fault ?? ''}`);
        return expression.program.evaluate(environment, budget);
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        throw new CelError(`composited variable ${JSON.stringify(name)} fails to evaluate: ${error.message}`);
      }
    });
  }
  environment.set('variables', values);
  return environment;
}

/** A map whose values are made when they are first looked at. */
class LazyFields extends Map<string, Value> {
  readonly #makers = new Map<string, () => Value>();

  define(name: string, make: () => Value): void {
    this.#makers.set(name, make);
  }

  override get(name: string): Value | undefined {
    const known = super.get(name);
    if (known !== undefined) return known;
    const value = this.#makers.get(name)?.();
    if (value !== undefined) this.set(name, value);
    return value;
  }
}

function requestValue({ verb, kind, namespace, name, subresource, context }: Operation): Value {
  const { user, dryRun } = context;
  const gvk = { group: kind.group, version: kind.version, kind: kind.kind };
  const gvr = { group: kind.group, version: kind.version, resource: kind.resource };
  return fromJson({
    kind: gvk,
    resource: gvr,
    subResource: subresource,
    requestKind: gvk,
    requestResource: gvr,
    requestSubResource: subresource,
    name,
    namespace,
    operation: verb.toUpperCase(),
    userInfo: { username: user.name, uid: user.uid ?? '', groups: user.groups, extra: user.extra ?? {} },
    dryRun,
  });
}

type Parameters = { readonly objects: readonly (ApiObject | undefined)[] } | { readonly fault: string };

/** The objects that a binding gives its policy as `params`; the policy is judged once with each. */
function parametersOf({ operation, source }: Case, { paramKind }: Spec, { paramRef }: Binding): Parameters {
  if (paramKind === undefined || paramRef === undefined) return { objects: [undefined] };
  const kind = source.parameters(paramKind.apiVersion ?? '', paramKind.kind ?? '');
  if (kind === undefined)
    return { fault: `failed to find resource referenced by paramKind: '${paramKind.apiVersion}, Kind=${paramKind.kind}'` };
  if (!kind.namespaced && (paramRef.namespace ?? '') !== '')
    return { fault: 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`' };
  const namespace = kind.namespaced ? paramRef.namespace || operation.namespace : '';
  if (kind.namespaced && namespace === '')
    return { fault: 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources' };
  const objects = kind.objects.filter(
    ({ metadata }) =>
      (metadata.namespace ?? '') === namespace &&
      (paramRef.selector === undefined ? metadata.name === paramRef.name : matchesLabelSelector(metadata.labels, paramRef.selector)),
  );
  if (objects.length > 0) return { objects };
  if (paramRef.parameterNotFoundAction === 'Deny')
    return { fault: 'no params found for policy binding with `Deny` parameterNotFoundAction' };
  return { objects: [] };
}
