import { policyExpressions, type PolicyExpressions } from '../../api/admissionregistration/expressions.ts';
import { failure, StatusError } from '../../api/errors.ts';
import type { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, Mutation } from '../../api/generated/types.ts';
import type { Kind } from '../../api/kind.ts';
import type { ApiObject, JsonObject } from '../../api/meta.ts';
import type { Compiled } from '../../cel/compile.ts';
import { REQUEST_COST, type Budget } from '../../cel/budget.ts';
import { toJson } from '../../cel/json.ts';
import { CelError, isList, isMap, Struct, type Value } from '../../cel/values.ts';
import type { Authorizer } from '../authz/authorizer.ts';
import { readFields, readUnstructured, TypeFault } from '../decode/fields.ts';
import { copy, same } from '../values.ts';
import { refuse, type AdmissionPlugin, type Operation } from './admission.ts';
import { asKind, inKind, matchedKind } from './match-resources.ts';
import { ApplyFault, applyToObject } from './policy-apply.ts';
import { environmentOf, meetsConditions, run } from './policy-environment.ts';
import { applyOperations, PatchFault, type PatchOperation } from '../patch/operations.ts';
import { isExempt, parametersOf, type PolicySource } from './policy-parameters.ts';
import { reinvocationOf } from './reinvocation.ts';

export type MutatingPolicies = PolicySource<MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding>;

const NAME = 'MutatingAdmissionPolicy';

/** One policy as one binding puts it into force, with one object of parameters. */
interface Invocation {
  readonly policy: MutatingAdmissionPolicy;
  readonly binding: MutatingAdmissionPolicyBinding;
  readonly params: ApiObject | undefined;
  readonly kind: Kind;
}

interface Problem {
  readonly message: string;
  readonly reason?: string;
}

/** What the plugin keeps between two runs of the chain. */
interface Kept {
  /** What the object was when the plugin was done with it. */
  output: unknown;
  /** Those that asked to be run again when something changes, and have run. */
  reinvocable: Set<string>;
  /** Those of them after which something has changed. */
  due: Set<string>;
}

/** Changes writes as the expressions of the cluster's policies say, wherever a binding puts one into force (KEP-3962). */
export function mutatingAdmissionPolicy(source: MutatingPolicies, authorizer: Authorizer): AdmissionPlugin {
  return {
    name: NAME,
    admit(operation) {
      if (isExempt(operation)) return;
      const bindings = source.bindings();
      if (bindings.length === 0) return;
      const problems: Problem[] = [];
      const invocations = invocationsOf(operation, source, bindings, problems);
      if (invocations.length > 0) dispatch(operation, invocations, source, authorizer, problems);
      const [first] = problems;
      if (first === undefined) return;
      const { code, reason, details } = (refuse(operation, '') as StatusError).status;
      throw failure(code ?? 403, first.reason ?? reason ?? 'Forbidden', first.message, {
        ...details,
        causes: problems.map(({ message }) => ({ message })),
      });
    },
  };
}

function tell(
  problems: Problem[],
  { policy, binding }: Pick<Invocation, 'policy'> & Partial<Invocation>,
  why: string,
  reason?: string,
): void {
  if (policy.spec?.failurePolicy === 'Ignore') return;
  const name = policy.metadata.name ?? '';
  const who = binding === undefined ? `policy ${JSON.stringify(name)}` : `policy '${name}' with binding '${binding.metadata.name}'`;
  problems.push({ message: `${who} denied request: ${why}`, ...(reason === undefined ? {} : { reason }) });
}

