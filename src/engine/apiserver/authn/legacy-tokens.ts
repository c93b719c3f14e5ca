import type { Secret, ServiceAccount } from '../../api/generated/types.ts';
import { encodeText } from '../../api/base64.ts';
import type { Store } from '../../etcd/store.ts';
import { API_AUDIENCE, invalidToken, wrongAudience, type Verified } from './bearer.ts';
import { serviceAccountGroups } from './user.ts';

export const LEGACY_ISSUER = 'kubernetes/serviceaccount';

/** The payload of a token that is kept in a Secret: it has no end and no audience. */
export interface LegacyPayload {
  readonly iss: typeof LEGACY_ISSUER;
  readonly 'kubernetes.io/serviceaccount/namespace': string;
  readonly 'kubernetes.io/serviceaccount/secret.name': string;
  readonly 'kubernetes.io/serviceaccount/service-account.name': string;
  readonly 'kubernetes.io/serviceaccount/service-account.uid': string;
  readonly sub: string;
}

/** A token of a Secret is good while that Secret holds it. */
export function verifyLegacyToken(payload: LegacyPayload, token: string, wanted: readonly string[], store: Store): Verified {
  const namespace = payload['kubernetes.io/serviceaccount/namespace'];
  const secretName = payload['kubernetes.io/serviceaccount/secret.name'];
  const name = payload['kubernetes.io/serviceaccount/service-account.name'];
  const uid = payload['kubernetes.io/serviceaccount/service-account.uid'];
  const audiences = wanted.filter((audience) => audience === API_AUDIENCE);
  if (audiences.length === 0) return wrongAudience([API_AUDIENCE], wanted);
  const secret = store.get<Secret>(`/registry/secrets/${namespace}/${secretName}`)?.value;
  if (secret === undefined || secret.metadata.deletionTimestamp !== undefined) return invalidToken('Token has been invalidated');
  if (secret.data?.['token'] !== encodeText(token)) return invalidToken("Token does not match server's copy");
  const account = store.get<ServiceAccount>(`/registry/serviceaccounts/${namespace}/${name}`)?.value;
  if (account === undefined) return invalidToken(`serviceaccounts ${JSON.stringify(name)} not found`);
  if (account.metadata.uid !== uid) return invalidToken(`ServiceAccount UID (${account.metadata.uid ?? ''}) does not match claim (${uid})`);
  return { user: { name: payload.sub, uid, groups: serviceAccountGroups(payload.sub) }, audiences };
}
