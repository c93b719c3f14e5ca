/** Who is asking, as authorization and admission see it. */
export interface UserInfo {
  readonly name: string;
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Which credential proved who somebody is. */
export const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';
export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';
export const MASTERS = 'system:masters';
export const ANONYMOUS: UserInfo = { name: 'system:anonymous', groups: [UNAUTHENTICATED] };

const SERVICE_ACCOUNT = 'system:serviceaccount:';

/** The groups that the name of a service account brings with it; none for other names. */
export function serviceAccountGroups(user: string): string[] {
  const parsed = parseServiceAccount(user);
  return parsed === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${parsed.namespace}`];
}

export function serviceAccountName(namespace: string, name: string): string {
  return `${SERVICE_ACCOUNT}${namespace}:${name}`;
}

export function parseServiceAccount(user: string): { namespace: string; name: string } | undefined {
  if (!user.startsWith(SERVICE_ACCOUNT)) return undefined;
  const [namespace = '', name = '', ...more] = user.slice(SERVICE_ACCOUNT.length).split(':');
  return namespace === '' || name === '' || more.length > 0 ? undefined : { namespace, name };
}
