import type { Algorithm, Outcome } from './algorithm.ts';
import { NO_NODES, fitError, statusesOf } from './diagnosis.ts';
import { atOnce, type Task } from '../os/task.ts';
import type { Extender } from './extender.ts';
import type { Profile } from './profile.ts';
import type { PodInfo } from './pod-info.ts';

export interface Attempt extends Outcome {
  /** Why no node was found; '' when one was. */
  readonly message: string;
  /** The node that preemption will clear; '' takes an earlier nomination back, `undefined` leaves it. */
  readonly nominatedNodeName: string | undefined;
  /** Pods that preemption will delete. */
  readonly victims: readonly PodInfo[];
}

/** One attempt to find a node: the algorithm and, where it finds none, PostFilter. Throws `SchedulingError`. */
export function attempt(algorithm: Algorithm, profile: Profile, pod: PodInfo, details: boolean): Attempt {
  return atOnce(concluded(algorithm, profile, pod, algorithm.schedule(profile, pod, details), []));
}

/** The same where extenders are asked. */
export function* extendedAttempt(
  algorithm: Algorithm,
  profile: Profile,
  pod: PodInfo,
  details: boolean,
  extenders: readonly Extender[],
): Task<Attempt> {
  return yield* concluded(algorithm, profile, pod, yield* algorithm.scheduleExtended(profile, pod, details, extenders), extenders);
}

function* concluded(
  { nodes: { nodes } }: Algorithm,
  profile: Profile,
  pod: PodInfo,
  outcome: Outcome,
  extenders: readonly Extender[],
): Task<Attempt> {
  const { diagnosis, state, chosen } = outcome;
  if (chosen !== undefined) return { ...outcome, message: '', nominatedNodeName: undefined, victims: [] };
  if (diagnosis.allNodes === 0) return { ...outcome, message: NO_NODES, nominatedNodeName: '', victims: [] };

  const statuses = statusesOf(diagnosis, nodes);
  // runtime.RunPostFilterPlugins: the first success and the first error end it; refusals add up.
  const reasons: string[] = [];
  let nominatedNodeName: string | undefined = profile.postFilter.length === 0 ? '' : undefined;
  let victims: readonly PodInfo[] = [];
  for (const plugin of profile.postFilter) {
    const result = yield* plugin.postFilter(state, pod, statuses, extenders);
    nominatedNodeName = result.status?.code === 'Error' ? undefined : (result.nominatedNodeName ?? nominatedNodeName);
    victims = result.victims ?? victims;
    if (result.status === undefined) {
      reasons.length = 0;
      break;
    }
    if (result.status.code !== 'Unschedulable') {
      reasons.splice(0, reasons.length, ...result.status.reasons);
      break;
    }
    reasons.push(...result.status.reasons);
  }
  diagnosis.postFilterMessage = reasons.join(', ');
  return { ...outcome, message: fitError(diagnosis), nominatedNodeName, victims };
}
