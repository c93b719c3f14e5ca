import type { Event, Pod } from '../api/generated/types.ts';
import type { Kind } from '../api/kind.ts';
import type { ApiObject } from '../api/meta.ts';
import { storagePrefix } from './route.ts';
import { share } from './values.ts';

// At 5,000 machines each has its own last pod and its own last event.
const REMEMBERED = 16_384;

/**
 * What was last written of each mould: pods of one template on one machine, events of one reporter. The next one takes over
 * whatever is the same, so that a hundred thousand objects cost what they differ in.
 */
export class Siblings {
  readonly #last = new Map<string, ApiObject>();

  /**
   * Puts parts of the stored state and of the sibling in place of the equal parts of `draft`, which is the caller's own but for
   * what it has of the stored state already. Metadata itself stays the draft's.
   */
  share(kind: Kind, draft: ApiObject, stored: ApiObject | undefined): void {
    const sibling = this.#last.get(mouldOf(kind, draft));
    shareParts(draft, stored, sibling);
    shareParts(draft.metadata, stored?.metadata, sibling?.metadata);
  }

  remember(kind: Kind, object: ApiObject): void {
    if (this.#last.size >= REMEMBERED) this.#last.clear();
    this.#last.set(mouldOf(kind, object), object);
  }
}

function mouldOf(kind: Kind, object: ApiObject): string {
  const { generateName = '', namespace = '' } = object.metadata;
  const where = (object as Pod).spec?.nodeName ?? (object as Event).reportingInstance ?? '';
  return `${storagePrefix(kind)}${namespace}/${generateName}@${where}`;
}

function shareParts(now: object, before: object | undefined, sibling: object | undefined): void {
  const to = now as Record<string, unknown>;
  const from = before as Record<string, unknown> | undefined;
  const like = sibling as Record<string, unknown> | undefined;
  for (const field in to) {
    const value = to[field];
    if (field === 'metadata' || typeof value !== 'object') continue;
    const shared = share(value, from?.[field], like?.[field]);
    if (shared !== value) to[field] = shared;
  }
}
