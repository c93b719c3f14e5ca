import { expect, it } from 'vitest';
import { decode } from '../engine/os/text.ts';
import { parseScenario } from '../engine/scenario.ts';
import { SECOND } from '../engine/sim/time.ts';
import { Session } from './session.ts';

// vi on another machine: the text comes to the page as it does from the workstation's own.
const scenario = parseScenario({ name: 'vi', systemPods: false, nodes: [{ name: 'worker-1' }] }, 'vi');

function hands(): { session: Session; type: (line: string) => string } {
  const session = new Session({ scenario, seed: 3, freeze: true });
  const type = (line: string): string => {
    const before = session.transcript('main').length;
    session.line('main', line);
    session.cluster.sim.runFor(3 * SECOND);
    return decode(session.transcript('main').subarray(before));
  };
  return { session, type };
}

it('edits a file over ssh and in a container, and nothing of the request is shown', () => {
  const { session, type } = hands();
  type('ssh worker-1');
  expect(type('vi /etc/motd')).toBe('vi /etc/motd\n');
  expect(session.editing('main')).toEqual({ path: '/etc/motd', text: '' });
  session.edited('main', 'välkommen\n');
  session.cluster.sim.runFor(SECOND);
  expect(session.editing('main')).toBeUndefined();
  expect(type('cat /etc/motd')).toContain('välkommen\n');
  type('exit');
  type('kubectl run bb --image=busybox:1.36 -- sleep 1d');
  type('kubectl exec -it bb -- sh');
  type('vi /tmp/a');
  session.edited('main', undefined);
  session.cluster.sim.runFor(SECOND);
  expect(type('ls /tmp; echo over')).toMatch(/over\n/);

  const again = new Session({ scenario, seed: 3, freeze: true });
  again.replay(session.recording());
  again.cluster.sim.runUntil(session.cluster.sim.now);
  expect(again.hash()).toBe(session.hash());
});

it('closes the text when the program that showed it is ended', () => {
  const { session, type } = hands();
  type('ssh worker-1');
  type('vi /etc/motd');
  session.signal('main', 'INT');
  session.cluster.sim.runFor(SECOND);
  expect(session.editing('main')).toBeUndefined();
  expect(type('echo still there')).toContain('still there\n');
});
