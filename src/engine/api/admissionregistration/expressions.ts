import { AUTHORIZER_TYPE, RESOURCE_CHECK_TYPE } from '../../cel/authorizer.ts';
import { compile, type Compiled } from '../../cel/compile.ts';
import { BOOL, DYN, INT, listOf, mapOf, plain, STRING, TIMESTAMP, typeText, type Type } from '../../cel/types.ts';
import type { MutatingAdmissionPolicy, ValidatingAdmissionPolicy } from '../generated/types.ts';
import { PATCHES } from '../../cel/patches.ts';
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
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: listOf(STRING),
  }),
  spec: record('kubernetes.NamespaceSpec', { finalizers: listOf(STRING) }),
  status: record('kubernetes.NamespaceStatus', {
    conditions: listOf(
      record('kubernetes.NamespaceCondition', {
        status: STRING,
        type: STRING,
        lastTransitionTime: TIMESTAMP,
        message: STRING,
        reason: STRING,
      }),
    ),
    phase: STRING,
  }),
});

// What messages are made from: they may not ask who may do what.
const MESSAGE_VARIABLES: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['object', DYN],
  ['oldObject', DYN],
  ['request', REQUEST],
  ['namespaceObject', NAMESPACE],
]);
const REQUEST_VARIABLES: ReadonlyMap<string, Type> = new Map<string, Type>([
  ...MESSAGE_VARIABLES,
  ['authorizer', plain(AUTHORIZER_TYPE)],
  ['authorizer.requestResource', plain(RESOURCE_CHECK_TYPE)],
]);

type Spec = Pick<
  NonNullable<ValidatingAdmissionPolicy['spec']>,
  'paramKind' | 'matchConditions' | 'variables' | 'validations' | 'auditAnnotations'
> &
  Pick<NonNullable<MutatingAdmissionPolicy['spec']>, 'mutations'>;

/** The expressions of a policy, compiled. */
export interface PolicyExpressions {
  readonly conditions: readonly Compiled[];
  readonly variables: readonly Compiled[];
  readonly validations: readonly { readonly expression: Compiled; readonly message?: Compiled }[];
  readonly annotations: readonly Compiled[];
  readonly mutations: readonly (Compiled | undefined)[];
}

/** A condition that decides whether a write is looked at at all. */
export function compileCondition(expression: string, withParameters: boolean): Compiled {
  return compile(expression.trim(), withParameters ? new Map(REQUEST_VARIABLES).set('params', DYN) : REQUEST_VARIABLES);
}

export function policyExpressions(spec: Spec): PolicyExpressions {
  const conditions = (spec.matchConditions ?? []).map(({ expression = '' }) => compileCondition(expression, spec.paramKind !== undefined));
  const fields: Record<string, Type> = {};
  const declared = spec.variables ?? [];
  const composed = (base: ReadonlyMap<string, Type>): Map<string, Type> => {
    const out = new Map(base);
    if (spec.paramKind !== undefined) out.set('params', DYN);
    // Those who change objects may always speak of variables, those who judge only where there are some.
    if (declared.length > 0 || spec.mutations !== undefined) out.set('variables', record('kubernetes.variables', fields));
    return out;
  };
  const all = composed(REQUEST_VARIABLES);
  const variables = declared.map(({ name = '', expression = '' }) => {
    const compiled = compile(expression, all);
    // One that cannot be compiled is there all the same: what speaks of it is not to blame.
    if (name !== '' && expression.trim() !== '') fields[name] = 'program' in compiled ? declaredType(compiled.program.type) : DYN;
    return compiled;
  });
  const messages = composed(MESSAGE_VARIABLES);
  return {
    conditions,
    variables,
    validations: (spec.validations ?? []).map(({ expression = '', messageExpression }) => ({
      expression: compile(expression, all),
      ...(messageExpression === undefined || messageExpression.trim() === '' ? {} : { message: compile(messageExpression, messages) }),
    })),
    annotations: (spec.auditAnnotations ?? []).map(({ valueExpression = '' }) => compile(valueExpression.trim(), all)),
    mutations: (spec.mutations ?? []).map(({ patchType, applyConfiguration, jsonPatch }) => {
      const given = patchType === 'JSONPatch' ? jsonPatch : applyConfiguration;
      return given === undefined ? undefined : compile(given.expression ?? '', all, PATCHES);
    }),
  };
}

const PLAIN = new Set([
  'bool', 'bytes', 'double', 'google.protobuf.Duration', 'int', 'null_type', 'string', 'google.protobuf.Timestamp', 'uint',
]); // prettier-ignore

/** What others may know of a variable's type: lists and maps of the plain ones, all else only when it is evaluated. */
function declaredType(type: Type): Type {
  if (type.kind === 'list') return listOf(declaredType(type.of));
  if (type.kind === 'map') return mapOf(declaredType(type.key), declaredType(type.of));
  return type.kind === 'plain' && PLAIN.has(type.name) ? type : DYN;
}

/** Tells an expression that cannot be compiled, or comes to something that is not wanted. */
export function checkExpression(
  source: string,
  compiled: Compiled | undefined,
  wanted: readonly string[],
  field: string,
  findings: Findings,
): void {
  if (compiled === undefined || source.trim() === '') return;
  if ('fault' in compiled) return findings.invalid(field, source, `compilation failed: ${compiled.fault}`);
  const got = typeText(compiled.program.type);
  if (wanted.length === 0 || wanted.includes(got)) return;
  findings.invalid(
    field,
    source,
    wanted.length === 1 ? `must evaluate to ${wanted[0]} but got ${got}` : `must evaluate to one of [${wanted.join(' ')}] but got ${got}`,
  );
}
