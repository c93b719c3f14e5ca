import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { decodeText, encodeBytes, encodeText } from './base64.ts';

const MOST_KNOWN = 10_000;

/** Name of the chance that the key of service accounts is drawn from (--service-account-signing-key-file): API server and controllers have the same one. */
export const SERVICE_ACCOUNT_KEY = 'service-account-key';

/**
 * JSON Web Tokens of the cluster's own key. Signed with HMAC-SHA256, not RSA as upstream: the engine is synchronous,
 * and gives out a token a pod. Whoever has no key cannot make one; but nobody else can check one either, so there is
 * no public key to hand out (`/openid/v1/jwks`).
 */
export class JsonWebTokens {
  readonly #key: Uint8Array;
  readonly #header: string;
  /** What has been signed or checked already: payloads by token. */
  readonly #known = new Map<string, object>();

  constructor(key: string) {
    this.#key = new TextEncoder().encode(key);
    const kid = urlSafe(encodeBytes(sha256(this.#key)));
    this.#header = urlSafe(encodeText(JSON.stringify({ alg: 'HS256', kid })));
  }

  sign(payload: object): string {
    const signed = `${this.#header}.${urlSafe(encodeText(JSON.stringify(payload)))}`;
    const token = `${signed}.${this.#signature(signed)}`;
    this.#remember(token, payload);
    return token;
  }

  /** The payload of a token that this key signed. */
  verify(token: string): object | undefined {
    const known = this.#known.get(token);
    if (known !== undefined) return known;
    const [header, body, signature, ...more] = token.split('.');
    if (body === undefined || more.length > 0 || header !== this.#header) return undefined;
    if (signature !== this.#signature(`${header}.${body}`)) return undefined;
    const payload = JSON.parse(decodeText(body.replaceAll('-', '+').replaceAll('_', '/'))) as object;
    this.#remember(token, payload);
    return payload;
  }

  #signature(text: string): string {
    return urlSafe(encodeBytes(hmac(sha256, this.#key, new TextEncoder().encode(text))));
  }

  #remember(token: string, payload: object): void {
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(token, payload);
  }
}

const urlSafe = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
