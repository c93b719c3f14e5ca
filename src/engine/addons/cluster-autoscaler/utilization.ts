import type { Pod } from '../../api/generated/types.ts';
import { quantityMilli, quantityValue } from '../../api/quantity.ts';
import type { NodeInfo } from '../../scheduler/node-info.ts';
import { podRequests } from '../../scheduler/requests.ts';
import type { Millis } from '../../sim/time.ts';
import type { Flags } from './flags.ts';
import { isDaemonSetPod, isLongTerminating, isMirrorPod } from './pods.ts';

/** How much of a node is asked for, as shares of what is allocatable; `share` is the larger one. */
export interface Utilization {
  readonly cpu: number;
  readonly memory: number;
  readonly share: number;
}

/** simulator/utilization.Calculate. Nothing where the node does not say what it has. */
export function utilization(node: NodeInfo, flags: Flags, now: Millis): Utilization | undefined {
  const allocatable = node.node?.status?.allocatable;
  const cpu = shareOf(node, quantityMilli(allocatable?.['cpu']), (pod) => podRequests(pod).milliCpu, flags, now);
  const memory = shareOf(node, quantityValue(allocatable?.['memory']), (pod) => podRequests(pod).memory, flags, now);
  return cpu === undefined || memory === undefined ? undefined : { cpu, memory, share: Math.max(cpu, memory) };
}

/** Go's `%v` of upstream's struct. */
export function utilizationText({ cpu, memory, share }: Utilization): string {
  return `{${cpu} ${memory} 0 0 ${cpu > memory ? 'cpu' : 'memory'} ${share}}`;
}

function shareOf(node: NodeInfo, all: number, of: (pod: Pod) => number, flags: Flags, now: Millis): number | undefined {
  let asked = 0;
  let apart = 0;
  for (const { pod } of node.pods.values()) {
    const ignored =
      (flags['ignore-daemonsets-utilization'] && isDaemonSetPod(pod)) || (flags['ignore-mirror-pods-utilization'] && isMirrorPod(pod));
    if (ignored) apart += of(pod);
    else if (!isLongTerminating(pod, now)) asked += of(pod);
  }
  return all <= 0 ? undefined : asked / (all - apart);
}
