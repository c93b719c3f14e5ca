import type { NodeInfo } from './node-info.ts';

/** What the nodes have as the value of one label, as small numbers: a cycle looks at hundreds of nodes, and a label is found by its name. */
export class NodeValues {
  /** The values, by their numbers. */
  readonly values: string[] = [];
  /** How many nodes have each value. */
  readonly nodes: number[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #bySlot: number[] = [];

  constructor(readonly key: string) {}

  /** The number of the node's value; -1 where it has none. */
  of(node: NodeInfo): number {
    return this.#bySlot[node.slot] ?? -1;
  }

  /** How many nodes have any, and how many values some node has. */
  present = 0;
  inUse = 0;

  /** A node is new, or has other labels now. */
  put(node: NodeInfo): void {
    const { slot } = node;
    while (this.#bySlot.length <= slot) this.#bySlot.push(-1);
    const value = node.labels[this.key];
    const before = this.#bySlot[slot] as number;
    const number = value === undefined ? -1 : this.#numberOf(value);
    if (before >= 0) this.#count(before, -1);
    if (number >= 0) this.#count(number, 1);
    this.#bySlot[slot] = number;
  }

  #count(number: number, by: 1 | -1): void {
    const nodes = (this.nodes[number] as number) + by;
    this.nodes[number] = nodes;
    this.present += by;
    if (by === 1 && nodes === 1) this.inUse++;
    if (by === -1 && nodes === 0) this.inUse--;
  }

  #numberOf(value: string): number {
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = this.values.length;
      this.values.push(value);
      this.nodes.push(0);
      this.#numbers.set(value, number);
    }
    return number;
  }
}
