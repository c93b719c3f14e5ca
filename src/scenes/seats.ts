import type { LogEntry, Ref, Seq } from '../engine/sim/log.ts';
import type { SceneObject } from './scene.ts';
import { HIDDEN_NAMESPACES } from './census.ts';
import { SHELF_KINDS } from './shelf-kinds.ts';

const SHELVED = new Set(SHELF_KINDS.map(({ kind }) => kind));

type Unseated = Omit<SceneObject, 'slot'>;

/**
 * Gives each object a seat in its place for as long as it is there, so that nothing jumps when a neighbour leaves. Seats are
 * told by the log alone: whoever comes takes the first that is free, so the same log gives the same picture, whatever of it
 * was looked at before.
 */
export class Seats {
  /** `free`: no seat before it is. */
  readonly #rows = new Map<string, { seat: Map<string, number>; taken: Set<number>; free: number }>();
  readonly #placeOf = new Map<string, string>();
  #read: Seq = 0;

  /** Reads the log up to `seq`. */
  catchUp(seq: Seq, entry: (seq: Seq) => LogEntry | undefined): void {
    while (this.#read < seq) {
      const next = entry(++this.#read);
      if (next !== undefined) this.#follow(next);
    }
  }

  /** `focus`: the node whose pods are shown apart. */
  assign(objects: readonly Unseated[], focus?: string): SceneObject[] {
    const rowOf = ({ place, ref }: Unseated): string =>
      place === 'shelf' ? `shelf/${ref.kind}` : place === 'focus' ? `node:${focus ?? ''}` : place;
    const used = new Map<string, Set<number>>();
    const late: number[] = [];
    const slots = objects.map((object, i) => {
      const slot = this.#rows.get(rowOf(object))?.seat.get(nameOf(object.ref));
      const row = setdefault(used, rowOf(object), () => new Set<number>());
      if (slot === undefined || row.has(slot)) {
        late.push(i);
        return -1;
      }
      row.add(slot);
      return slot;
    });
    // Who has no seat in the log (a node's name written by hand, a kubelet that is down) sits behind the others.
    for (const i of late) {
      const row = setdefault(used, rowOf(objects[i] as Unseated), () => new Set<number>());
      let slot = 0;
      while (row.has(slot)) slot++;
      row.add(slot);
      slots[i] = slot;
    }
    return objects.map((object, i) => ({ ...object, slot: slots[i] as number }));
  }

  #follow(entry: LogEntry): void {
    const { ref } = entry;
    if (ref === undefined || HIDDEN_NAMESPACES.has(ref.namespace ?? '') || (ref.kind === 'Service' && ref.name === 'kubernetes')) return;
    if (entry.verb === 'commit' && (SHELVED.has(ref.kind) || ref.kind === 'Pod')) {
      const row = ref.kind === 'Pod' ? 'pending' : `shelf/${ref.kind}`;
      if (entry.detail.type === 'ADDED') this.#sit(ref, row);
      else if (entry.detail.type === 'DELETED') this.#leave(ref);
    } else if (ref.kind === 'Pod' && entry.verb === 'schedule' && entry.detail.chosen !== undefined)
      this.#sit(ref, `node:${entry.detail.chosen}`);
    else if (ref.kind === 'Pod' && entry.verb === 'notify' && entry.detail.type === 'ADDED' && entry.target?.endsWith('/kubelet') === true)
      this.#sit(ref, `node:${entry.target.slice(0, -'/kubelet'.length)}`);
  }

  #sit(ref: Ref, place: string): void {
    const name = nameOf(ref);
    const row = setdefault(this.#rows, place, () => ({ seat: new Map<string, number>(), taken: new Set<number>(), free: 0 }));
    if (this.#placeOf.get(name) === place) return;
    this.#leave(ref);
    while (row.taken.has(row.free)) row.free++;
    const slot = row.free++;
    row.taken.add(slot);
    row.seat.set(name, slot);
    this.#placeOf.set(name, place);
  }

  /** The seat is free for others; that it was this object's is remembered, for views of the past. */
  #leave(ref: Ref): void {
    const name = nameOf(ref);
    const row = this.#rows.get(this.#placeOf.get(name) ?? '');
    const slot = row?.seat.get(name);
    if (row !== undefined && slot !== undefined) {
      row.taken.delete(slot);
      row.free = Math.min(row.free, slot);
    }
    this.#placeOf.delete(name);
  }
}

function nameOf(ref: Ref): string {
  return `${ref.kind}/${ref.namespace ?? ''}/${ref.name}`;
}

function setdefault<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
