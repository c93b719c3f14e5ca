import { describe, expect, test } from 'vitest';
import type { Node, Pod } from '../api/generated/types.ts';
import { KINDS } from '../api/kinds/index.ts';
import { ApiServer } from '../apiserver/server.ts';
import { OutsideClient } from '../client/client.ts';
import { EVENTS, NAMESPACES, NODES, PODS, SERVICE_ACCOUNTS } from '../client/resources.ts';
import { Store } from '../etcd/store.ts';
import { Simulation } from '../sim/simulation.ts';
import { readConfiguration } from './configuration/read.ts';
import type { AnyPlugin, WaitingPods } from './framework.ts';
import { Scheduler } from './scheduler.ts';

const HEAD = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration', leaderElection: { leaderElect: false } };

function open(configuration: object, plugins: readonly AnyPlugin[] = []) {
  const sim = new Simulation({ seed: 1 });
  const server = new ApiServer({ sim, store: new Store(sim), kinds: KINDS, kubelets: () => undefined, freeze: true });
  const admin = new OutsideClient(server, 'admin', { kind: 'certificate', user: 'admin', groups: ['system:masters'] });
  for (const name of ['default', 'kube-system']) admin.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  admin.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } });
  for (const [name, cpu] of [
    ['small', '4'],
    ['large', '16'],
  ] as const) {
    const size = { cpu, memory: '8Gi', pods: '110' };
    const made = admin.create(NODES, {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    } as Node);
    admin.updateStatus(NODES, { ...admin.update(NODES, { ...made, spec: {} }), status: { capacity: size, allocatable: size } });
  }
  const scheduler = new Scheduler({ sim, transport: server, plugins, configuration: readConfiguration({ ...HEAD, ...configuration }) });
  scheduler.start();
  sim.runFor(100);
  const pod = (name: string, spec: object = {}): void => {
    const containers = [{ name: 'c', image: 'app:1', resources: { requests: { cpu: '1' } } }];
    admin.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { containers, ...spec } } as Pod);
    sim.runFor(50);
  };
  const get = (name: string): Pod => admin.get(PODS, 'default', name);
  return { sim, admin, pod, get, scheduler };
}

describe('profiles of a configuration', () => {
  const profiles = [
    { schedulerName: 'default-scheduler' },
    {
      schedulerName: 'packer',
      plugins: { score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit', weight: 2 }] } },
      pluginConfig: [
        { name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated', resources: [{ name: 'cpu', weight: 1 }] } } },
      ],
    },
    {
      schedulerName: 'blind',
      plugins: { multiPoint: { disabled: [{ name: 'NodeUnschedulable' }] }, filter: { disabled: [{ name: 'TaintToleration' }] } },
    },
  ];

  test('each schedules by its own plugins and tells events in its own name', () => {
    const { admin, pod, get } = open({ profiles });
    pod('spread');
    pod('packed', { schedulerName: 'packer' });
    expect([get('spread').spec?.nodeName, get('packed').spec?.nodeName]).toEqual(['large', 'small']);
    const events = admin.list(EVENTS, { namespace: 'default' }).items;
    expect(events.map((event) => [event.involvedObject.name, event.reportingComponent])).toEqual([
      ['packed', 'packer'],
      ['spread', 'default-scheduler'],
    ]);
  });

  test('a plugin that is switched off has no say', () => {
    const { admin, pod, get } = open({ profiles });
    for (const name of ['small', 'large']) admin.patch(NODES, undefined, name, { spec: { unschedulable: true } }, { type: 'merge' });
    pod('careful');
    pod('blind', { schedulerName: 'blind' });
    expect([get('careful').spec?.nodeName, get('blind').spec?.nodeName]).toEqual([undefined, 'large']);
  });

  test('an unknown plugin ends the scheduler with upstream’s sentence', () => {
    expect(() => open({ profiles: [{ plugins: { filter: { enabled: [{ name: 'Mine' }] } } }] })).toThrow(
      'initializing profiles: creating profile for scheduler name default-scheduler: FilterPlugin "Mine" does not exist',
    );
  });
});

describe('Permit', () => {
  let waiting: WaitingPods | undefined;
  const gang: AnyPlugin = {
    name: 'Gang',
    permit(_state, pod, _node, pods) {
      waiting = pods;
      const others = [...pods.pods];
      if (others.length === 0) return { verdict: { code: 'Wait', plugin: 'Gang', reasons: [] }, timeout: 5000 };
      for (const other of others) other.allow('Gang');
      return {
        verdict: pod.pod.metadata.name === 'never' ? { code: 'Unschedulable', plugin: 'Gang', reasons: ['not welcome'] } : undefined,
      };
    },
  };
  const profiles = [{ plugins: { permit: { enabled: [{ name: 'Gang' }] } } }];

  test('keeps a pod waiting, assumed on its node, until it is allowed', () => {
    const { pod, get } = open({ profiles }, [gang]);
    pod('first');
    expect(get('first').spec?.nodeName).toBeUndefined();
    expect([...(waiting?.pods ?? [])].map(({ pod, nodeName }) => [pod.key, nodeName])).toEqual([['default/first', 'large']]);
    pod('second');
    expect([get('first').spec?.nodeName, get('second').spec?.nodeName]).toEqual(['large', 'large']);
  });

  test('gives up after its time, and tells why', () => {
    const { sim, pod, get } = open({ profiles }, [gang]);
    pod('alone');
    sim.runFor(5000);
    expect(get('alone').status?.conditions?.[0]).toMatchObject({
      reason: 'Unschedulable',
      message: '0/1 nodes are available: 1 rejected due to timeout after waiting 5s at plugin Gang.',
    });
  });
});
