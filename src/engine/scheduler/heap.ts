export interface Slotted {
  /** Place in the heap it is in, kept by the heap; -1 when in none. */
  slot: number;
}

/** A binary heap whose members know their place, so that any of them can be taken out. */
export class Heap<T extends Slotted> {
  readonly #items: T[] = [];

  constructor(readonly less: (a: T, b: T) => boolean) {}

  get size(): number {
    return this.#items.length;
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  push(item: T): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  pop(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  remove(item: T): void {
    const { slot } = item;
    if (slot < 0) return;
    item.slot = -1;
    const last = this.#items.pop() as T;
    if (last === item) return;
    this.#rise(last, slot);
    if (last.slot === slot) this.#sink(last, slot);
  }

  #rise(item: T, from: number): void {
    let slot = from;
    while (slot > 0) {
      const above = (slot - 1) >> 1;
      const parent = this.#items[above] as T;
      if (!this.less(item, parent)) break;
      this.#items[slot] = parent;
      parent.slot = slot;
      slot = above;
    }
    this.#items[slot] = item;
    item.slot = slot;
  }

  #sink(item: T, from: number): void {
    let slot = from;
    for (;;) {
      let child = slot * 2 + 1;
      if (child >= this.#items.length) break;
      if (child + 1 < this.#items.length && this.less(this.#items[child + 1] as T, this.#items[child] as T)) child++;
      const candidate = this.#items[child] as T;
      if (!this.less(candidate, item)) break;
      this.#items[slot] = candidate;
      candidate.slot = slot;
      slot = child;
    }
    this.#items[slot] = item;
    item.slot = slot;
  }
}
