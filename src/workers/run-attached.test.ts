import { expect, it } from 'vitest';
import { decode } from '../engine/os/text.ts';
import { MINUTE } from '../engine/sim/time.ts';
import { Session } from './session.ts';

it('kubectl run shows what a pod says, takes away what it made, and ends as the pod ends', () => {
  const session = new Session({ seed: 3, freeze: true });
  session.line(
    'main',
    "kubectl run once --image=busybox:1.36 -it --rm --expose --port=80 --restart=Never -- sh -c 'echo one; sleep 2; echo two; exit 3'",
  );
  session.cluster.sim.runUntilTrue(() => !session.terminal('main').busy, 5 * MINUTE);
  session.line('main', 'echo $?; kubectl get pods,services -o name');
  session.cluster.sim.runUntilTrue(() => !session.terminal('main').busy, MINUTE);
  const [, ...shown] = decode(session.transcript('main')).split('\n');
  expect(shown.filter((line) => !line.includes('$ '))).toEqual([
    'service/once created',
    'one',
    'All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.',
    "If you don't see a command prompt, try pressing enter.",
    'two',
    "Session ended, resume using 'kubectl attach once -c once -n default -i -t' command",
    'pod "once" deleted from default namespace',
    'service "once" deleted from default namespace',
    'pod default/once terminated (Error)',
    '3',
    'service/kubernetes',
    '',
  ]);
});
