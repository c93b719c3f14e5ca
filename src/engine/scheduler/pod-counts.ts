import type { PodCounts, PodSelector } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';

/** Pods that a selector takes, by node and by topology value; every change of a pod costs one step, not a count of all. */
export class PodCountIndex implements PodCounts {
  /** Nodes that have such pods. */
  readonly #nodes = new Map<NodeInfo, number>();
  /** The same by the nodes' slots: asked for every node of a cycle. */
  readonly #bySlot: number[] = [];
  readonly #topologies = new Map<string, Map<string, number>>();

  constructor(
    readonly selector: PodSelector,
    /** Pods on their way out count too. */
    readonly leaving = false,
  ) {}

  onNode(node: NodeInfo): number {
    return this.#bySlot[node.slot] ?? 0;
  }

  byTopology(key: string): ReadonlyMap<string, number> {
    let sums = this.#topologies.get(key);
    if (sums === undefined) {
      this.#topologies.set(key, (sums = new Map()));
      for (const [node, count] of this.#nodes) {
        const value = node.labels[key];
        if (value !== undefined && node.node !== undefined) sums.set(value, (sums.get(value) ?? 0) + count);
      }
    }
    return sums;
  }

  change(pod: PodInfo, node: NodeInfo, by: 1 | -1): void {
    // A pod on its way out does not count where its place will be free.
    if ((pod.pod.metadata.deletionTimestamp !== undefined && !this.leaving) || !this.selector.matches(pod.pod.metadata.labels)) return;
    bump(this.#nodes, node, by);
    const { slot } = node;
    while (this.#bySlot.length <= slot) this.#bySlot.push(0);
    this.#bySlot[slot] = (this.#bySlot[slot] ?? 0) + by;
    for (const [key, sums] of this.#topologies) {
      const value = node.labels[key];
      if (value !== undefined && node.node !== undefined) bump(sums, value, by);
    }
  }

  /** Nodes or their labels changed: the sums are made again when somebody asks. */
  forgetTopologies(): void {
    this.#topologies.clear();
  }
}

function bump<K>(counts: Map<K, number>, key: K, by: number): void {
  const next = (counts.get(key) ?? 0) + by;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}
