import { skip, type CycleState, type NodeList, type PreScorePlugin, type ScorePlugin, type Verdict } from '../framework.ts';
import { ALLOCATABLE, REQUESTED, type NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { amountOf, resourceIndex } from '../requests.ts';
import { weighed, type ResourceWeight } from './noderesourcesfit.ts';

const NAME = 'NodeResourcesBalancedAllocation';
const SKIP = skip(NAME);

/** NodeResourcesBalancedAllocationArgs */
export interface BalancedAllocationArgs {
  readonly resources?: readonly ResourceWeight[];
}

/** Prefers nodes whose resources the pod would use up evenly. */
export function nodeResourcesBalancedAllocation(args: BalancedAllocationArgs = {}): PreScorePlugin & ScorePlugin {
  const names = weighed(args.resources).map(({ name }) => ({ name, index: resourceIndex(name) }));
  const before = new Float64Array(names.length);
  const after = new Float64Array(names.length);
  return {
    name: NAME,
    preScore(_state: CycleState, pod: PodInfo, _feasible: readonly NodeInfo[], _nodes: NodeList): Verdict {
      return names.every(({ name }) => amountOf(pod.requests, name) === 0) ? SKIP : undefined;
    },
    // v1.36: what counts is the change that the pod makes. 75 means it makes none.
    score(_state: CycleState, pod: PodInfo, node: NodeInfo): number {
      let count = 0;
      for (const { name, index } of names) {
        const wanted = amountOf(pod.requests, name);
        if (index < 0 && wanted === 0) continue;
        const capacity = index < 0 ? node.allocatableScalar(name) : (node.amounts[node.at + ALLOCATABLE + index] as number);
        if (capacity === 0) continue;
        const used = index < 0 ? node.requestedScalar(name) : (node.amounts[node.at + REQUESTED + index] as number);
        before[count] = Math.min(used / capacity, 1);
        after[count] = Math.min((used + wanted) / capacity, 1);
        count++;
      }
      return 50 + Math.trunc((50 + balance(after, count) - balance(before, count)) / 2);
    },
  };
}

/** 100 when all resources are used to the same part, less the more they differ. */
function balance(fractions: Float64Array, count: number): number {
  let deviation = 0;
  if (count === 2) deviation = Math.abs(((fractions[0] as number) - (fractions[1] as number)) / 2);
  else if (count > 2) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += fractions[i] as number;
    const mean = sum / count;
    let squares = 0;
    for (let i = 0; i < count; i++) squares += ((fractions[i] as number) - mean) ** 2;
    deviation = Math.sqrt(squares / count);
  }
  return Math.trunc((1 - deviation) * 100);
}
