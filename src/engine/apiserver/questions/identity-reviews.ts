import { badRequest } from '../../api/errors.ts';
import { formatTime } from '../../sim/time.ts';
import type { UserInfo } from '../authn/user.ts';
import { AUTHENTICATED } from '../authn/user.ts';
import { readOptions } from '../body.ts';
import type { RequestContext } from '../context.ts';
import type { QuestionParts } from './question-parts.ts';

/** `kubectl auth whoami`. */
export function selfSubjectReview(context: RequestContext): object {
  readOptions(context, 'SelfSubjectReview');
  return {
    kind: 'SelfSubjectReview',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { creationTimestamp: formatTime(context.now) },
    status: { userInfo: userInfo(context.user) },
  };
}

export function tokenReview(context: RequestContext, { tokens }: QuestionParts): object {
  const { spec = {}, metadata = {} } = readOptions<{ metadata?: object; spec?: { token?: string; audiences?: string[] } }>(
    context,
    'TokenReview',
  );
  if ((spec.token ?? '') === '') throw badRequest('token is required for TokenReview in authentication');
  const known = tokens.verify(spec.token as string, spec.audiences ?? []);
  const status =
    'error' in known
      ? { user: {}, error: known.error }
      : {
          authenticated: true,
          user: userInfo({ ...known.user, groups: [...known.user.groups, AUTHENTICATED] }),
          audiences: known.audiences,
        };
  return { kind: 'TokenReview', apiVersion: 'authentication.k8s.io/v1', metadata, spec, status };
}

function userInfo({ name, uid, groups, extra }: UserInfo): object {
  return { username: name, ...(uid === undefined ? {} : { uid }), groups, ...(extra === undefined ? {} : { extra }) };
}
