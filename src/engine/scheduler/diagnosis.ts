import type { Code, NodeStatuses, Status } from './framework.ts';

/** Why no node was found: what the FailedScheduling event and the PodScheduled condition are made from. */
export interface Diagnosis {
  readonly allNodes: number;
  readonly refused: Refusals;
  /** What holds for the nodes that no plugin was asked about. */
  absent: Status | undefined;
  /** The plugins that refused: an event that none of them cares for is no reason to try again. */
  readonly rejectors: Set<string>;
  /** Set when a PreFilter plugin refused the pod as a whole. */
  preFilterMessage: string;
  postFilterMessage: string;
}

/** Nodes that a Filter plugin refused, in that order. A pod that finds no node has thousands, and hardly anybody asks for one of them. */
export class Refusals {
  readonly #nodes: string[] = [];
  readonly #statuses: Status[] = [];
  #byNode: Map<string, Status> | undefined;

  get size(): number {
    return this.#nodes.length;
  }

  add(node: string, status: Status): void {
    this.#nodes.push(node);
    this.#statuses.push(status);
    this.#byNode = undefined;
  }

  get(node: string): Status | undefined {
    this.#byNode ??= new Map(this);
    return this.#byNode.get(node);
  }

  get statuses(): readonly Status[] {
    return this.#statuses;
  }

  *[Symbol.iterator](): Generator<[node: string, status: Status], void, undefined> {
    for (let i = 0; i < this.#nodes.length; i++) yield [this.#nodes[i] as string, this.#statuses[i] as Status];
  }

  /** The nodes with a verdict of this code. */
  nodesWith(code: Code): string[] {
    return this.#nodes.filter((_node, i) => this.#statuses[i]?.code === code);
  }
}

export const NO_NODES = 'no nodes available to schedule pods';

export function newDiagnosis(allNodes: number): Diagnosis {
  return { allNodes, refused: new Refusals(), absent: undefined, rejectors: new Set(), preFilterMessage: '', postFilterMessage: '' };
}

/** The same for PostFilter plugins. `nodes`: all of them. */
export function statusesOf({ refused, absent }: Diagnosis, nodes: readonly { readonly name: string }[]): NodeStatuses {
  const of = (node: string): Status | undefined => refused.get(node) ?? absent;
  return {
    of,
    nodesWith: (code) =>
      absent?.code === code ? nodes.map(({ name }) => name).filter((name) => of(name)?.code === code) : refused.nodesWith(code),
  };
}

/** framework.FitError.Error(): `0/4 nodes are available: 1 Insufficient cpu, 3 node(s) were unschedulable. …` */
export function fitError({ allNodes, refused, absent, preFilterMessage, postFilterMessage }: Diagnosis): string {
  let text = `0/${allNodes} nodes are available:`;
  if (preFilterMessage !== '') text += ` ${preFilterMessage}.`;
  else {
    const reasons = reasonCounts(allNodes, refused, absent);
    if (reasons.length > 0) text += ` ${reasons.join(', ')}.`;
  }
  return postFilterMessage === '' ? text : `${text} ${postFilterMessage}`;
}

/** `3 Insufficient cpu`, each reason once, sorted as text (so that `10 …` comes before `2 …`). */
function reasonCounts(allNodes: number, refused: Refusals, absent: Status | undefined): string[] {
  const counts = new Map<string, number>();
  // Verdicts are shared values: most nodes have the one of the node before.
  let last: Status | undefined;
  let nodes = 0;
  const count = (): void => {
    for (const reason of last?.reasons ?? []) counts.set(reason, (counts.get(reason) ?? 0) + nodes);
  };
  for (const status of refused.statuses) {
    if (status === last) nodes++;
    else {
      count();
      [last, nodes] = [status, 1];
    }
  }
  count();
  const rest = allNodes - refused.size;
  if (rest > 0 && absent !== undefined) for (const reason of absent.reasons) counts.set(reason, (counts.get(reason) ?? 0) + rest);
  return [...counts].map(([reason, count]) => `${count} ${reason}`).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
