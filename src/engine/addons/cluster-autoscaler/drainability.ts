import type { Pod } from '../../api/generated/types.ts';
import { parseTime, type Millis } from '../../sim/time.ts';
import type { DisruptionBudgets } from './disruption-budgets.ts';
import type { Flags } from './flags.ts';
import { controllerOf, isDaemonSetPod, isLongTerminating, isMirrorPod } from './pods.ts';

const SAFE_TO_EVICT = 'cluster-autoscaler.kubernetes.io/safe-to-evict';
const SAFE_VOLUMES = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes';
const REPLICATED = new Set(['ReplicationController', 'Job', 'ReplicaSet', 'StatefulSet']);

/** What is to become of the pods of a node that is to go. */
export interface PodsToMove {
  readonly move: Pod[];
  readonly daemonSetPods: Pod[];
  /** It is waited until these have ended by themselves. */
  readonly waitFor: Pod[];
  /** Why the node has to stay, in upstream's words. */
  readonly blocked?: string;
}

/** simulator.GetPodsToMove over the rules of simulator/drainability, in their order. */
export function podsToMove(pods: Iterable<Pod>, budgets: DisruptionBudgets, flags: Flags, now: Millis): PodsToMove {
  const found: PodsToMove = { move: [], daemonSetPods: [], waitFor: [] };
  for (const pod of pods) {
    const verdict = judge(pod, budgets, flags, now);
    if (verdict === 'drain') (isDaemonSetPod(pod) ? found.daemonSetPods : found.move).push(pod);
    else if (verdict === 'wait') found.waitFor.push(pod);
    else if (verdict !== 'skip') return { ...found, blocked: verdict.blocked };
  }
  return found;
}

function judge(pod: Pod, budgets: DisruptionBudgets, flags: Flags, now: Millis): 'drain' | 'wait' | 'skip' | { blocked: string } {
  const { name = '', namespace = '', annotations, creationTimestamp = '' } = pod.metadata;
  if (isMirrorPod(pod) || isLongTerminating(pod, now)) return 'skip';
  const safe = annotations?.[SAFE_TO_EVICT];
  if (isDaemonSetPod(pod) || safe === 'true' || isTerminal(pod)) return 'drain';
  if (safe === 'on-completion') return 'wait';
  const owner = controllerOf(pod);
  if (owner === undefined || (flags['skip-nodes-with-custom-controller-pods'] && !REPLICATED.has(owner.kind)))
    return { blocked: `${namespace}/${name} is not replicated` };
  if (flags['skip-nodes-with-system-pods'] && namespace === 'kube-system' && budgets.of(pod).length === 0) {
    if (now > parseTime(creationTimestamp) + flags['blocking-system-pod-distruption-timeout']) return 'drain';
    return { blocked: `non-daemonset, non-mirrored, non-pdb-assigned kube-system pod present: ${name}` };
  }
  if (safe === 'false') return { blocked: `pod annotated as not safe to evict present: ${name}` };
  if (flags['skip-nodes-with-local-storage'] && hasLocalStorage(pod)) return { blocked: `pod with local storage present: ${name}` };
  if (!budgets.allows(pod)) return { blocked: `not enough pod disruption budget to move ${namespace}/${name}` };
  return 'drain';
}

function isTerminal({ spec, status }: Pod): boolean {
  if (status?.phase === 'Failed') return true;
  return status?.phase === 'Succeeded' && (spec?.restartPolicy === 'Never' || spec?.restartPolicy === 'OnFailure');
}

function hasLocalStorage({ spec, metadata }: Pod): boolean {
  const harmless = new Set((metadata.annotations?.[SAFE_VOLUMES] ?? '').split(','));
  return (spec?.volumes ?? []).some(
    ({ name, hostPath, emptyDir }) =>
      (hostPath !== undefined || (emptyDir !== undefined && emptyDir.medium !== 'Memory')) && !harmless.has(name),
  );
}
