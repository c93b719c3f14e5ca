import { goJson } from './gotext.ts';
import { sha256 } from './sha256.ts';
import { has, text } from './values.ts';
import type { Json, JsonObject } from './values.ts';

/** The ten letters that `--append-hash` and kustomize put behind the name of a ConfigMap or Secret. `none` stands for no data. */
export function contentHash(value: JsonObject, none: Json = null): string {
  const secret = text(value, 'kind') === 'Secret';
  const extra = secret ? 'stringData' : 'binaryData';
  const content: JsonObject = {
    kind: secret ? 'Secret' : 'ConfigMap',
    name: text(value, 'metadata', 'name'),
    data: value['data'] ?? none,
    ...(secret ? { type: text(value, 'type') } : {}),
    ...(has(value, extra) ? { [extra]: value[extra] as Json } : {}),
  };
  const digits = sha256(new TextEncoder().encode(goJson(content))).slice(0, 10);
  // Neither vowels nor digits that read like one: the hash is to spell nothing.
  return digits.replace(/[013ae]/g, (digit) => ({ '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' })[digit] ?? digit);
}
