import type { ControllerRevision, PodTemplateSpec, StatefulSet } from '../../api/generated/types.ts';
import { canonical } from '../semantic.ts';
import { safeEncode } from '../safe-encode.ts';
import { newRevision, templatePatch } from '../history/history.ts';

// history.ControllerRevisionHashLabel.
const HASH = 'controller.kubernetes.io/hash';

/** A revision of a set's template, named by the hash of what it keeps (`history.HashControllerRevision`). */
export function revisionOf(set: StatefulSet, number: number, collisionCount: number): ControllerRevision {
  const data = templatePatch(set.spec?.template ?? {});
  const hash = safeEncode(String(fnv32(`${goJson(data)}${collisionCount}`)));
  const { metadata, ...rest } = newRevision(set, set.spec?.template.metadata?.labels, data, number, hash);
  const { 'controller-revision-hash': _hash, ...labels } = metadata.labels ?? {};
  return { ...rest, metadata: { ...metadata, labels: { ...labels, [HASH]: hash } } };
}

/** The set as it was at a revision: its template put back. */
export function atRevision(set: StatefulSet, revision: ControllerRevision): StatefulSet {
  const { spec } = (revision.data ?? {}) as unknown as { spec?: { template?: PodTemplateSpec & { $patch?: string } } };
  const { $patch: _patch, ...template } = spec?.template ?? {};
  return set.spec === undefined ? set : { ...set, spec: { ...set.spec, template: template as PodTemplateSpec } };
}

/** As Go writes JSON: keys in order, nothing absent, and what could be markup escaped. */
function goJson(value: unknown): string {
  return canonical(value).replace(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
}

/** FNV-1, 32 bits, of the text in UTF-8. */
function fnv32(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash, 0x01000193) ^ byte;
  return hash >>> 0;
}
