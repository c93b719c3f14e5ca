import { describe, expect, it } from 'vitest';
import { storeBootstrapObjects } from '../bootstrap-objects.ts';
import { Store } from '../../etcd/store.ts';
import { Registry } from '../../metrics/registry.ts';
import { run } from '../../os/task.ts';
import { Simulation } from '../../sim/simulation.ts';
import { requestInfo } from '../route.ts';
import type { UserInfo } from '../authn/user.ts';
import { shareOut } from './concurrency.ts';
import { dumpFlowControl } from './dump.ts';
import { FlowControl, tooManyRequests } from './flowcontrol.ts';
import { deal, hashFlow } from './shuffle-sharding.ts';
import { wanted } from './dangling.ts';

const user = (name: string, ...groups: string[]): UserInfo => ({ name, groups: [...groups, 'system:authenticated'] });
const get = (path: string): ReturnType<typeof requestInfo> => requestInfo({ method: 'GET', path });

function world(): { sim: Simulation; store: Store; flow: FlowControl; metrics: Registry } {
  const sim = new Simulation({ seed: 1 });
  const store = new Store(sim);
  storeBootstrapObjects(sim, store);
  const metrics = new Registry();
  const flow = new FlowControl({ sim, store, metrics });
  flow.start();
  return { sim, store, flow, metrics };
}

describe('classification', () => {
  it('takes the first schema of a fresh cluster that fits', () => {
    const { flow } = world();
    const named = (path: string, who: UserInfo, method = 'GET'): string => flow.classify(requestInfo({ method, path }), who).name;
    expect(named('/api/v1/pods', user('admin', 'system:masters'))).toBe('exempt');
    expect(named('/healthz/etcd', user('jane'))).toBe('probes');
    expect(named('/healthzx', user('jane'))).toBe('global-default');
    const node = user('system:node:n', 'system:nodes');
    expect(named('/api/v1/nodes/n/status', node, 'PATCH')).toBe('system-node-high');
    expect(named('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/n', node, 'PUT')).toBe('system-node-high');
    expect(named('/api/v1/pods', node)).toBe('system-nodes');
    const scheduler = user('system:kube-scheduler');
    expect(named('/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler', scheduler, 'PUT')).toBe(
      'system-leader-election',
    );
    expect(named('/apis/coordination.k8s.io/v1/namespaces/kube-system/leases', scheduler)).toBe('kube-scheduler');
    const account = (namespace: string): UserInfo =>
      user(`system:serviceaccount:${namespace}:bot`, 'system:serviceaccounts', `system:serviceaccounts:${namespace}`);
    expect(named('/api/v1/pods', account('kube-system'))).toBe('kube-system-service-accounts');
    expect(named('/api/v1/pods', account('shop'))).toBe('service-accounts');
  });

  it('goes by the mandatory objects where nothing is stored', () => {
    const sim = new Simulation({ seed: 1 });
    const flow = new FlowControl({ sim, store: new Store(sim), metrics: new Registry() });
    flow.start();
    expect(flow.levels.map(({ name }) => name)).toEqual(['catch-all', 'exempt']);
    expect(flow.classify(get('/api'), user('jane')).name).toBe('catch-all');
  });
});

it('shares the seats of the server out as a real one does', () => {
  const { flow } = world();
  expect(Object.fromEntries(flow.levels.map(({ name, limits }) => [name, [limits.nominal, limits.lower, limits.upper]]))).toEqual({
    'catch-all': [13, 13, 613],
    exempt: [0, 0, 600],
    'global-default': [49, 24, 649],
    'leader-election': [25, 25, 625],
    'node-high': [98, 73, 698],
    system: [74, 50, 674],
    'workload-high': [98, 49, 698],
    'workload-low': [245, 24, 845],
  });
  // Nobody asks for anything: what may be lent goes round in proportion.
  expect(flow.levels.reduce((sum, { current }) => sum + current, 0)).toBeCloseTo(600, -1);
  expect(shareOut(10, [{ target: 1, lower: 1, upper: 3 }, { target: 4, lower: 0, upper: 20 }])).toEqual({ shares: [2, 8], proportion: 2 }); // prettier-ignore
  expect(shareOut(10, [{ target: 4, lower: 0, upper: 3 }, { target: 4, lower: 0, upper: 20 }])?.shares).toEqual([3, 7]); // prettier-ignore
  expect(shareOut(10, [{ target: 1, lower: 0, upper: 3 }])).toBeUndefined();
});

