import { expect, it } from 'vitest';
import { decode } from '../engine/os/text.ts';
import { parseScenario } from '../engine/scenario.ts';
import { SECOND } from '../engine/sim/time.ts';
import { Session } from './session.ts';

// Logging in to a node: what is typed, what is shown, and that it is the same again in a replay.
const scenario = parseScenario({ name: 'login', systemPods: false, nodes: [{ name: 'worker-1' }] }, 'login');

class Hands {
  readonly session = new Session({ scenario, seed: 7, freeze: true });
  /** What the terminal shows after it, up to three seconds later. */
  type(text: string): string {
    const before = this.#length();
    this.session.line('main', text);
    return this.wait(3 * SECOND, before);
  }
  key(key: 'INT' | 'EOF'): string {
    const before = this.#length();
    if (key === 'EOF') this.session.eof('main');
    else this.session.signal('main', key);
    return this.wait(3 * SECOND, before);
  }
  wait(duration: number, before = this.#length()): string {
    this.session.cluster.sim.runFor(duration);
    return decode(this.session.transcript('main').subarray(before));
  }
  #length(): number {
    return this.session.transcript('main').length;
  }
}

it('opens a shell on a node, where keys reach what runs there, and the code comes back', () => {
  const hands = new Hands();
  expect(hands.type('ssh worker-1')).toMatch(/Linux worker-1 .*\nroot@worker-1:~# $/);
  expect(hands.type('sleep 1000')).not.toContain('root@');
  expect(hands.key('INT')).toMatch(/root@worker-1:~# $/);
  hands.type('cat');
  expect(hands.type('typed')).toBe('typed\ntyped\n');
  expect(hands.key('EOF')).toMatch(/root@worker-1:~# $/);
  expect(hands.type('journalctl -u kubelet -f -n 0')).not.toContain('SyncLoop');
  hands.session.terminal('other');
  hands.session.line('other', 'kubectl run web --image=nginx:1.27');
  expect(hands.wait(3 * SECOND)).toContain('"SyncLoop ADD" source="api" pods=["default/web"]');
  hands.key('INT');
  expect(hands.type('exit 5')).toContain('Connection to worker-1 closed.');
  expect(hands.type('echo $?')).toContain('5\n');

  const again = new Session({ scenario, seed: 7, freeze: true });
  again.replay(hands.session.recording());
  again.cluster.sim.runUntil(hands.session.cluster.sim.now);
  expect(again.hash()).toBe(hands.session.hash());
});

it('gives up a node that has lost its power, and its sessions end with it', () => {
  const hands = new Hands();
  hands.type('ssh worker-1');
  hands.session.fault({ fault: 'node-stopped', target: 'worker-1' });
  expect(hands.type('ls')).not.toContain('root@');
  expect(hands.wait(45 * SECOND)).toBe('Timeout, server worker-1 not responding.\n');
  expect(hands.session.terminal('main').busy).toBe(false);
  hands.session.fault({ fault: 'node-stopped', target: 'worker-1' }, true);
  hands.wait(5 * SECOND);
  expect(hands.type('ssh worker-1 "ps | grep -c bash"')).toContain('\n1\n');
});

it('kills a container by the number that its process has on the machine', () => {
  const hands = new Hands();
  hands.type('kubectl run web --image=nginx:1.27');
  hands.wait(10 * SECOND);
  hands.type(`ssh worker-1 'kill -9 $(crictl inspect $(crictl ps -q) | grep -o "\\"pid\\": [0-9]*" | grep -o "[0-9]*")'`);
  hands.wait(5 * SECOND);
  expect(hands.type(`kubectl get pod web -o jsonpath='{.status.containerStatuses[0].lastState.terminated.exitCode}'`)).toContain('137');
});
