import type { SceneObject } from './scene.ts';

/** Gives each object a seat in its place and keeps it there, so that nothing jumps when a neighbour leaves. */
export class Slots {
  readonly #homes = new Map<string, number>();

  assign(objects: readonly Omit<SceneObject, 'slot'>[]): SceneObject[] {
    const taken = new Map<string, Set<number>>();
    const seats = (place: string): Set<number> => {
      let set = taken.get(place);
      if (set === undefined) taken.set(place, (set = new Set()));
      return set;
    };
    const home = (object: Omit<SceneObject, 'slot'>): string =>
      `${object.place}/${object.place === 'shelf' ? object.ref.kind : ''}/${object.key}`;
    const row = (object: Omit<SceneObject, 'slot'>): string => `${object.place}/${object.place === 'shelf' ? object.ref.kind : ''}`;
    // Those who have a seat keep it; newcomers take the first free one.
    const seated = objects.map((object) => {
      const slot = this.#homes.get(home(object));
      if (slot === undefined || seats(row(object)).has(slot)) return { object, slot: -1 };
      seats(row(object)).add(slot);
      return { object, slot };
    });
    return seated.map(({ object, slot }) => {
      let seat = slot;
      if (seat < 0) {
        const set = seats(row(object));
        for (seat = 0; set.has(seat);) seat++;
        set.add(seat);
        this.#homes.set(home(object), seat);
      }
      return { ...object, slot: seat };
    });
  }
}
