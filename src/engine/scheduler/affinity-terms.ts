import type { AffinityTerm, PodInfo } from './pod-info.ts';
import type { NodeInfo } from './node-info.ts';

/** Equal terms of the pods that run, and in which places those pods are. */
export interface TermPlaces {
  readonly term: AffinityTerm;
  /** How many pods, by the value that their nodes have for the term's topology key. */
  readonly values: ReadonlyMap<string, number>;
}

interface Group {
  readonly term: AffinityTerm;
  readonly nodes: Map<NodeInfo, number>;
  values: Map<string, number> | undefined;
}

/**
 * One sort of affinity terms of the pods that run. Pods of one template have the same few terms, so a newcomer is compared with each
 * kind of term once, not with each pod.
 */
export class AffinityTerms {
  readonly #groups = new Map<string, Group>();

  constructor(readonly of: (pod: PodInfo) => readonly AffinityTerm[]) {}

  change(pod: PodInfo, node: NodeInfo, by: 1 | -1): void {
    for (const term of this.of(pod)) {
      const key = keyOf(term);
      let group = this.#groups.get(key);
      if (group === undefined) this.#groups.set(key, (group = { term, nodes: new Map(), values: undefined }));
      bump(group.nodes, node, by);
      if (group.nodes.size === 0) this.#groups.delete(key);
      else if (group.values !== undefined) count(group.values, term, node, by);
    }
  }

  *places(): Generator<TermPlaces, void, undefined> {
    for (const group of this.#groups.values()) {
      if (group.values === undefined) {
        group.values = new Map();
        for (const [node, pods] of group.nodes) count(group.values, group.term, node, pods);
      }
      yield { term: group.term, values: group.values };
    }
  }

  /** Nodes or their labels changed: the places are counted again when somebody asks. */
  forgetPlaces(): void {
    for (const group of this.#groups.values()) group.values = undefined;
  }

  clear(): void {
    this.#groups.clear();
  }
}

const keys = new WeakMap<AffinityTerm, string>();

function keyOf(term: AffinityTerm): string {
  let key = keys.get(term);
  if (key === undefined) {
    const { topologyKey, weight, namespaces, namespaceSelector, selector } = term;
    key = JSON.stringify([topologyKey, weight, [...namespaces].sort(), namespaceSelector ?? null, selector ?? null]);
    keys.set(term, key);
  }
  return key;
}

function count(values: Map<string, number>, { topologyKey }: AffinityTerm, node: NodeInfo, by: number): void {
  const value = node.labels[topologyKey];
  if (value !== undefined && node.node !== undefined) bump(values, value, by);
}

function bump<K>(counts: Map<K, number>, key: K, by: number): void {
  const next = (counts.get(key) ?? 0) + by;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}
