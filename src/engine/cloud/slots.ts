/** Places in the rack, each with its address and range of pod addresses: the next free one after the last that was given out, as ranges are given to Nodes. */
export class Slots {
  readonly #taken = new Map<string, number>();
  readonly #size: number;
  #next: number;

  /** `fixed`: places whose machines stay. Each takes a /24 of the range. */
  constructor(
    readonly fixed: number,
    clusterCidr: string,
  ) {
    this.#size = 2 ** (24 - Number(clusterCidr.split('/')[1]));
    this.#next = fixed;
  }

  take(machine: string): number {
    const taken = new Set(this.#taken.values());
    for (let i = 0; i < this.#size; i++) {
      const slot = (this.#next + i) % this.#size;
      if (slot < this.fixed || taken.has(slot)) continue;
      this.#taken.set(machine, slot);
      this.#next = slot + 1;
      return slot;
    }
    throw new Error(`no place is left for machine ${machine}`);
  }

  free(machine: string): void {
    this.#taken.delete(machine);
  }
}
