import type { Pod } from '../engine/api/generated/types.ts';
import type { SceneObject } from './scene.ts';

/** A pod's state in one word, as `kubectl get pods` words the usual ones, and how it should look. */
export function podStatus(pod: Pod): { text: string; tone: SceneObject['tone'] } {
  if (pod.metadata.deletionTimestamp !== undefined) return { text: 'Terminating', tone: 'gone' };
  const phase = pod.status?.phase ?? 'Pending';
  if (phase === 'Succeeded') return { text: 'Completed', tone: 'gone' };
  if (phase === 'Failed') return { text: pod.status?.reason ?? 'Error', tone: 'bad' };
  for (const status of pod.status?.containerStatuses ?? []) {
    const waiting = status.state?.waiting?.reason;
    if (waiting !== undefined) return { text: waiting, tone: /BackOff|Err|Error/.test(waiting) ? 'bad' : 'wait' };
    const ended = status.state?.terminated;
    if (ended !== undefined) return { text: ended.reason ?? 'Terminated', tone: ended.exitCode === 0 ? 'wait' : 'bad' };
  }
  if (phase === 'Pending') return { text: 'Pending', tone: 'wait' };
  const ready = pod.status?.conditions?.find((condition) => condition.type === 'Ready')?.status === 'True';
  return { text: ready ? 'Running' : 'Not ready', tone: ready ? 'ok' : 'wait' };
}
