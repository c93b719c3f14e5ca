import type { Status } from './framework.ts';

/** Why no node was found: what the FailedScheduling event and the PodScheduled condition are made from. */
export interface Diagnosis {
  readonly allNodes: number;
  /** Nodes that a Filter plugin refused. */
  readonly refused: Map<string, Status>;
  /** What holds for the nodes that no plugin was asked about. */
  absent: Status | undefined;
  /** The plugins that refused: an event that none of them cares for is no reason to try again. */
  readonly rejectors: Set<string>;
  /** Set when a PreFilter plugin refused the pod as a whole. */
  preFilterMessage: string;
  postFilterMessage: string;
}

export const NO_NODES = 'no nodes available to schedule pods';

export function newDiagnosis(allNodes: number): Diagnosis {
  return { allNodes, refused: new Map(), absent: undefined, rejectors: new Set(), preFilterMessage: '', postFilterMessage: '' };
}

/** What holds for a node that is not feasible. */
export function statusOf({ refused, absent }: Diagnosis, node: string): Status | undefined {
  return refused.get(node) ?? absent;
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
function reasonCounts(allNodes: number, refused: ReadonlyMap<string, Status>, absent: Status | undefined): string[] {
  const counts = new Map<string, number>();
  // Verdicts are shared values: most nodes have the same few.
  const alike = new Map<Status, number>();
  for (const status of refused.values()) alike.set(status, (alike.get(status) ?? 0) + 1);
  for (const [{ reasons }, nodes] of alike) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + nodes);
  const rest = allNodes - refused.size;
  if (rest > 0 && absent !== undefined) for (const reason of absent.reasons) counts.set(reason, (counts.get(reason) ?? 0) + rest);
  return [...counts].map(([reason, count]) => `${count} ${reason}`).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
