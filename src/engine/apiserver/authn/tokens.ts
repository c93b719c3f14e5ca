import type { Random } from '../../sim/random.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import type { Store } from '../../etcd/store.ts';
import { LEGACY_ISSUER, verifyLegacyToken, type LegacyPayload } from './legacy-tokens.ts';
import { API_AUDIENCE, invalidToken, wrongAudience, type Verified } from './bearer.ts';
import { bootstrapTokenUser } from './bootstrap-tokens.ts';
import { JsonWebTokens, type JsonWebKey } from '../../api/json-web-tokens.ts';
import { CREDENTIAL_ID, serviceAccountGroups, serviceAccountName, type UserInfo } from './user.ts';

const ISSUER = API_AUDIENCE;

/** What a token dies with. */
export interface BoundObject {
  readonly name: string;
  readonly uid: string;
}

export interface TokenClaims {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly uid: string;
  readonly audiences: readonly string[];
  readonly seconds: number;
  /** When the client was told that it ends, where it lives longer (--service-account-extend-token-expiration). */
  readonly warnAfter?: number;
  readonly pod?: BoundObject;
  readonly secret?: BoundObject;
  readonly node?: BoundObject;
}

/** The payload of a service account's token, as its bearer may read it. */
interface Payload {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly iss: typeof ISSUER;
  readonly jti: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly node?: BoundObject;
    readonly pod?: BoundObject;
    readonly secret?: BoundObject;
    readonly serviceaccount: BoundObject;
    readonly warnafter?: number;
  };
  readonly nbf: number;
  readonly sub: string;
}

export interface TokensOptions {
  readonly chance: Random;
  /** What tokens of service accounts are signed with. */
  readonly key: string;
  readonly now: () => Millis;
  readonly store: Store;
  /** --token-auth-file. */
  readonly staticTokens?: Readonly<Record<string, UserInfo>>;
}

/** Bearer tokens: those of service accounts, which TokenRequest makes and signs; of joining nodes (bootstrap); and static ones. */
export class Tokens {
  readonly #options: TokensOptions;
  readonly #signed: JsonWebTokens;

  constructor(options: TokensOptions) {
    this.#options = options;
    this.#signed = new JsonWebTokens(options.key);
  }

  /** By which others check what is signed here. */
  get publicKey(): JsonWebKey {
    return this.#signed.publicKey;
  }

  mint({ namespace, serviceAccount, uid, audiences, seconds, warnAfter, pod, secret, node }: TokenClaims): {
    token: string;
    expires: Millis;
  } {
    const now = Math.floor(this.#options.now() / SECOND);
    const payload: Payload = {
      aud: audiences,
      exp: now + seconds,
      iat: now,
      iss: ISSUER,
      jti: this.#options.chance.uuid(),
      'kubernetes.io': {
        namespace,
        ...(node === undefined ? {} : { node }),
        ...(pod === undefined ? {} : { pod }),
        ...(secret === undefined ? {} : { secret }),
        serviceaccount: { name: serviceAccount, uid },
        ...(warnAfter === undefined ? {} : { warnafter: now + warnAfter }),
      },
      nbf: now,
      sub: serviceAccountName(namespace, serviceAccount),
    };
    return { token: this.#signed.sign(payload), expires: payload.exp * SECOND };
  }

  /** `audiences` empty: the server's own. */
  verify(token: string, audiences: readonly string[]): Verified {
    const { staticTokens, store, now } = this.#options;
    const wanted = audiences.length === 0 ? [API_AUDIENCE] : audiences;
    const user = Object.hasOwn(staticTokens ?? {}, token) ? staticTokens?.[token] : bootstrapTokenUser(token, store, now());
    // Only the server itself goes by these: they say nothing of an audience.
    if (user !== undefined) return { user, audiences: wanted.filter((audience) => audience === API_AUDIENCE) };
    const signed = this.#signed.verify(token) as Payload | LegacyPayload | undefined;
    if (signed?.iss === LEGACY_ISSUER) return verifyLegacyToken(signed, token, wanted, store);
    const payload = signed;
    if (payload?.iss !== ISSUER) return invalidToken();
    const problem = this.#problemOf(payload, wanted);
    return problem === undefined ? { user: userOf(payload), audiences: wanted.filter((one) => payload.aud.includes(one)) } : problem;
  }

  #problemOf(payload: Payload, wanted: readonly string[]): { error: string } | undefined {
    if (!wanted.some((audience) => payload.aud.includes(audience))) return wrongAudience(payload.aud, wanted);
    const now = this.#options.now() / SECOND;
    if (payload.exp <= now) return invalidToken('service account token has expired');
    if (payload.nbf > now) return invalidToken('service account token is not valid yet');
    const { namespace, serviceaccount, pod, secret, node } = payload['kubernetes.io'];
    const account = this.#uidOf(`serviceaccounts/${namespace}/${serviceaccount.name}`);
    if (account === undefined) return invalidToken(`serviceaccounts ${JSON.stringify(serviceaccount.name)} not found`);
    if (account !== serviceaccount.uid)
      return invalidToken(`service account UID (${account}) does not match claim (${serviceaccount.uid})`);
    // A token dies with what it is bound to; of a pod's token the node is told, but does not bind.
    const bound = { secrets: secret, pods: pod, ...(pod === undefined ? { minions: node } : {}) };
    for (const [resource, object] of Object.entries(bound)) {
      if (object === undefined) continue;
      const uid = this.#uidOf(`${resource}/${resource === 'minions' ? '' : `${namespace}/`}${object.name}`);
      if (uid !== object.uid) return invalidToken('service account token has been invalidated');
    }
    return undefined;
  }

  #uidOf(key: string): string | undefined {
    return this.#options.store.get<{ metadata: { uid?: string } }>(`/registry/${key}`)?.value.metadata.uid;
  }
}

function userOf(payload: Payload): UserInfo {
  const { serviceaccount, pod, node } = payload['kubernetes.io'];
  const named = (what: string, object: BoundObject | undefined): Record<string, string[]> =>
    object === undefined
      ? {}
      : { [`authentication.kubernetes.io/${what}-name`]: [object.name], [`authentication.kubernetes.io/${what}-uid`]: [object.uid] };
  return {
    name: payload.sub,
    uid: serviceaccount.uid,
    groups: serviceAccountGroups(payload.sub),
    extra: { [CREDENTIAL_ID]: [`JTI=${payload.jti}`], ...named('node', node), ...named('pod', pod) },
  };
}
