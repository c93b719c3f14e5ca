import { compileCondition } from '../../../api/admissionregistration/expressions.ts';
import type { MutatingWebhook, Namespace, ValidatingWebhook } from '../../../api/generated/types.ts';
import type { Kind } from '../../../api/kind.ts';
import type { Authorizer } from '../../authz/authorizer.ts';
import type { Operation } from '../admission.ts';
import { asKind, matchedKind } from '../match-resources.ts';
import { meetsConditions, type Seen } from '../policy-environment.ts';

export type Webhook = MutatingWebhook | ValidatingWebhook;

export interface Matching {
  readonly authorizer: Authorizer;
  /** What is the same as a kind under another version or group. */
  equivalents(kind: Kind): readonly Kind[];
  namespace(name: string): Namespace | undefined;
}

/** A write in the form in which a webhook is told of it. */
export interface Invocation {
  readonly operation: Operation;
  /** Match conditions that cannot be told. */
  readonly fault?: string;
}

/** How a webhook is called for a write; undefined where it is not. */
export function invocationOf(operation: Operation, hook: Webhook, matching: Matching): Invocation | undefined {
  const { rules = [], namespaceSelector, objectSelector, matchPolicy = 'Equivalent' } = hook;
  if (rules.length === 0) return undefined;
  const match = {
    matchPolicy,
    resourceRules: rules,
    ...(namespaceSelector === undefined ? {} : { namespaceSelector }),
    ...(objectSelector === undefined ? {} : { objectSelector }),
  };
  const namespace = operation.namespace === '' ? undefined : matching.namespace(operation.namespace);
  const kind = matchedKind(operation, match, namespace, (one) => matching.equivalents(one));
  if (kind === undefined) return undefined;
  const told = kind === operation.kind ? operation : asKind(operation, kind);
  const conditions = hook.matchConditions ?? [];
  if (conditions.length === 0) return { operation: told };
  const met = meetsConditions(seenBy(told, operation.kind, hook, matching), conditions);
  if (met === false) return undefined;
  return met === true ? { operation: told } : { operation: told, fault: met.fault };
}

const compiled = new WeakMap<Webhook, Seen['compiled']>();

function seenBy(operation: Operation, written: Kind, hook: Webhook, { authorizer }: Matching): Seen {
  let expressions = compiled.get(hook);
  if (expressions === undefined) {
    const conditions = (hook.matchConditions ?? []).map(({ expression = '' }) => compileCondition(expression, false));
    compiled.set(hook, (expressions = { conditions, variables: [], validations: [], annotations: [], mutations: [] }));
  }
  return { operation, written, authorizer, namespace: undefined, params: undefined, variables: [], compiled: expressions };
}
