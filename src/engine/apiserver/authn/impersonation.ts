import { failure } from '../../api/errors.ts';
import { forbidAccess, type Authorizer } from '../authz/authorizer.ts';
import { header, headers } from '../route.ts';
import type { ApiRequest } from '../types.ts';
import { ANONYMOUS, AUTHENTICATED, UNAUTHENTICATED, parseServiceAccount, serviceAccountGroups, type UserInfo } from './user.ts';

const EXTRA = 'impersonate-extra-';

/** Lets a caller who may act as somebody else (`kubectl --as`). Returns the user to go on as. */
export function impersonate(request: ApiRequest, user: UserInfo, authorizer: Authorizer): UserInfo {
  if (!wanted(request)) return user;
  const name = header(request, 'impersonate-user') ?? '';
  const groups = headers(request, 'impersonate-group');
  const uid = header(request, 'impersonate-uid') ?? '';
  const extra = extras(request);
  if (name === '') {
    if (groups.length > 0 || uid !== '' || extra.length > 0) {
      const asked = { groups, extras: Object.fromEntries(extra), uid };
      throw failure(500, 'InternalError', `Internal error occurred: requested ${JSON.stringify(asked)} without impersonating a user`);
    }
    return user;
  }
  const ask = (resource: string, group: string, whom: string, namespace = '', subresource = ''): void => {
    const attributes = {
      user,
      verb: 'impersonate',
      isResource: true,
      group,
      version: 'v1',
      resource,
      subresource,
      namespace,
      name: whom,
      path: '',
    };
    const { allowed, reason } = authorizer.authorize(attributes);
    if (!allowed) throw forbidAccess(attributes, reason);
  };
  const account = parseServiceAccount(name);
  if (account !== undefined) ask('serviceaccounts', '', account.name, account.namespace);
  else ask('users', '', name);
  for (const group of groups) ask('groups', '', group);
  if (uid !== '') ask('uids', 'authentication.k8s.io', uid);
  for (const [key, values] of extra) for (const value of values) ask('userextras', 'authentication.k8s.io', value, '', key);
  const own = account !== undefined && groups.length === 0 ? serviceAccountGroups(name) : [];
  const all = [...groups, ...own];
  // Everybody but the anonymous user is authenticated, even when impersonated.
  const anonymous = name === ANONYMOUS.name;
  const last = anonymous ? UNAUTHENTICATED : AUTHENTICATED;
  if (!all.includes(last) && !all.includes(UNAUTHENTICATED)) all.push(last);
  return {
    name,
    groups: all,
    ...(uid === '' ? {} : { uid }),
    ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) }),
  };
}

function wanted({ headers: given }: ApiRequest): boolean {
  for (const name in given) if (name.startsWith('impersonate-')) return true;
  return false;
}

function extras(request: ApiRequest): [string, readonly string[]][] {
  return Object.keys(request.headers ?? {})
    .filter((name) => name.startsWith(EXTRA))
    .map((name) => [decodeURIComponent(name.slice(EXTRA.length)), headers(request, name)]);
}