function invocationsOf(
  operation: Operation,
  source: MutatingPolicies,
  bindings: readonly MutatingAdmissionPolicyBinding[],
  problems: Problem[],
): Invocation[] {
  const out: Invocation[] = [];
  const namespace = operation.namespace === '' ? undefined : source.namespace(operation.namespace);
  const equivalents = (kind: Kind): readonly Kind[] => source.equivalents?.(kind) ?? [];
  for (const policy of source.policies()) {
    const { matchConstraints } = policy.spec ?? {};
    const own = bindings.filter(({ spec }) => spec?.policyName === policy.metadata.name);
    if (own.length === 0 || matchConstraints === undefined) continue;
    const kind = matchedKind(operation, matchConstraints, namespace, equivalents);
    if (kind === undefined) continue;
    for (const binding of own) {
      const { matchResources } = binding.spec ?? {};
      if (matchResources !== undefined && matchedKind(operation, matchResources, namespace, equivalents) === undefined) continue;
      const parameters = parametersOf(operation, source, policy.spec ?? {}, binding.spec ?? {});
      if ('fault' in parameters) {
        tell(
          problems,
          { policy, ...(parameters.of === 'binding' ? { binding } : {}) },
          `failed to configure ${parameters.of}: ${parameters.fault}`,
        );
        if (parameters.of === 'policy') break;
      } else for (const params of parameters.objects) out.push({ policy, binding, params, kind });
    }
  }
  return out;
}

function dispatch(
  operation: Operation,
  invocations: readonly Invocation[],
  source: MutatingPolicies,
  authorizer: Authorizer,
  problems: Problem[],
): void {
  const reinvocation = reinvocationOf(operation);
  const kept = (reinvocation.kept.get(NAME) ?? { output: undefined, reinvocable: new Set(), due: new Set() }) as Kept;
  reinvocation.kept.set(NAME, kept);
  const changed = (): void => {
    for (const key of kept.reinvocable) kept.due.add(key);
    kept.reinvocable.clear();
  };
  // Other plugins have changed it since.
  if (reinvocation.again && !same(kept.output, operation.object)) changed();
  const isNamespace = operation.kind.group === '' && operation.kind.resource === 'namespaces';
  const namespace = operation.namespace === '' || isNamespace ? undefined : source.namespace(operation.namespace);
  for (const invocation of invocations) {
    const { policy, params, kind } = invocation;
    const spec = policy.spec ?? {};
    const compiled = expressionsOf(spec);
    const seen = () => ({
      operation: asKind(operation, kind),
      written: operation.kind,
      authorizer,
      namespace,
      params,
      variables: spec.variables ?? [],
      compiled,
    });
    const meets = meetsConditions(seen(), spec.matchConditions ?? []);
    if (typeof meets === 'object') tell(problems, invocation, meets.fault, 'Invalid');
    if (meets !== true) continue;
    const key = keyOf(invocation);
    if (reinvocation.again && !kept.due.has(key)) continue;
    const before = operation.object === undefined ? undefined : copy(operation.object);
    for (const [index, mutation] of (spec.mutations ?? []).entries()) {
      if (operation.object === undefined) continue;
      const now = seen();
      // Every mutation has the whole budget to itself.
      const budget: Budget = { left: REQUEST_COST };
      const expression = compiled.mutations[index];
      try {
        if (expression === undefined) continue;
        const object = now.operation.object as unknown as JsonObject;
        const value = evaluated(expression, mutation, environmentOf(now, budget), budget);
        const patched = mutation.patchType === 'JSONPatch' ? patchedBy(object, value, kind) : appliedBy(object, value, kind);
        if (patched === undefined) continue;
        const draft = copy(patched) as unknown as ApiObject;
        kind.defaults?.(draft);
        become(operation.object, inKind(draft, kind, operation.kind));
      } catch (error) {
        if (!(error instanceof MutationFault)) throw error;
        tell(problems, invocation, error.message, 'Invalid');
      }
    }
    if (before !== undefined && !same(before, operation.object)) {
      changed();
      reinvocation.wanted = true;
    }
    if (spec.reinvocationPolicy === 'IfNeeded') kept.reinvocable.add(key);
  }
  kept.output = operation.object === undefined ? undefined : copy(operation.object);
}

function keyOf({ policy, binding, params }: Invocation): string {
  return [policy.metadata.name, binding.metadata.name, params?.metadata.namespace ?? '', params?.metadata.name ?? ''].join('/');
}

const known = new WeakMap<object, PolicyExpressions>();

function expressionsOf(spec: NonNullable<MutatingAdmissionPolicy['spec']>): PolicyExpressions {
  let compiled = known.get(spec);
  if (compiled === undefined) known.set(spec, (compiled = policyExpressions(spec)));
  return compiled;
}

