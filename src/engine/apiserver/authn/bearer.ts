import type { UserInfo } from './user.ts';

/** The audience of kube-apiserver itself (--api-audiences, by default the issuer). */
export const API_AUDIENCE = 'https://kubernetes.default.svc.cluster.local';

/** Who a bearer token stands for, and for which of the audiences asked for it is good; or why it is none. */
export type Verified = { readonly user: UserInfo; readonly audiences: readonly string[] } | { readonly error: string };

/** What a TokenReview says of a token: that no authenticator knows it, and what the one that made it found. */
export function invalidToken(why?: string): { error: string } {
  return { error: why === undefined ? 'invalid bearer token' : `[invalid bearer token, ${why}]` };
}

export function wrongAudience(actual: readonly string[], wanted: readonly string[]): { error: string } {
  return invalidToken(`token audiences ${goList(actual)} is invalid for the target audiences ${goList(wanted)}`);
}

const goList = (items: readonly string[]): string => `[${items.map((item) => JSON.stringify(item)).join(' ')}]`;
