/**
 * A set that is empty nearly always. An empty `Set` costs as much memory as twenty fields, and a large cluster has a dozen
 * of them for each of its pods; this one costs next to nothing until something is put in.
 */
export class SparseSet<T> {
  #items: Set<T> | undefined;

  get size(): number {
    return this.#items?.size ?? 0;
  }

  has(item: T): boolean {
    return this.#items?.has(item) === true;
  }

  add(item: T): this {
    (this.#items ??= new Set()).add(item);
    return this;
  }

  delete(item: T): boolean {
    if (this.#items?.delete(item) !== true) return false;
    if (this.#items.size === 0) this.#items = undefined;
    return true;
  }

  clear(): void {
    this.#items?.clear();
    this.#items = undefined;
  }

  [Symbol.iterator](): Iterator<T> {
    return (this.#items ?? NONE)[Symbol.iterator]() as Iterator<T>;
  }
}

/** The same of a map. */
export class SparseMap<K, V> {
  #entries: Map<K, V> | undefined;

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  has(key: K): boolean {
    return this.#entries?.has(key) === true;
  }

  get(key: K): V | undefined {
    return this.#entries?.get(key);
  }

  set(key: K, value: V): this {
    (this.#entries ??= new Map()).set(key, value);
    return this;
  }

  delete(key: K): boolean {
    if (this.#entries?.delete(key) !== true) return false;
    if (this.#entries.size === 0) this.#entries = undefined;
    return true;
  }

  clear(): void {
    this.#entries?.clear();
    this.#entries = undefined;
  }

  values(): Iterable<V> {
    return this.#entries?.values() ?? [];
  }
}

const NONE: readonly never[] = [];
