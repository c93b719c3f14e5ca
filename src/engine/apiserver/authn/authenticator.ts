import { failure } from '../../api/errors.ts';
import { header } from '../route.ts';
import type { ApiRequest, Credentials } from '../types.ts';
import type { Tokens } from './tokens.ts';
import { ANONYMOUS, AUTHENTICATED, CREDENTIAL_ID, type UserInfo } from './user.ts';

/** Users of certificates, kept with the credentials: a component shows the same ones with each request. */
const certified = new WeakMap<Credentials, UserInfo>();

/** Who sent a request: by certificate, by bearer token, or nobody in particular. Throws 401 on a token that is none. */
export function authenticate(request: ApiRequest, tokens: Tokens): UserInfo {
  const { credentials } = request;
  if (credentials?.kind === 'certificate') {
    let user = certified.get(credentials);
    if (user === undefined) {
      const { user: name, groups, fingerprint } = credentials;
      const extra = { [CREDENTIAL_ID]: [`X509SHA256=${fingerprint ?? ''}`] };
      user = { name, groups: withAuthenticated(groups), ...(fingerprint === undefined ? {} : { extra }) };
      certified.set(credentials, user);
    }
    return user;
  }
  const token = credentials?.kind === 'token' ? credentials.token : bearerToken(request);
  if (token === undefined) return ANONYMOUS;
  const known = tokens.verify(token, []);
  if ('error' in known) throw unauthorized();
  return { ...known.user, groups: withAuthenticated(known.user.groups) };
}

export function unauthorized(): Error {
  return failure(401, 'Unauthorized', 'Unauthorized');
}

export function withAuthenticated(groups: readonly string[]): string[] {
  return groups.includes(AUTHENTICATED) ? [...groups] : [...groups, AUTHENTICATED];
}

function bearerToken(request: ApiRequest): string | undefined {
  const [scheme = '', token = ''] = (header(request, 'authorization') ?? '').trim().split(' ');
  return scheme.toLowerCase() === 'bearer' && token !== '' ? token : undefined;
}
