import type { PodTemplateSpec } from '../../api/generated/types.ts';
import { safeEncode } from '../safe-encode.ts';
import { canonical } from '../semantic.ts';
import { goDump } from './go-dump.ts';

export const TEMPLATE_HASH = 'pod-template-hash';

/**
 * The hash that names a ReplicaSet and labels its pods (`controller.ComputeHash`): 32-bit FNV-1a over what Go prints of the
 * template, and over the number of collisions. Equal templates have the names here that v1.36 gives them.
 */
export function computeHash(template: PodTemplateSpec, collisionCount = 0): string {
  let hash = 0x811c9dc5;
  const add = (byte: number): void => void (hash = Math.imul(hash ^ byte, 0x01000193));
  new TextEncoder().encode(goDump(template)).forEach(add);
  // Four bytes of a buffer of eight.
  if (collisionCount !== 0) [0, 8, 16, 24, 32, 32, 32, 32].forEach((shift) => add(shift < 32 ? (collisionCount >>> shift) & 0xff : 0));
  return safeEncode(String(hash >>> 0));
}

/** Same template but for the hash label. */
export function equalIgnoringHash(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  return a === b || templateText(a ?? {}) === templateText(b ?? {});
}

// Templates are immutable values, and every sync compares the same ones.
const texts = new WeakMap<PodTemplateSpec, string>();

function templateText(template: PodTemplateSpec): string {
  let text = texts.get(template);
  if (text === undefined) {
    const { [TEMPLATE_HASH]: _hash, ...labels } = template.metadata?.labels ?? {};
    const { creationTimestamp: _none, ...metadata } = template.metadata ?? {};
    const { annotations = {}, ...rest } = metadata;
    const stripped = { ...rest, ...(Object.keys(annotations).length === 0 ? {} : { annotations }), labels };
    texts.set(template, (text = canonical({ ...template, metadata: stripped })));
  }
  return text;
}
