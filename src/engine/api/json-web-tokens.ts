import { p256 } from './x509/p256.ts';
import { sha256 } from '@noble/hashes/sha2.js';
import { decodeBytes, decodeText, encodeBytes, encodeText } from './base64.ts';

const MOST_KNOWN = 10_000;
/** One part of a point's coordinates, or of a signature. */
const HALF = 32;

/** Name of the chance that the key of service accounts is drawn from (--service-account-signing-key-file): API server and controllers have the same one. */
export const SERVICE_ACCOUNT_KEY = 'service-account-key';

/** RFC 7517: the public half of a key, by which others check tokens. */
export interface JsonWebKey {
  readonly use: 'sig';
  readonly kty: 'EC';
  readonly kid: string;
  readonly crv: 'P-256';
  readonly alg: 'ES256';
  readonly x: string;
  readonly y: string;
}

interface Key {
  readonly secret: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly web: JsonWebKey;
  readonly header: string;
}

/**
 * JSON Web Tokens of the cluster's own key, which is an ECDSA key (kubeadm makes an RSA key; kube-apiserver takes both). It
 * is made when the first token needs it.
 */
export class JsonWebTokens {
  readonly #seed: string;
  #key: Key | undefined;
  /** What has been signed or checked already: payloads by token. */
  readonly #known = new Map<string, object>();

  constructor(seed: string) {
    this.#seed = seed;
  }

  get publicKey(): JsonWebKey {
    return this.#keys().web;
  }

  sign(payload: object): string {
    const { header, secret } = this.#keys();
    const signed = `${header}.${urlSafe(encodeText(JSON.stringify(payload)))}`;
    const token = `${signed}.${urlSafe(encodeBytes(p256.sign(new TextEncoder().encode(signed), secret)))}`;
    this.#remember(token, payload);
    return token;
  }

  /** The payload of a token that this key signed. */
  verify(token: string): object | undefined {
    const known = this.#known.get(token);
    if (known !== undefined) return known;
    const [given, body, signature, ...more] = token.split('.');
    const { header, publicKey } = this.#keys();
    if (body === undefined || signature === undefined || more.length > 0 || given !== header) return undefined;
    const bytes = decodeBytes(plainBase64(signature));
    if (bytes.length !== 2 * HALF || !p256.verify(bytes, new TextEncoder().encode(`${header}.${body}`), publicKey)) return undefined;
    const payload = JSON.parse(decodeText(plainBase64(body))) as object;
    this.#remember(token, payload);
    return payload;
  }

  #keys(): Key {
    if (this.#key !== undefined) return this.#key;
    const secret = sha256(new TextEncoder().encode(this.#seed));
    const publicKey = p256.getPublicKey(secret, false);
    const kid = urlSafe(encodeBytes(sha256(publicKey)));
    const coordinate = (at: number): string => urlSafe(encodeBytes(publicKey.subarray(at, at + HALF)));
    const web: JsonWebKey = { use: 'sig', kty: 'EC', kid, crv: 'P-256', alg: 'ES256', x: coordinate(1), y: coordinate(1 + HALF) };
    const header = urlSafe(encodeText(JSON.stringify({ alg: 'ES256', kid })));
    return (this.#key = { secret, publicKey, web, header });
  }

  #remember(token: string, payload: object): void {
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(token, payload);
  }
}

const urlSafe = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const plainBase64 = (text: string): string => text.replaceAll('-', '+').replaceAll('_', '/');
