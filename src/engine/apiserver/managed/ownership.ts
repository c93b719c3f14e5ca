import type { ApiObject, Json, ManagedFieldsEntry, ObjectMeta } from '../../api/meta.ts';
import { compare } from './compare.ts';
import { encodeManagers, NO_MANAGERS, updated, type Manager, type Managers } from './managers.ts';
import { shapeOf } from './shape.ts';
import { zeroObject } from './zero.ts';

/** Who writes, as an entry of `managedFields` names it. */
export type Writer = Omit<Manager, 'fields'>;

/** A write whose effect on the managers nobody has asked for yet. */
interface Pending {
  /** Undefined for a creation. */
  readonly before: Ownership | undefined;
  /** State before the write. */
  readonly old: ApiObject | undefined;
  /** State that the writer asked for. A function where it takes work to know. */
  readonly now: ApiObject | (() => ApiObject);
  readonly writer: Writer;
  readonly schema: string;
}

const OWNERSHIP = Symbol('ownership');
type Owned = ObjectMeta & { [OWNERSHIP]?: Ownership };

/**
 * The managers of one version of an object. Worked out when somebody looks, from the versions since somebody looked last:
 * the writes of components cost no more than remembering who wrote. It rides on `metadata` under a symbol, which
 * spread copies take along and JSON does not show.
 */
export class Ownership {
  #pending: Pending | undefined;
  #managers: Managers | undefined;
  #entries: ManagedFieldsEntry[] | undefined;

  private constructor(pending: Pending | undefined, managers: Managers | undefined) {
    this.#pending = pending;
    this.#managers = managers;
  }

  static of(object: { metadata: ObjectMeta }): Ownership | undefined {
    return (object.metadata as Owned)[OWNERSHIP];
  }

  /** Puts it on metadata that belong to the caller. */
  static put(metadata: ObjectMeta, ownership: Ownership | undefined): void {
    if (ownership !== undefined) (metadata as Owned)[OWNERSHIP] = ownership;
  }

  static known(managers: Managers): Ownership {
    return new Ownership(undefined, managers);
  }

  static pending(write: Pending): Ownership {
    return new Ownership(write, undefined);
  }

  get managers(): Managers {
    // Oldest first, without recursion: an object nobody looked at may have thousands of versions.
    const line: Ownership[] = [];
    let at = this as Ownership | undefined;
    while (at !== undefined && at.#managers === undefined) {
      line.push(at);
      at = at.#pending?.before;
    }
    for (let next = line.pop(); next !== undefined; next = line.pop()) next.#work();
    return this.#managers as Managers;
  }

  get entries(): ManagedFieldsEntry[] {
    return (this.#entries ??= encodeManagers(this.managers));
  }

  #work(): void {
    const { before, old, now, writer, schema } = this.#pending as Pending;
    this.#pending = undefined;
    const managers = before?.managers ?? NO_MANAGERS;
    // An object whose managers were thrown away is not followed until somebody applies it.
    // Scale sees but the entries that have the number of replicas, and follows the same rule with those.
    if (old !== undefined && (managers.size === 0 || (writer.subresource === 'scale' && !ownsReplicas(managers))))
      this.#managers = managers;
    else {
      const wanted = typeof now === 'function' ? now() : now;
      const comparison = compare((old ?? zeroObject(schema)) as unknown as Json, wanted as unknown as Json, shapeOf(schema));
      this.#managers = updated(managers, comparison, writer);
    }
  }
}

function ownsReplicas(managers: Managers): boolean {
  for (const { fields } of managers.values()) if (fields.children.get('f:spec')?.members.has('f:replicas') === true) return true;
  return false;
}

/** The object as the wire shows it. */
export function withManagedFields<T extends { metadata: ObjectMeta }>(object: T): T {
  const entries = Ownership.of(object)?.entries;
  if (entries === undefined || entries.length === 0) return object;
  return { ...object, metadata: { ...object.metadata, managedFields: entries } };
}
