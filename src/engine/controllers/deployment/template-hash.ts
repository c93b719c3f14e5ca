import type { PodTemplateSpec } from '../../api/generated/types.ts';
import { hashText } from '../../sim/hash.ts';
import { canonical } from '../semantic.ts';

export const TEMPLATE_HASH = 'pod-template-hash';

// apimachinery's rand.SafeEncodeString.
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * The hash that names a ReplicaSet and labels its pods: equal for equal templates, different after a collision.
 * Upstream hashes a dump of the Go structure; ours hashes the canonical JSON, so that the values differ from a real cluster's.
 */
export function computeHash(template: PodTemplateSpec, collisionCount = 0): string {
  const hash = hashText(templateText(template), collisionCount === 0 ? undefined : hashText(String(collisionCount)));
  return [...String(hash)].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
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