/** A mutation that cannot be made. */
class MutationFault extends Error {}

function evaluated(expression: Compiled, mutation: Mutation, environment: ReturnType<typeof environmentOf>, budget: Budget): Value {
  const text = (mutation.patchType === 'JSONPatch' ? mutation.jsonPatch : mutation.applyConfiguration)?.expression ?? '';
  const result = run(expression, text, environment, budget);
  if ('fault' in result) throw new MutationFault(result.fault);
  return result.value;
}

function appliedBy(object: JsonObject, value: Value, kind: Kind): JsonObject {
  if (!(value instanceof Struct)) throw new MutationFault('unsupported return type from ApplyConfiguration expression');
  checkPlaces(value);
  try {
    const applied = applyToObject(object, jsonOf(value) as JsonObject, kind.schema);
    return kind.custom === undefined ? readUnstructured(applied, kind.schema).object : applied;
  } catch (error) {
    if (error instanceof ApplyFault) throw new MutationFault(`error applying patch: ${error.message}`);
    throw error instanceof TypeFault ? new MutationFault(error.message) : error;
  }
}

/** Undefined where a test of the patch fails. */
function patchedBy(object: JsonObject, value: Value, kind: Kind): JsonObject | undefined {
  const operations = (isList(value) ? value : []).map((item): PatchOperation => {
    const { op = '', path = '', from = '' } = Object.fromEntries(item as Struct) as Readonly<Record<string, string>>;
    const given = (item as Struct).get('value');
    if (given !== undefined) checkPlaces(given);
    return { op, path, ...(from === '' ? {} : { from }), ...(given === undefined ? {} : { value: jsonOf(given) }) };
  });
  let patched: JsonObject | undefined;
  try {
    patched = applyOperations(object, operations);
  } catch (error) {
    throw error instanceof PatchFault ? new MutationFault(`JSON Patch: ${error.message}`) : error;
  }
  if (patched === undefined || kind.custom !== undefined) return patched;
  try {
    const { object: read, strict } = readFields(patched, kind.schema);
    if (strict.length > 0) throw new TypeFault(`strict decoding error: ${strict.join(', ')}`);
    return read;
  } catch (error) {
    if (!(error instanceof TypeFault)) throw error;
    throw failure(500, 'InternalError', `Internal error occurred: ${error.message}`, { causes: [{ message: error.message }] });
  }
}

function jsonOf(value: Value): JsonObject[string] {
  try {
    return toJson(value);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    throw new MutationFault(`JSONPath valueExpression evaluated to a type that could not marshal to JSON: ${error.message}`);
  }
}

/** A struct must be named after the field it stands in: `Object.spec{ template: Object.spec.template{} }`. */
function checkPlaces(value: Value): void {
  if (!(value instanceof Struct)) return;
  const faults: string[] = [];
  const visit = (one: Value, place: string): void => {
    if (one instanceof Struct) {
      if (one.type !== place)
        faults.push(
          `unexpected type name ${JSON.stringify(one.type)}, expected ${JSON.stringify(place)}, which matches field name path from root Object type`,
        );
      for (const [field, item] of one) visit(item, `${place}.${String(field)}`);
    } else if (isList(one)) for (const item of one) visit(item, place);
    else if (isMap(one)) for (const item of one.values()) visit(item, place);
  };
  visit(value, value.type);
  if (faults.length > 0) throw new MutationFault(`type mismatch: ${faults.join('\n')}`);
}

/** Makes a draft into what another object says, in place. Who owns its fields is not changed by policies. */
function become(draft: ApiObject, other: ApiObject): void {
  const fields = draft as unknown as Record<string, unknown>;
  const before = draft.metadata as unknown as Record<symbol, unknown>;
  for (const field of Object.keys(fields)) if (!Object.hasOwn(other, field)) delete fields[field];
  Object.assign(fields, other);
  const metadata = draft.metadata as unknown as Record<symbol, unknown>;
  for (const symbol of Object.getOwnPropertySymbols(before)) metadata[symbol] = before[symbol];
}
