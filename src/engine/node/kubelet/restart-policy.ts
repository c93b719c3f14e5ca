import type { Container, Pod } from '../../api/generated/types.ts';

/** An init container that goes on running beside the others. */
export const isSidecar = (container: Container): boolean => container.restartPolicy === 'Always';

/** Whether a container that has ended with this code is started again; its own policy and rules come before the pod's (KEP-5307). */
export function shouldRestart(pod: Pod, container: Container, exitCode: number, init: boolean): boolean {
  for (const { action, exitCodes } of container.restartPolicyRules ?? []) {
    if (exitCodes === undefined) continue;
    const listed = exitCodes.values?.includes(exitCode) === true;
    if (listed === (exitCodes.operator === 'In')) return action === 'Restart';
  }
  const policy = container.restartPolicy ?? pod.spec?.restartPolicy ?? 'Always';
  if (init && container.restartPolicy === undefined) return exitCode !== 0 && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}
