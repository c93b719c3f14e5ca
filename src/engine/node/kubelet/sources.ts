import { StatusError, isNotFound } from '../../api/errors.ts';
import type { ConfigMap, Secret } from '../../api/generated/types.ts';
import type { Client, Resource } from '../../client/client.ts';
import { CONFIG_MAPS, SECRETS } from '../../client/resources.ts';
import type { ApiObject } from '../../api/meta.ts';

// Published to every namespace and never changed but by hand: read once a namespace instead of once a pod.
const ROOT_CA = 'kube-root-ca.crt';

/** ConfigMaps and Secrets as the kubelet reads them. */
export class Sources {
  readonly #rootCertificates = new Map<string, ConfigMap>();

  constructor(readonly client: Client) {}

  /** Undefined when there is none. Throws `StatusError` on any other refusal. */
  configMap(namespace: string, name: string): ConfigMap | undefined {
    if (name !== ROOT_CA) return this.#get(CONFIG_MAPS, namespace, name);
    const known = this.#rootCertificates.get(namespace);
    if (known !== undefined) return known;
    const found = this.#get(CONFIG_MAPS, namespace, name);
    if (found !== undefined) this.#rootCertificates.set(namespace, found);
    return found;
  }

  secret(namespace: string, name: string): Secret | undefined {
    return this.#get(SECRETS, namespace, name);
  }

  #get<T extends ApiObject>(resource: Resource<T>, namespace: string, name: string): T | undefined {
    try {
      return this.client.getNow(resource, namespace, name);
    } catch (error) {
      if (error instanceof StatusError && isNotFound(error)) return undefined;
      throw error;
    }
  }
}

/** Bytes of a Secret's or ConfigMap's key. */
export function fromBase64(text: string): Uint8Array {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const bytes: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const char of text) {
    const value = alphabet.indexOf(char);
    if (value < 0) continue;
    buffer = ((buffer << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((buffer >> bits) & 255);
    }
  }
  return Uint8Array.from(bytes);
}
