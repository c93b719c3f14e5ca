import type { Node } from '../../api/generated/types.ts';
import { quantityMilli, quantityValue } from '../../api/quantity.ts';
import type { Flags } from './flags.ts';

const GiB = 1024 ** 3;

/** `--cores-total` and `--memory-total`: how many cores and bytes the cluster may have, and must keep. */
export class Limits {
  #cores = 0;
  #memory = 0;

  constructor(
    readonly flags: Flags,
    nodes: readonly Node[],
  ) {
    for (const node of nodes) {
      this.#cores += cores(node);
      this.#memory += memory(node);
    }
  }

  /** How many more nodes like this one may come, `wanted` at most. */
  allowed(like: Node, wanted: number): number {
    const left = (most: number, is: number, each: number): number => (each > 0 ? Math.max(0, Math.floor((most - is) / each)) : wanted);
    return Math.min(
      wanted,
      left(this.flags['cores-total'][1], this.#cores, cores(like)),
      left(this.flags['memory-total'][1] * GiB, this.#memory, memory(like)),
    );
  }

  /** Why not one more may come, in upstream's words. */
  exceeded(like: Node): string | undefined {
    const over = [
      ...(this.#cores + cores(like) > this.flags['cores-total'][1] ? ['cpu'] : []),
      ...(this.#memory + memory(like) > this.flags['memory-total'][1] * GiB ? ['memory'] : []),
    ];
    return over.length === 0 ? undefined : `exceeded quota: "cluster-wide", resources: ${over.join(', ')}`;
  }

  /** Takes a node out of the account, unless the least would no longer be there. */
  give(node: Node): boolean {
    const [least, leastMemory] = [this.flags['cores-total'][0], this.flags['memory-total'][0] * GiB];
    if (this.#cores - cores(node) < least || this.#memory - memory(node) < leastMemory) return false;
    this.#cores -= cores(node);
    this.#memory -= memory(node);
    return true;
  }
}

function cores(node: Node): number {
  return Math.ceil(quantityMilli(node.status?.capacity?.['cpu']) / 1000);
}

function memory(node: Node): number {
  return quantityValue(node.status?.capacity?.['memory']);
}
