import type { Tokens } from '../authn/tokens.ts';
import type { Authorizer } from '../authz/authorizer.ts';
import type { RequestContext } from '../context.ts';
import { jsonResponse, methodNotAllowed } from '../response.ts';
import type { ApiResponse } from '../types.ts';
import type { QuestionParts } from './question-parts.ts';
import { localSubjectAccessReview, selfSubjectAccessReview, selfSubjectRulesReview, subjectAccessReview } from './access-reviews.ts';
import { selfSubjectReview, tokenReview } from './identity-reviews.ts';

/** Answers a posted question; nothing is stored. */
type Question = (context: RequestContext, parts: QuestionParts) => object;

interface Entry {
  readonly namespaced: boolean;
  readonly answer: Question;
}

const QUESTIONS: Readonly<Record<string, Entry>> = {
  'authentication.k8s.io/v1/selfsubjectreviews': { namespaced: false, answer: selfSubjectReview },
  'authentication.k8s.io/v1/tokenreviews': { namespaced: false, answer: tokenReview },
  'authorization.k8s.io/v1/localsubjectaccessreviews': { namespaced: true, answer: localSubjectAccessReview },
  'authorization.k8s.io/v1/selfsubjectaccessreviews': { namespaced: false, answer: selfSubjectAccessReview },
  'authorization.k8s.io/v1/selfsubjectrulesreviews': { namespaced: false, answer: selfSubjectRulesReview },
  'authorization.k8s.io/v1/subjectaccessreviews': { namespaced: false, answer: subjectAccessReview },
};

/** Resources that only take questions. */
export class Questions {
  readonly groups: ReadonlySet<string> = new Set(Object.keys(QUESTIONS).map((key) => key.slice(0, key.indexOf('/'))));

  constructor(
    readonly authorizer: Authorizer,
    readonly tokens: Tokens,
  ) {}

  handle(context: RequestContext): ApiResponse | undefined {
    const { info } = context;
    const entry = QUESTIONS[`${info.group}/${info.version}/${info.resource}`];
    if (entry === undefined || entry.namespaced !== (info.namespace !== '') || info.name !== '') return undefined;
    if (info.verb !== 'create') throw methodNotAllowed();
    return jsonResponse(201, entry.answer(context, this));
  }
}
