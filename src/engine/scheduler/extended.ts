import type { Task } from '../os/task.ts';
import type { Diagnosis } from './diagnosis.ts';
import { EXTENDER, ExtenderError, type Extender } from './extender.ts';
import { unresolvable, unschedulable } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';

/** findNodesThatPassExtenders: each takes away some of what the one before has left. Throws `SchedulingError`. */
export function* askToFilter(
  extenders: readonly Extender[],
  { pod }: PodInfo,
  nodes: readonly NodeInfo[],
  diagnosis: Diagnosis,
): Task<readonly NodeInfo[]> {
  let left = nodes;
  for (const extender of extenders) {
    if (left.length === 0) break;
    if (!extender.interested(pod)) continue;
    try {
      const { nodes: passed, failed, unresolvable: hopeless } = yield* extender.filter(pod, left);
      for (const [name, why] of Object.entries(failed)) if (!(name in hopeless)) diagnosis.refused.add(name, unschedulable(EXTENDER, why));
      for (const [name, why] of Object.entries(hopeless)) diagnosis.refused.add(name, unresolvable(EXTENDER, why));
      left = passed;
    } catch (error) {
      if (!(error instanceof ExtenderError) || !extender.ignorable) throw error;
    }
  }
  if (left.length !== nodes.length) diagnosis.rejectors.add(EXTENDER);
  return left;
}

/** What all of them add to the scores. One that fails adds nothing: others may decide. */
export function* askToPrioritize(
  extenders: readonly Extender[],
  { pod }: PodInfo,
  nodes: readonly NodeInfo[],
): Task<ReadonlyMap<string, number> | undefined> {
  let sums: Map<string, number> | undefined;
  for (const extender of extenders) {
    if ((extender.configuration.prioritizeVerb ?? '') === '' || !extender.interested(pod)) continue;
    try {
      sums ??= new Map();
      for (const [name, score] of yield* extender.prioritize(pod, nodes)) sums.set(name, (sums.get(name) ?? 0) + score);
    } catch (error) {
      if (!(error instanceof ExtenderError)) throw error;
    }
  }
  return sums;
}
