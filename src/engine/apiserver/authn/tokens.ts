import type { Random } from '../../sim/random.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import { serviceAccountGroups, serviceAccountName, type UserInfo } from './user.ts';

/** The audience of kube-apiserver itself (--api-audiences, by default the issuer). */
export const API_AUDIENCE = 'https://kubernetes.default.svc.cluster.local';

export interface MintedToken {
  readonly token: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly uid: string;
  readonly audiences: readonly string[];
  readonly expires: Millis;
  readonly pod?: { readonly name: string; readonly uid: string };
}

/**
 * Tokens of service accounts, made by TokenRequest and looked up when they come back. They have the three parts of a
 * JSON Web Token but no signature that could be checked elsewhere: the table is the proof.
 */
export class Tokens {
  readonly #minted = new Map<string, MintedToken>();

  constructor(
    readonly chance: Random,
    readonly now: () => Millis,
    /** A token dies with its account and its pod. */
    readonly alive: (token: MintedToken) => boolean,
  ) {}

  mint(claims: Omit<MintedToken, 'token' | 'expires'> & { seconds: number }): MintedToken {
    const { seconds, ...rest } = claims;
    const token = `eyJhbGciOiJSUzI1NiJ9.${this.chance.hex(64)}.${this.chance.hex(64)}`;
    const minted = { ...rest, token, expires: this.now() + seconds * SECOND };
    this.#minted.set(token, minted);
    return minted;
  }

  /** `audiences` empty: the server's own. */
  verify(token: string, audiences: readonly string[]): { user: UserInfo; audiences: readonly string[] } | { error: string } {
    const minted = this.#minted.get(token);
    if (minted === undefined) return { error: 'invalid bearer token' };
    if (minted.expires <= this.now()) return { error: '[invalid bearer token, service account token has expired]' };
    if (!this.alive(minted)) return { error: '[invalid bearer token, service account token has been invalidated]' };
    const wanted = audiences.length === 0 ? [API_AUDIENCE] : audiences;
    const shared = wanted.filter((audience) => minted.audiences.includes(audience));
    if (shared.length === 0) {
      return {
        error: `[invalid bearer token, token audiences ${goList(minted.audiences)} is invalid for the target audiences ${goList(wanted)}]`,
      };
    }
    const name = serviceAccountName(minted.namespace, minted.serviceAccount);
    const extra =
      minted.pod === undefined
        ? undefined
        : { 'authentication.kubernetes.io/pod-name': [minted.pod.name], 'authentication.kubernetes.io/pod-uid': [minted.pod.uid] };
    return {
      user: { name, uid: minted.uid, groups: serviceAccountGroups(name), ...(extra === undefined ? {} : { extra }) },
      audiences: shared,
    };
  }
}

const goList = (items: readonly string[]): string => `[${items.map((item) => JSON.stringify(item)).join(' ')}]`;
