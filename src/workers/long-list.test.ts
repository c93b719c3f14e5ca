import { expect, test } from 'vitest';
import { parseScenario } from '../engine/scenario.ts';
import { MINUTE } from '../engine/sim/time.ts';
import { Session } from './session.ts';

test('a long list is made piece by piece, whole; Ctrl-C ends it between two of them', () => {
  const scenario = parseScenario({ name: 'list', systemPods: false, nodes: [{ name: 'n1' }] }, 'list');
  const session = new Session({ scenario, seed: 1 });
  const { sim } = session.cluster;
  const shown = (): string => new TextDecoder().decode(session.transcript('main'));
  session.line('main', 'kubectl create deployment web --image=nginx --replicas=1200');
  sim.runFor(MINUTE);

  session.line('main', 'kubectl get pods -A; echo "$?"');
  sim.step();
  expect(session.terminal('main').busy).toBe(true);
  session.signal('main', 'INT');
  expect(session.terminal('main').busy).toBe(false);
  expect(shown()).not.toContain('web-');

  session.line('main', 'kubectl get pods -A');
  sim.runUntilTrue(() => !session.terminal('main').busy, MINUTE);
  const rows = shown().match(/^default +web-\w+-\w+ .*$/gm) ?? [];
  expect(rows).toHaveLength(1200);
  expect(new Set(rows.map((row) => row.search(/ [01]\/1 /))).size).toBe(1);
});
