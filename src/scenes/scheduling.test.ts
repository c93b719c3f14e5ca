import { describe, expect, test } from 'vitest';
import { parseScenario } from '../engine/scenario.ts';
import { MINUTE } from '../engine/sim/time.ts';
import { Session } from '../workers/session.ts';

function open(): { session: Session; run(line: string): void } {
  const scenario = parseScenario({ name: 'scheduling', systemPods: false, nodes: [{ name: 'n1' }, { name: 'n2' }] }, 'scheduling');
  const session = new Session({ scenario, seed: 1, freeze: true });
  const { sim } = session.cluster;
  const run = (line: string): void => {
    session.line('main', line);
    sim.runUntilTrue(() => !session.terminal('main').busy, MINUTE);
    sim.runUntilQuiet(5000);
  };
  return { session, run };
}

const pod = (name: string, cpu: string, more: object = {}): string =>
  `kubectl run ${name} --image=nginx:1.27 --overrides='${JSON.stringify({
    spec: { ...more, terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'nginx:1.27', resources: { requests: { cpu } } }] },
  })}'`;

describe('the figure "scheduling"', () => {
  test('shows who was struck out with whose words, and the points of the others', () => {
    const { session, run } = open();
    run('kubectl taint nodes n1 demo=yes:NoSchedule');
    run(pod('tolerant', '1', { tolerations: [{ key: 'demo', operator: 'Exists' }] }));
    const { attempt, caption, queues, machines } = session.scheduling();
    expect(attempt).toMatchObject({ pod: 'default/tolerant', number: 1, because: 'it is new', profile: 'default-scheduler', bind: 'done' });
    expect(attempt?.nodes.map(({ node, state, plugin }) => [node, state === 'refused', plugin])).toEqual([
      ['control-plane', true, 'TaintToleration'],
      ['n1', false, undefined],
      ['n2', false, undefined],
    ]);
    for (const { total, parts } of attempt?.nodes.slice(1) ?? []) {
      expect(parts.reduce((sum, { score }) => sum + score, 0)).toBe(total);
      for (const { normalized, weight, score } of parts) expect(normalized * weight).toBe(score);
    }
    expect(attempt?.nodes[1]?.parts.find(({ plugin }) => plugin === 'TaintToleration')).toMatchObject({
      raw: 0,
      normalized: 100,
      weight: 3,
    });
    expect(caption).toMatch(/^tolerant: 1 node is ruled out; n[12] is chosen \(\d+ points/);
    expect(queues.every(({ pods }) => pods.length === 0)).toBe(true);
    expect(machines.find(({ node }) => node === 'n1')?.taints).toEqual(['demo=yes:NoSchedule']);
  });

  test('a pod that fits nowhere waits, and the event that brought it back is named', () => {
    const { session, run } = open();
    run(pod('picky', '1', { nodeSelector: { disktype: 'ssd' } }));
    const waiting = session.scheduling();
    expect(waiting.queues.find(({ name }) => name === 'unschedulable')?.pods).toEqual([
      {
        pod: 'default/picky',
        because: 'the last attempt failed',
        words: expect.stringMatching(/^0\/3 nodes are available: .*node affinity\/selector/),
      },
    ]);
    expect(waiting.caption).toBe('picky fits on none of 3 nodes and waits until something changes that could help.');
    run('kubectl label nodes n2 disktype=ssd');
    const { attempt, attempts } = session.scheduling();
    expect(attempt).toMatchObject({ number: 2, because: 'the labels of a node changed', chosen: 'n2', bind: 'done' });
    expect(attempts).toEqual({ count: 2, place: 2, earlier: waiting.attempt?.seq });
    // The past stays what it was, whatever was looked at since.
    expect(session.scheduling(waiting.seq)).toEqual(waiting);
    expect(session.scheduling(undefined, attempts.earlier).attempt?.number).toBe(1);
  });

  test('preemption names the node that is kept and who has to go', () => {
    const { session, run } = open();
    run('kubectl cordon n2');
    run(pod('low', '3'));
    run('kubectl create priorityclass high --value=1000');
    run(pod('high', '3', { priorityClassName: 'high' }));
    const { attempt, caption } = session.scheduling(undefined, session.scheduling().attempts.earlier);
    expect(attempt?.preemption).toEqual({ node: 'n1', victims: ['default/low'] });
    expect(attempt?.nodes.find(({ node }) => node === 'n1')?.state).toBe('cleared');
    expect(caption).toBe('high fits nowhere, but n1 would do without low: preemption makes room, and keeps the node for it.');
  });
});
