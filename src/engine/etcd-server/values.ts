import type { ApiObject } from '../api/meta.ts';
import { decode, encode } from '../os/text.ts';
import { EtcdError } from '../etcd/etcd-error.ts';

const REGISTRY = '/registry/';

/**
 * A stored value as a client of etcd sees it. Objects are kept as values of this world and shown as the API server would write them with
 * `--storage-media-type=application/json` (its default is protobuf, which nobody can read): one line, and without the
 * `resourceVersion`, which is the key's own revision.
 */
export function valueBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  let known = TEXTS.get(value as object);
  if (known === undefined) TEXTS.set(value as object, (known = encode(objectText(value as ApiObject))));
  return known;
}

/** Values never change, so neither does their text. */
const TEXTS = new WeakMap<object, Uint8Array>();

function objectText(value: ApiObject): string {
  if (value.metadata?.resourceVersion === undefined) return `${JSON.stringify(value)}\n`;
  const { resourceVersion: _own, ...metadata } = value.metadata;
  return `${JSON.stringify({ ...value, metadata })}\n`;
}

/** What a client's bytes are stored as under a key, at the revision that they get. Throws `EtcdError`. */
export function storedValue(key: string, bytes: Uint8Array, revision: number): unknown {
  if (!key.startsWith(REGISTRY)) return bytes.slice();
  let object: ApiObject | undefined;
  try {
    object = JSON.parse(decode(bytes)) as ApiObject;
  } catch {
    // Told below.
  }
  // The API server would find it out at its next list, and fail every one of that resource.
  if (typeof object?.kind !== 'string' || typeof object.apiVersion !== 'string' || typeof object.metadata?.name !== 'string')
    throw new EtcdError(
      'not-modelled',
      `not modelled here: under ${REGISTRY} nothing but an object of the API in JSON (kind, apiVersion, metadata.name)`,
    );
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}
