import { keyOf, type ApiObject } from '../../api/meta.ts';

/**
 * What the binder knows of claims or of volumes: what the watch told, or what it wrote itself where that is newer. Without
 * it, two claims could be given one volume before the watch has told of the first.
 */
export class VersionedCache<T extends ApiObject> {
  readonly #objects = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): Iterable<T> {
    return this.#objects.values();
  }

  /** False for what is older than what is known. */
  put(object: T): boolean {
    const key = keyOf(object);
    const known = this.#objects.get(key);
    const same = known?.metadata.uid === object.metadata.uid;
    if (same && revision(object) < revision(known)) return false;
    this.#objects.set(key, object);
    return true;
  }

  delete(object: T): void {
    this.#objects.delete(keyOf(object));
  }

  clear(): void {
    this.#objects.clear();
  }
}

function revision(object: ApiObject | undefined): number {
  return Number(object?.metadata.resourceVersion ?? 0);
}
