import type { Pod } from '../../api/generated/types.ts';
import type { Client, DeleteOptions } from '../../client/client.ts';
import { PODS } from '../../client/resources.ts';
import { formatTime, type Millis } from '../../sim/time.ts';
import { isPodTerminal, podCondition } from '../pod-state.ts';
import type { Task } from '../../os/task.ts';

export interface Disruption {
  reason: string;
  message: string;
  /** The pod's node is gone: nobody else will ever end it. */
  fail?: boolean;
}

/** Says in the pod's status why it is taken away (KEP-3329), then deletes it. */
export function* disrupt(
  client: Client,
  pod: Pod,
  { reason, message, fail }: Disruption,
  now: Millis,
  options: DeleteOptions = {},
): Task<void> {
  const { namespace, name = '' } = pod.metadata;
  const failed = fail === true && !isPodTerminal(pod);
  if (podCondition(pod, 'DisruptionTarget')?.reason !== reason || failed) {
    const condition = { type: 'DisruptionTarget', status: 'True', reason, message, lastTransitionTime: formatTime(now) };
    const status = { conditions: [condition], ...(failed ? { phase: 'Failed' } : {}) };
    yield* client.patch(PODS, namespace, name, { metadata: { uid: pod.metadata.uid }, status }, { sub: 'status' });
  }
  yield* client.delete(PODS, namespace, name, options);
}