describe('a level that is full', () => {
  function jail(queuing?: object): ReturnType<typeof world> {
    const made = world();
    const limitResponse = queuing === undefined ? { type: 'Reject' } : { type: 'Queue', queuing };
    made.store.put('/registry/prioritylevelconfigurations/jail', {
      metadata: { name: 'jail', uid: 'level' },
      spec: { type: 'Limited', limited: { nominalConcurrencyShares: 0.5, lendablePercent: 0, borrowingLimitPercent: 0, limitResponse } },
    });
    made.store.put('/registry/flowschemas/jail', {
      metadata: { name: 'jail', uid: 'schema' },
      spec: {
        priorityLevelConfiguration: { name: 'jail' },
        matchingPrecedence: 5,
        distinguisherMethod: { type: 'ByUser' },
        rules: [
          { subjects: [{ kind: 'Group', group: { name: 'inmates' } }], nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }] },
        ],
      },
    });
    return made;
  }

  it('refuses at once where it does not queue', () => {
    const { flow, metrics } = jail();
    const [a, b, c] = [0, 1, 2].map(() => flow.begin(get('/api'), user('al', 'inmates')));
    expect([a?.state, b?.state, c?.state]).toEqual(['executing', 'executing', 'refused']);
    expect(c === undefined ? undefined : tooManyRequests(c)).toMatchObject({
      code: 429,
      headers: { 'retry-after': '1' },
      body: 'Too many requests, please try again later.\n',
    });
    if (a !== undefined) flow.finish(a);
    expect(flow.begin(get('/api'), user('al', 'inmates')).state).toBe('executing');
    expect(metrics.text()).toContain(
      'apiserver_flowcontrol_rejected_requests_total{flow_schema="jail",priority_level="jail",reason="concurrency-limit"} 1\n',
    );
    expect(metrics.text()).toContain('apiserver_flowcontrol_current_executing_seats{flow_schema="jail",priority_level="jail"} 2\n');
  });

  it('queues, serves flows in turn, refuses what does not fit into its queue or waits too long', () => {
    const { sim, flow } = jail({ queues: 64, handSize: 1, queueLengthLimit: 2 });
    const busy = ['x', 'y'].map((name) => flow.begin(get('/api'), user(name, 'inmates')));
    const order: string[] = [];
    const ask = (name: string): void => {
      const ticket = flow.begin(get(`/${name}`), user(name.slice(0, 2), 'inmates'));
      run(
        flow.settle(ticket),
        (served) => {
          order.push(`${name} ${served ? 'served' : 'refused'}`);
          if (served) sim.after(1000, () => flow.finish(ticket));
        },
        (error) => {
          throw error;
        },
      );
    };
    for (const name of ['al-1', 'al-2', 'al-3', 'di-1']) ask(name);
    expect(order).toEqual(['al-3 refused']);
    const table = dumpFlowControl(flow, '/debug/api_priority_and_fairness/dump_priority_levels', { method: 'GET', path: '' });
    const lines = String(table?.body).split('\n');
    expect(lines[0]).toBe(
      'PriorityLevelName, ActiveQueues, IsIdle, IsQuiescing, WaitingRequests, ExecutingRequests, DispatchedRequests, RejectedRequests, TimedoutRequests, CancelledRequests',
    );
    expect(lines.find((line) => line.startsWith('jail'))).toBe(
      'jail,              2,            false,  false,       3,               2,                 2,                  1,                0,                0',
    );
    const [one] = busy;
    if (one !== undefined) flow.finish(one);
    sim.runFor(5000);
    // One seat for all: the flow that has had a turn waits for the other.
    expect(order.slice(1)).toEqual(['al-1 served', 'di-1 served', 'al-2 served']);
    for (const name of ['cy-1', 'ed-1']) ask(name);
    sim.runFor(1);
    expect(order.slice(4)).toEqual(['cy-1 served']);
  });

  it('gives up waiting after a quarter of a minute', () => {
    const { sim, flow, metrics } = jail({ queues: 1, handSize: 1, queueLengthLimit: 5 });
    for (const name of ['x', 'y']) flow.begin(get('/api'), user(name, 'inmates'));
    let served: boolean | undefined;
    run(flow.settle(flow.begin(get('/late'), user('al', 'inmates'))), (value) => (served = value), () => {}); // prettier-ignore
    sim.runFor(14_999);
    expect(served).toBeUndefined();
    sim.runFor(1);
    expect(served).toBe(false);
    expect(metrics.text()).toContain('reason="time-out"} 1\n');
  });
});

it('deals the same hand to the same flow, without a card twice', () => {
  const hand = deal(hashFlow('service-accounts', 'al'), 128, 6);
  expect(hand).toEqual(deal(hashFlow('service-accounts', 'al'), 128, 6));
  expect(new Set(hand).size).toBe(6);
  expect(Math.max(...hand)).toBeLessThan(128);
  expect(deal(hashFlow('service-accounts', 'bo'), 128, 6)).not.toEqual(hand);
});

it('finds schemas that lead nowhere', () => {
  const schema = { apiVersion: '', kind: '', metadata: { name: 'a' }, spec: { priorityLevelConfiguration: { name: 'gone' } } };
  const condition = wanted(schema, false, 'now');
  expect(condition).toMatchObject({
    status: 'True',
    reason: 'NotFound',
    message: 'This FlowSchema references the PriorityLevelConfiguration object named "gone" but there is no such object',
  });
  expect(wanted({ ...schema, status: { conditions: [condition ?? { type: '' }] } }, false, 'later')).toBeUndefined();
});
