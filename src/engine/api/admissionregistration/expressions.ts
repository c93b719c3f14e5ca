import { AUTHORIZER_TYPE } from '../../cel/authorizer.ts';
import { compile, type Compiled } from '../../cel/compile.ts';
import { BOOL, DYN, isLoose, listOf, mapOf, plain, STRING, typeText, type Type } from '../../cel/types.ts';
import type { ValidatingAdmissionPolicy } from '../generated/types.ts';
import type { Findings } from '../validation.ts';

const record = (name: string, fields: Readonly<Record<string, Type>>): Type => ({
  kind: 'object',
  name,
  field: (field) => (Object.hasOwn(fields, field) ? fields[field] : undefined),
});

const groupVersion = (name: string, last: string): Type => record(name, { group: STRING, version: STRING, [last]: STRING });
const KIND = groupVersion('kubernetes.GroupVersionKind', 'kind');
const RESOURCE = groupVersion('kubernetes.GroupVersionResource', 'resource');
const REQUEST = record('kubernetes.AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: record('kubernetes.UserInfo', { username: STRING, uid: STRING, groups: listOf(STRING), extra: mapOf(STRING, listOf(STRING)) }),
  dryRun: BOOL,
  options: DYN,
});
const NAMESPACE = record('kubernetes.Namespace', {
  metadata: record('kubernetes.NamespaceMetadata', {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: mapOf(STRING, STRING),
    annotations: mapOf(STRING, STRING),
    UID: STRING,
    creationTimestamp: DYN,
    deletionGracePeriodSeconds: plain('int'),
    deletionTimestamp: DYN,
    generation: plain('int'),
    resourceVersion: STRING,
    finalizers: listOf(STRING),
  }),
  spec: record('kubernetes.NamespaceSpec', { finalizers: listOf(STRING) }),
  status: record('kubernetes.NamespaceStatus', { phase: STRING }),
});

const REQUEST_VARIABLES: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['object', DYN],
  ['oldObject', DYN],
  ['request', REQUEST],
  ['authorizer', plain(AUTHORIZER_TYPE)],
]);

type Spec = Pick<
  NonNullable<ValidatingAdmissionPolicy['spec']>,
  'paramKind' | 'matchConditions' | 'variables' | 'validations' | 'auditAnnotations'
>;

/** The expressions of a policy, compiled. */
export interface PolicyExpressions {
  readonly conditions: readonly Compiled[];
  readonly variables: readonly Compiled[];
  readonly validations: readonly { readonly expression: Compiled; readonly message?: Compiled }[];
  readonly annotations: readonly Compiled[];
}

/** A condition that decides whether a write is looked at at all. */
export function compileCondition(expression: string, withParameters: boolean): Compiled {
  return compile(expression, withParameters ? new Map(REQUEST_VARIABLES).set('params', DYN) : REQUEST_VARIABLES);
}

export function policyExpressions(spec: Spec): PolicyExpressions {
  const conditions = (spec.matchConditions ?? []).map(({ expression = '' }) => compileCondition(expression, spec.paramKind !== undefined));
  const all = withParams(spec).set('namespaceObject', NAMESPACE);
  const fields: Record<string, Type> = {};
  const declared = spec.variables ?? [];
  if (declared.length > 0) all.set('variables', record('kubernetes.variables', fields));
  const variables = declared.map(({ name = '', expression = '' }) => {
    const compiled = compile(expression, all);
    // One that cannot be compiled is there all the same: what speaks of it is not to blame.
    if (name !== '' && expression.trim() !== '') fields[name] ??= 'program' in compiled ? compiled.program.type : DYN;
    return compiled;
  });
  return {
    conditions,
    variables,
    validations: (spec.validations ?? []).map(({ expression = '', messageExpression }) => ({
      expression: compile(expression, all),
      ...(messageExpression === undefined || messageExpression.trim() === '' ? {} : { message: compile(messageExpression, all) }),
    })),
    annotations: (spec.auditAnnotations ?? []).map(({ valueExpression = '' }) => compile(valueExpression, all)),
  };
}

function withParams(spec: Spec): Map<string, Type> {
  const out = new Map(REQUEST_VARIABLES);
  return spec.paramKind === undefined ? out : out.set('params', DYN);
}

/** Tells an expression that cannot be compiled, or comes to something that is not wanted. */
export function checkExpression(
  source: string,
  compiled: Compiled | undefined,
  wanted: 'bool' | 'string' | 'annotation' | 'any',
  field: string,
  findings: Findings,
): void {
  if (compiled === undefined || source.trim() === '') return;
  const shown = source.trim();
  if ('fault' in compiled) findings.invalid(field, shown, `compilation failed: ${compiled.fault}`);
  else {
    const type = compiled.program.type;
    const got = typeText(type);
    if (wanted === 'bool' && got !== 'bool') findings.invalid(field, shown, `must evaluate to bool but got ${got}`);
    if (wanted === 'string' && got !== 'string') findings.invalid(field, shown, `must evaluate to string but got ${got}`);
    if (wanted === 'annotation' && got !== 'string' && got !== 'null_type' && !isLoose(type))
      findings.invalid(field, shown, `must evaluate to one of [string null_type] but got ${got}`);
  }
}
