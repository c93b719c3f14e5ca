import { StatusError, badRequest } from '../../api/errors.ts';
import { Findings, invalid } from '../../api/validation.ts';
import type { UserInfo } from '../authn/user.ts';
import type { Authorizer, Decision } from '../authz/authorizer.ts';
import { readOptions } from '../body.ts';
import type { RequestContext } from '../context.ts';
import type { QuestionParts } from './question-parts.ts';

interface ResourceAttributes {
  namespace?: string;
  verb?: string;
  group?: string;
  version?: string;
  resource?: string;
  subresource?: string;
  name?: string;
  fieldSelector?: Selector;
  labelSelector?: Selector;
}

interface Selector {
  rawSelector?: string;
  requirements?: { key?: string; operator?: string; values?: string[] }[];
}

interface AccessSpec {
  resourceAttributes?: ResourceAttributes;
  nonResourceAttributes?: { path?: string; verb?: string };
  user?: string;
  groups?: string[];
  uid?: string;
  extra?: Record<string, string[]>;
}

interface Review<S> {
  metadata?: { namespace?: string };
  spec?: S;
}

const GROUP = 'authorization.k8s.io';
const VERSION = `${GROUP}/v1`;

/** `kubectl auth can-i`. */
export function selfSubjectAccessReview(context: RequestContext, { authorizer }: QuestionParts): object {
  return review(context, authorizer, 'SelfSubjectAccessReview', context.user);
}

/** `kubectl auth can-i --as`, asked for somebody else. */
export function subjectAccessReview(context: RequestContext, { authorizer }: QuestionParts): object {
  return review(context, authorizer, 'SubjectAccessReview', undefined);
}

export function localSubjectAccessReview(context: RequestContext, { authorizer }: QuestionParts): object {
  return review(context, authorizer, 'LocalSubjectAccessReview', undefined);
}

/** `kubectl auth can-i --list`. */
export function selfSubjectRulesReview(context: RequestContext, { authorizer }: QuestionParts): object {
  const { metadata = {}, spec = {} } = readOptions<Review<{ namespace?: string }>>(context, 'SelfSubjectRulesReview');
  if ((spec.namespace ?? '') === '') throw badRequest('no namespace on request');
  const status = authorizer.rulesFor(context.user, spec.namespace as string);
  // The rules are the answer: the question is not repeated.
  return {
    kind: 'SelfSubjectRulesReview',
    apiVersion: VERSION,
    metadata,
    spec: {},
    status,
  };
}

function review(context: RequestContext, authorizer: Authorizer, kind: string, self: UserInfo | undefined): object {
  const { metadata = {}, spec = {} } = readOptions<Review<AccessSpec>>(context, kind);
  validate(spec, self === undefined);
  if (kind === 'LocalSubjectAccessReview') {
    const { namespace } = context.info;
    if ((metadata.namespace ?? namespace) !== namespace)
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    if (spec.resourceAttributes?.namespace !== namespace) {
      const findings = new Findings();
      findings.invalid('spec.resourceAttributes.namespace', spec.resourceAttributes?.namespace ?? '', 'must match metadata.namespace');
      throw refused(findings);
    }
    metadata.namespace = namespace;
  }
  const user = self ?? subjectOf(spec);
  const { allowed, reason } = decide(authorizer, user, spec);
  return { kind, apiVersion: VERSION, metadata, spec: withoutEmpty(spec), status: { allowed, ...(reason === '' ? {} : { reason }) } };
}

/** As Go writes it: no empty texts and lists, but empty structures. */
function withoutEmpty(spec: object): object {
  const kept = Object.entries(spec).filter(([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(
    kept.map(([key, value]) => [key, typeof value === 'object' && value !== null && !Array.isArray(value) ? withoutEmpty(value) : value]),
  );
}

const subjectOf = ({ user, groups, uid, extra }: AccessSpec): UserInfo => ({
  name: user ?? '',
  groups: groups ?? [],
  ...(uid === undefined ? {} : { uid }),
  ...(extra === undefined ? {} : { extra }),
});

/** Upstream asks with an empty kind: the refusal begins with a dot, and names none. */
function refused(findings: Findings): Error {
  const { status } = invalid('', GROUP, '', findings.list);
  const { kind: _, ...details } = status.details ?? {};
  return new StatusError({ ...status, details });
}

function decide(authorizer: Authorizer, user: UserInfo, { resourceAttributes, nonResourceAttributes }: AccessSpec): Decision {
  const { namespace = '', verb = '', group = '', version = '', resource = '', subresource = '', name = '' } = resourceAttributes ?? {};
  const { path = '' } = nonResourceAttributes ?? {};
  const isResource = resourceAttributes !== undefined;
  const fields = fieldsOf(resourceAttributes?.fieldSelector);
  return authorizer.authorize({
    user,
    isResource,
    verb: isResource ? verb : (nonResourceAttributes?.verb ?? ''),
    namespace,
    group,
    version,
    resource,
    subresource,
    name,
    path,
    ...(fields === undefined ? {} : { fields }),
  });
}

function validate(spec: AccessSpec, namesUser: boolean): void {
  const findings = new Findings();
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    const { path = '', verb = '' } = nonResourceAttributes;
    // Printed by its Go fields.
    findings.invalid(
      'spec.nonResourceAttributes',
      { Path: path, Verb: verb },
      'cannot be specified in combination with resourceAttributes',
    );
  }
  if (resourceAttributes === undefined && nonResourceAttributes === undefined) {
    findings.invalid('spec.resourceAttributes', null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified');
  }
  if (namesUser && (spec.user ?? '') === '' && (spec.groups ?? []).length === 0)
    findings.invalid('spec.user', spec.user ?? '', 'at least one of user or group must be specified');
  if (resourceAttributes !== undefined) validateSelectors(resourceAttributes, findings);
  if (!findings.empty) throw refused(findings);
}

/** The fields that have to equal one value. */
function fieldsOf(selector: Selector | undefined): Record<string, string> | undefined {
  const exact = (selector?.requirements ?? []).filter(({ operator, values }) => operator === 'In' && values?.length === 1);
  return exact.length === 0 ? undefined : Object.fromEntries(exact.map(({ key = '', values = [] }) => [key, values[0] ?? '']));
}

function validateSelectors({ fieldSelector, labelSelector }: ResourceAttributes, findings: Findings): void {
  for (const [name, selector] of Object.entries({ fieldSelector, labelSelector })) {
    if (selector === undefined) continue;
    const path = `spec.resourceAttributes.${name}`;
    const { rawSelector = '', requirements = [] } = selector;
    if (rawSelector !== '' && requirements.length > 0)
      findings.invalid(`${path}.rawSelector`, rawSelector, 'may not specified at the same time as requirements');
    if (rawSelector === '' && requirements.length === 0)
      findings.required(`${path}.requirements`, `when ${path} is specified, requirements or rawSelector is required`);
    for (const [index, { key = '', operator = '', values = [] }] of requirements.entries()) {
      const at = `${path}.requirements[${index}]`;
      if (key === '') findings.required(`${at}.key`, 'must be specified');
      switch (operator) {
        case 'In':
        case 'NotIn':
          if (values.length === 0) findings.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
          break;
        case 'Exists':
        case 'DoesNotExist':
          if (values.length > 0) findings.forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
          break;
        default:
          findings.invalid(`${at}.operator`, operator, 'not a valid selector operator');
      }
    }
  }
}
