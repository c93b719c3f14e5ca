import type { Container, ContainerRestartRule, Pod } from '../../api/generated/types.ts';

/** An init container that goes on running beside the others. */
export const isSidecar = (container: Container): boolean => container.restartPolicy === 'Always';

/** Whether a container that has ended with this code is started again; its own policy and rules come before the pod's (KEP-5307). */
export function shouldRestart(pod: Pod, container: Container, exitCode: number, init: boolean): boolean {
  const rule = ruleFor(container, exitCode);
  if (rule !== undefined) return rule.action === 'Restart';
  const policy = container.restartPolicy ?? pod.spec?.restartPolicy ?? 'Always';
  if (init && container.restartPolicy === undefined) return exitCode !== 0 && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

/** The first of a container's rules that has something to say of an exit code. */
export function ruleFor({ restartPolicyRules = [] }: Container, exitCode: number): ContainerRestartRule | undefined {
  return restartPolicyRules.find(({ exitCodes }) => {
    if (exitCodes === undefined) return false;
    return (exitCodes.values?.includes(exitCode) === true) === (exitCodes.operator === 'In');
  });
}
