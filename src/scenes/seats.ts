import type { LogEntry, Ref, Seq } from '../engine/sim/log.ts';
import type { SceneObject } from './scene.ts';
import { SHELF_KINDS } from './shelf-kinds.ts';

const HIDDEN = new Set(['kube-system', 'kube-public', 'kube-node-lease']);
const SHELVED = new Set(SHELF_KINDS.map(({ kind }) => kind));

type Unseated = Omit<SceneObject, 'slot'>;

/**
 * Gives each object a seat in its place for as long as it is there, so that nothing jumps when a neighbour leaves. Seats are
 * told by the log alone: whoever comes takes the first that is free, so the same log gives the same picture, whatever of it
 * was looked at before.
 */
export class Seats {
  readonly #rows = new Map<string, { seat: Map<string, number>; taken: Set<number> }>();
  readonly #placeOf = new Map<string, string>();
  #read: Seq = 0;

  /** Reads the log up to `seq`. */
  catchUp(seq: Seq, entry: (seq: Seq) => LogEntry | undefined): void {
    while (this.#read < seq) {
      const next = entry(++this.#read);
      if (next !== undefined) this.#follow(next);
    }
  }

  assign(objects: readonly Unseated[]): SceneObject[] {
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
    if (ref === undefined || HIDDEN.has(ref.namespace ?? '') || (ref.kind === 'Service' && ref.name === 'kubernetes')) return;
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
    const row = setdefault(this.#rows, place, () => ({ seat: new Map<string, number>(), taken: new Set<number>() }));
    if (this.#placeOf.get(name) === place) return;
    this.#leave(ref);
    let slot = 0;
    while (row.taken.has(slot)) slot++;
    row.taken.add(slot);
    row.seat.set(name, slot);
    this.#placeOf.set(name, place);
  }

  /** The seat is free for others; that it was this object's is remembered, for views of the past. */
  #leave(ref: Ref): void {
    const name = nameOf(ref);
    const row = this.#rows.get(this.#placeOf.get(name) ?? '');
    const slot = row?.seat.get(name);
    if (slot !== undefined) row?.taken.delete(slot);
    this.#placeOf.delete(name);
  }
}

function nameOf(ref: Ref): string {
  return `${ref.kind}/${ref.namespace ?? ''}/${ref.name}`;
}

function rowOf(object: Unseated): string {
  return object.place === 'shelf' ? `shelf/${object.ref.kind}` : object.place;
}

function setdefault<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
