import type { ScheduleVerdict } from '../sim/log.ts';
import type { Attempt } from './attempt.ts';
import type { NodeInfo } from './node-info.ts';
import type { QueuedPod } from './queue.ts';

// Of more nodes than this the best scored and the first refused are told, so that an entry keeps its size in a large cluster.
const TOLD = 60;

/** A scheduling attempt as data: every verdict and score, what was decided, and what had brought the pod back. */
export function explain({ attempts, because, profile }: QueuedPod, found: Attempt): ScheduleVerdict {
  const { diagnosis, feasible, chosen, message, nominatedNodeName, victims } = found;
  const filters: Record<string, { plugin: string; reasons: readonly string[]; unresolvable?: boolean }> = {};
  let refused = 0;
  for (const [node, { plugin, reasons, code }] of diagnosis.refused) {
    if (refused++ === TOLD) break;
    filters[node] = { plugin, reasons, ...(code === 'UnschedulableAndUnresolvable' ? { unresolvable: true } : {}) };
  }
  const told = scored(found);
  const untold = Math.max(0, diagnosis.refused.size - TOLD) + Math.max(0, feasible.length - told.length);
  const refusal = diagnosis.preFilterMessage === '' ? undefined : diagnosis.absent;
  return {
    filters,
    scores: pick(found.scores, told),
    ...(Object.keys(found.weights).length === 0 ? {} : { weights: found.weights, raw: pick(found.raw, told) }),
    ...(refusal === undefined ? {} : { preFilter: { plugin: refusal.plugin, reasons: refusal.reasons } }),
    ...(chosen === undefined ? {} : { chosen: chosen.name }),
    ...(message === '' ? {} : { message }),
    profile: profile.name,
    attempt: attempts,
    because,
    nodes: diagnosis.allNodes,
    ...(untold === 0 ? {} : { untold }),
    ...(nominatedNodeName === undefined || nominatedNodeName === ''
      ? {}
      : { preemption: { node: nominatedNodeName, victims: victims.map(({ key }) => key) } }),
  };
}

/** The feasible nodes worth telling; all of them in a small cluster. */
function scored({ feasible, scores, chosen }: Attempt): readonly NodeInfo[] {
  if (feasible.length <= TOLD) return feasible;
  const total = ({ name }: NodeInfo): number => scores[name]?.['total'] ?? 0;
  const rest = feasible.filter((node) => node !== chosen).sort((a, b) => total(b) - total(a));
  return [...(chosen === undefined ? [] : [chosen]), ...rest].slice(0, TOLD);
}

function pick(scores: ScheduleVerdict['scores'], nodes: readonly NodeInfo[]): ScheduleVerdict['scores'] {
  return Object.fromEntries(nodes.map(({ name }) => [name, scores[name] ?? {}]));
}
