import type { Millis } from './time.ts';

export interface Scheduled {
  readonly at: Millis;
  readonly order: number;
  /** Place in the heap, kept by the queue; -1 once taken out. */
  slot: number;
}

/**
 * Pending events, earliest first; events of the same instant in the order they were added.
 *
 * A 4-ary implicit heap: adding and taking are O(log4 n) over one flat array, four children share a cache line, and
 * an event knows its slot, so that cancelling one of a million costs no search. (A calendar queue would be O(1), but
 * degrades when most events sit at a few instants, which is what probes and leases do.)
 */
export class EventQueue<E extends Scheduled> {
  readonly #heap: E[] = [];

  get size(): number {
    return this.#heap.length;
  }

  peek(): E | undefined {
    return this.#heap[0];
  }

  add(event: E): void {
    this.#heap.push(event);
    this.#rise(event, this.#heap.length - 1);
  }

  take(): E | undefined {
    const first = this.#heap[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  remove(event: E): boolean {
    const slot = event.slot;
    if (slot < 0) return false;
    event.slot = -1;
    const last = this.#heap.pop() as E;
    if (last !== event) {
      this.#rise(last, slot);
      if (last.slot === slot) this.#sink(last, slot);
    }
    return true;
  }

  #rise(event: E, from: number): void {
    const heap = this.#heap;
    let slot = from;
    while (slot > 0) {
      const above = (slot - 1) >> 2;
      const parent = heap[above] as E;
      if (!precedes(event, parent)) break;
      heap[slot] = parent;
      parent.slot = slot;
      slot = above;
    }
    heap[slot] = event;
    event.slot = slot;
  }

  #sink(event: E, from: number): void {
    const heap = this.#heap;
    let slot = from;
    for (;;) {
      const first = slot * 4 + 1;
      if (first >= heap.length) break;
      let least = first;
      const end = Math.min(first + 4, heap.length);
      for (let child = first + 1; child < end; child++) {
        if (precedes(heap[child] as E, heap[least] as E)) least = child;
      }
      const candidate = heap[least] as E;
      if (!precedes(candidate, event)) break;
      heap[slot] = candidate;
      candidate.slot = slot;
      slot = least;
    }
    heap[slot] = event;
    event.slot = slot;
  }
}

function precedes(a: Scheduled, b: Scheduled): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
