import { badRequest } from '../../api/errors.ts';
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
}

interface AccessSpec {
  resourceAttributes?: ResourceAttributes;
  nonResourceAttributes?: { path?: string; verb?: string };
  user?: string;
  groups?: string[];
  uid?: string;
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
  const { resourceRules, nonResourceRules } = authorizer.rulesFor(context.user, spec.namespace as string);
  // The rules are the answer: the question is not repeated.
  return {
    kind: 'SelfSubjectRulesReview',
    apiVersion: VERSION,
    metadata,
    spec: {},
    status: { resourceRules, nonResourceRules, incomplete: false },
  };
}

function review(context: RequestContext, authorizer: Authorizer, kind: string, self: UserInfo | undefined): object {
  const { metadata = {}, spec = {} } = readOptions<Review<AccessSpec>>(context, kind);
  validate(kind, spec, self === undefined);
  if (kind === 'LocalSubjectAccessReview') {
    const { namespace } = context.info;
    if ((metadata.namespace ?? namespace) !== namespace)
      throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    if (spec.resourceAttributes?.namespace !== namespace) {
      const findings = new Findings();
      findings.invalid('spec.resourceAttributes.namespace', spec.resourceAttributes?.namespace ?? '', 'must match metadata.namespace');
      throw invalid(kind, GROUP, '', findings.list);
    }
    metadata.namespace = namespace;
  }
  const user = self ?? { name: spec.user ?? '', groups: spec.groups ?? [], ...(spec.uid === undefined ? {} : { uid: spec.uid }) };
  const { allowed, reason } = decide(authorizer, user, spec);
  return { kind, apiVersion: VERSION, metadata, spec, status: { allowed, ...(reason === '' ? {} : { reason }) } };
}

function decide(authorizer: Authorizer, user: UserInfo, { resourceAttributes, nonResourceAttributes }: AccessSpec): Decision {
  const { namespace = '', verb = '', group = '', version = '', resource = '', subresource = '', name = '' } = resourceAttributes ?? {};
  const { path = '' } = nonResourceAttributes ?? {};
  const isResource = resourceAttributes !== undefined;
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
  });
}

function validate(kind: string, spec: AccessSpec, namesUser: boolean): void {
  const findings = new Findings();
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    findings.invalid('spec.nonResourceAttributes', nonResourceAttributes, 'cannot be specified in combination with resourceAttributes');
  }
  if (resourceAttributes === undefined && nonResourceAttributes === undefined) {
    findings.invalid('spec.resourceAttributes', null, 'exactly one of nonResourceAttributes or resourceAttributes must be specified');
  }
  if (namesUser && (spec.user ?? '') === '' && (spec.groups ?? []).length === 0)
    findings.invalid('spec.user', spec.user ?? '', 'at least one of user or group must be specified');
  if (!findings.empty) throw invalid(kind, GROUP, '', findings.list);
}
