import type { PodCounts, PodSelector } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';

/** Pods that a selector takes, by node and by topology value; every change of a pod costs one step, not a count of all. */
export class PodCountIndex implements PodCounts {
  readonly #onNode = new Map<NodeInfo, number>();
  readonly #topologies = new Map<string, Map<string, number>>();
  readonly #byName = new Map<string, number>();

  constructor(readonly selector: PodSelector) {}

  onNode(name: string): number {
    return this.#byName.get(name) ?? 0;
  }

  byTopology(key: string): ReadonlyMap<string, number> {
    let sums = this.#topologies.get(key);
    if (sums === undefined) {
      this.#topologies.set(key, (sums = new Map()));
      for (const [node, count] of this.#onNode) {
        const value = node.labels[key];
        if (value !== undefined && node.node !== undefined) sums.set(value, (sums.get(value) ?? 0) + count);
      }
    }
    return sums;
  }

  change(pod: PodInfo, node: NodeInfo, by: 1 | -1): void {
    // A pod on its way out does not count: its place will be free.
    if (pod.pod.metadata.deletionTimestamp !== undefined || !this.selector.matches(pod.pod.metadata.labels)) return;
    bump(this.#onNode, node, by);
    bump(this.#byName, node.name, by);
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
