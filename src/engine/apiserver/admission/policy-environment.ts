import type { PolicyExpressions } from '../../api/admissionregistration/expressions.ts';
import type { Kind } from '../../api/kind.ts';
import type { Namespace, Variable } from '../../api/generated/types.ts';
import type { ApiObject } from '../../api/meta.ts';
import { authorizerValue, resourceCheckValue, type Ask } from '../../cel/authorizer.ts';
import type { Compiled } from '../../cel/compile.ts';
import { CONDITIONS_COST, OVER_BUDGET, type Budget } from '../../cel/budget.ts';
import type { Environment } from '../../cel/evaluate.ts';
import { CelError, fromJson, type Value } from '../../cel/values.ts';
import type { Authorizer } from '../authz/authorizer.ts';
import type { Operation } from './admission.ts';

/** What the expressions of a policy see of a write. */
export interface Seen {
  /** The write, in the form in which the policy asked for it. */
  readonly operation: Operation;
  /** What was written, where that is another version of it. */
  readonly written: Kind;
  readonly authorizer: Authorizer;
  readonly namespace: Namespace | undefined;
  readonly params: ApiObject | undefined;
  readonly variables: readonly Variable[];
  readonly compiled: PolicyExpressions;
  /** Values of objects, for all policies that judge a write in which nothing changes any more. */
  readonly values?: Map<object, Value>;
}

export type Result = { readonly value: Value } | { readonly fault: string; readonly stops?: true };

/** Evaluates an expression; a fault that stops all others says so. */
export function run(expression: Compiled, text: string, environment: Environment, budget: Budget): Result {
  try {
    if ('fault' in expression) throw new CelError(`compilation failed: ${expression.fault}`);
    return { value: expression.program.evaluate(environment, budget) };
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    if (error.message === OVER_BUDGET) return { fault: OVER_BUDGET, stops: true };
    return { fault: `expression '${text}' resulted in error: ${error.message}` };
  }
}

/** Whether a write is one for which the conditions of a policy hold. One that does not is enough, even where another cannot be told. */
export function meetsConditions(seen: Seen, texts: readonly { expression?: string }[]): boolean | { readonly fault: string } {
  const { conditions } = seen.compiled;
  if (conditions.length === 0) return true;
  const budget: Budget = { left: CONDITIONS_COST };
  const environment = environmentOf({ ...seen, namespace: undefined }, budget);
  const faults: string[] = [];
  for (const [index, condition] of conditions.entries()) {
    const result = run(condition, texts[index]?.expression ?? '', environment, budget);
    if ('fault' in result) {
      faults.push(result.fault);
      if (result.stops) return { fault: result.fault };
    } else if (result.value !== true) return false;
  }
  const [only] = faults;
  if (only === undefined) return true;
  return { fault: faults.length === 1 ? only : `[${[...new Set(faults)].join(', ')}]` };
}

/** The names of expressions. What a variable costs comes out of the budget of those who speak of it. */
export function environmentOf(
  { operation, written: kind, authorizer, namespace, params, variables, compiled, values: shared }: Seen,
  budget: Budget,
): Environment {
  const once = (make: () => Value): (() => Value) => {
    let made: Value | undefined;
    return () => (made ??= make());
  };
  const valueOf = (object: object | null | undefined): Value => {
    if (object === null || object === undefined) return fromJson(object);
    let value = shared?.get(object);
    if (value === undefined) shared?.set(object, (value = fromJson(object)));
    return value ?? fromJson(object);
  };
  const ask = asking(operation, authorizer);
  const environment = new Map<string, Value | (() => Value)>([
    ['object', once(() => valueOf(operation.verb === 'delete' ? null : operation.object))],
    ['oldObject', once(() => valueOf(operation.old))],
    ['request', once(() => requestValue(operation, kind))],
    ['namespaceObject', once(() => valueOf(namespace))],
    ['params', once(() => valueOf(params))],
    ['authorizer', authorizerValue(ask)],
    [
      'authorizer.requestResource',
      resourceCheckValue(ask, {
        group: kind.group,
        resource: kind.resource,
        subresource: operation.subresource,
        namespace: operation.namespace,
        name: operation.name,
      }),
    ],
  ]);
  // Variables are worked out when somebody speaks of them.
  const values = new LazyFields();
  for (const [index, { name = '' }] of variables.entries()) {
    const expression = compiled.variables[index];
    values.define(name, () => {
      if (expression === undefined || 'fault' in expression)
        throw new CelError(`composited variable ${JSON.stringify(name)} fails to compile: compilation failed: ${expression?.fault ?? ''}`);
      try {
        return expression.program.evaluate(environment, budget);
      } catch (error) {
        if (!(error instanceof CelError) || error.message === OVER_BUDGET) throw error;
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

function asking({ context }: Operation, authorizer: Authorizer): Ask {
  return ({ verb, path, group, resource, subresource, namespace, name, serviceAccount }) => {
    const user =
      serviceAccount === undefined
        ? context.user
        : {
            name: `system:serviceaccount:${serviceAccount.namespace}:${serviceAccount.name}`,
            groups: ['system:serviceaccounts', `system:serviceaccounts:${serviceAccount.namespace}`, 'system:authenticated'],
          };
    return authorizer.authorize({
      user,
      verb,
      isResource: path === undefined,
      path: path ?? '',
      group,
      version: '*',
      resource,
      subresource,
      namespace,
      name,
    });
  };
}

const OPTIONS = { create: 'CreateOptions', update: 'UpdateOptions', delete: 'DeleteOptions' } as const;

const gvk = ({ group, version, kind }: Kind): object => ({ group, version, kind });
const gvr = ({ group, version, resource }: Kind): object => ({ group, version, resource });

function requestValue({ verb, kind, namespace, name, subresource, context }: Operation, written: Kind): Value {
  const { user, dryRun } = context;
  // What is empty is left out, as the JSON of an AdmissionRequest leaves it out.
  const given = <T extends object>(key: string, value: T | string | undefined): object =>
    value === undefined || value === '' || (typeof value === 'object' && Object.keys(value).length === 0) ? {} : { [key]: value };
  return fromJson({
    kind: gvk(kind),
    resource: gvr(kind),
    ...given('subResource', subresource),
    requestKind: gvk(written),
    requestResource: gvr(written),
    ...given('requestSubResource', subresource),
    ...given('name', name),
    ...given('namespace', namespace),
    operation: verb.toUpperCase(),
    userInfo: {
      ...given('username', user.name),
      ...given('uid', user.uid),
      ...given('groups', user.groups),
      ...given('extra', user.extra),
    },
    dryRun,
    ...(verb === 'connect'
      ? {}
      : { options: { kind: OPTIONS[verb], apiVersion: 'meta.k8s.io/v1', ...(dryRun ? { dryRun: ['All'] } : {}) } }),
  });
}
