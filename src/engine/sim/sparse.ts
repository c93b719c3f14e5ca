/**
 * A set that is empty nearly always, or has one item. An empty `Set` costs as much memory as twenty fields, and a large
 * cluster has a dozen of them for each of its pods; this one costs next to nothing until a second item is put in.
 * Keeps the order in which items were added, as `Set` does. `undefined` is no item.
 */
export class SparseSet<T> {
  /** The only item; unused while there is a set. */
  #one: T | undefined;
  #items: Set<T> | undefined;

  get size(): number {
    return this.#items?.size ?? (this.#one === undefined ? 0 : 1);
  }

  has(item: T): boolean {
    return this.#items === undefined ? item !== undefined && this.#one === item : this.#items.has(item);
  }

  add(item: T): this {
    if (this.#items !== undefined) this.#items.add(item);
    else if (this.#one === undefined) this.#one = item;
    else if (this.#one !== item) {
      this.#items = new Set([this.#one, item]);
      this.#one = undefined;
    }
    return this;
  }

  delete(item: T): boolean {
    if (this.#items === undefined) {
      if (!this.has(item)) return false;
      this.#one = undefined;
      return true;
    }
    if (!this.#items.delete(item)) return false;
    if (this.#items.size === 0) this.#items = undefined;
    return true;
  }

  clear(): void {
    this.#items?.clear();
    this.#items = undefined;
    this.#one = undefined;
  }

  [Symbol.iterator](): IterableIterator<T> {
    if (this.#items !== undefined) return this.#items.values();
    return (this.#one === undefined ? NONE : [this.#one])[Symbol.iterator]() as IterableIterator<T>;
  }
}

/** The same of a map. `undefined` is no key. */
export class SparseMap<K, V> {
  /** The only entry; unused while there is a map. */
  #key: K | undefined;
  #value: V | undefined;
  #entries: Map<K, V> | undefined;

  get size(): number {
    return this.#entries?.size ?? (this.#key === undefined ? 0 : 1);
  }

  has(key: K): boolean {
    return this.#entries === undefined ? key !== undefined && this.#key === key : this.#entries.has(key);
  }

  get(key: K): V | undefined {
    if (this.#entries !== undefined) return this.#entries.get(key);
    return this.#key === key ? this.#value : undefined;
  }

  set(key: K, value: V): this {
    if (this.#entries !== undefined) this.#entries.set(key, value);
    else if (this.#key === undefined || this.#key === key) {
      this.#key = key;
      this.#value = value;
    } else {
      this.#entries = new Map([
        [this.#key, this.#value as V],
        [key, value],
      ]);
      this.#forget();
    }
    return this;
  }

  delete(key: K): boolean {
    if (this.#entries === undefined) {
      if (!this.has(key)) return false;
      this.#forget();
      return true;
    }
    if (!this.#entries.delete(key)) return false;
    if (this.#entries.size === 0) this.#entries = undefined;
    return true;
  }

  clear(): void {
    this.#entries?.clear();
    this.#entries = undefined;
    this.#forget();
  }

  keys(): IterableIterator<K> {
    return this.#entries?.keys() ?? only(this.#key);
  }

  values(): IterableIterator<V> {
    return this.#entries?.values() ?? (this.#key === undefined ? only<V>(undefined) : only(this.#value));
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.#entries?.entries() ?? only<[K, V]>(this.#key === undefined ? undefined : [this.#key, this.#value as V]);
  }

  #forget(): void {
    this.#key = undefined;
    this.#value = undefined;
  }
}

function only<T>(item: T | undefined): IterableIterator<T> {
  return (item === undefined ? NONE : [item])[Symbol.iterator]() as IterableIterator<T>;
}

const NONE: readonly never[] = [];
