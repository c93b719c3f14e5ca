import { describe, expect, it } from 'vitest';
import type { Node } from '../../api/generated/types.ts';
import { NODES, PODS } from '../../client/resources.ts';
import { SECOND } from '../../sim/time.ts';
import { TestCluster, deploymentOf } from '../test-cluster.ts';
import { stateOf } from './zones.ts';

const node = (cluster: TestCluster, name = 'node-1'): Node => cluster.admin.get(NODES, undefined, name);
const taints = (cluster: TestCluster, name?: string): string[] =>
  (node(cluster, name).spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).sort();
const ready = (cluster: TestCluster): string => {
  const condition = node(cluster).status?.conditions?.find(({ type }) => type === 'Ready');
  return `${condition?.status ?? ''} ${condition?.reason ?? ''} ${condition?.message ?? ''}`;
};

describe('a silent node', () => {
  it('becomes Unknown, is tainted, loses its pods after 300 s, and is forgiven', () => {
    const cluster = new TestCluster();
    cluster.apply(deploymentOf('web', { replicas: 3 }));
    cluster.settle();
    cluster.run(20);
    cluster.dead.add('node-1');
    const since = cluster.sim.now;
    expect(cluster.sim.runUntilTrue(() => ready(cluster).startsWith('Unknown'), 120 * SECOND)).toBe(true);
    // The last heartbeat was up to 10 s ago, was noticed up to 5 s later, and after 50 s of grace the next look is up to 5 s off.
    expect(cluster.sim.now - since).toBeGreaterThan(40 * SECOND);
    expect(cluster.sim.now - since).toBeLessThanOrEqual(60 * SECOND);
    expect(ready(cluster)).toBe('Unknown NodeStatusUnknown Kubelet stopped posting node status.');
    cluster.run(5);
    expect(taints(cluster)).toEqual(['node.kubernetes.io/unreachable:NoExecute', 'node.kubernetes.io/unreachable:NoSchedule']);
    const stranded = cluster.podsOf('web').filter(({ spec }) => spec?.nodeName === 'node-1');
    expect(stranded).toHaveLength(1);
    expect(stranded[0]?.status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('False');
    expect(cluster.events('Node')).toContain('Normal NodeNotReady: Node node-1 status is now: NodeNotReady');

    const name = stranded[0]?.metadata.name ?? '';
    cluster.run(285);
    expect(cluster.admin.get(PODS, 'default', name).metadata.deletionTimestamp).toBeUndefined();
    cluster.run(15);
    const evicted = cluster.admin.get(PODS, 'default', name);
    expect(evicted.metadata.deletionTimestamp).toBeDefined();
    expect(evicted.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
    });
    expect(cluster.events('Pod').filter((text) => text.includes('TaintManagerEviction'))).toEqual([
      'Normal TaintManagerEviction: Marking for deletion Pod default/web-#',
    ]);
    expect(cluster.podsOf('web').filter(({ metadata }) => metadata.deletionTimestamp === undefined)).toHaveLength(3);

    cluster.dead.clear();
    const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }];
    cluster.admin.updateStatus(NODES, { ...node(cluster), status: { conditions } });
    cluster.run(15);
    expect(taints(cluster)).toEqual([]);
  });

  it('that comes back in time keeps its pods', () => {
    const cluster = new TestCluster();
    cluster.apply(deploymentOf('web', { replicas: 3 }));
    cluster.settle();
    cluster.dead.add('node-1');
    cluster.run(120);
    cluster.dead.clear();
    const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }];
    cluster.admin.updateStatus(NODES, { ...node(cluster), status: { conditions } });
    cluster.run(400);
    expect(cluster.podsOf('web').every(({ metadata }) => metadata.deletionTimestamp === undefined)).toBe(true);
    expect(cluster.events('Pod')).toContain('Normal TaintManagerEviction: Cancelling deletion of Pod default/web-#');
  });
});

it('no pod is evicted while every zone is down', () => {
  const cluster = new TestCluster();
  cluster.settle();
  for (const name of ['node-1', 'node-2', 'node-3']) cluster.dead.add(name);
  cluster.run(200);
  for (const name of ['node-1', 'node-2', 'node-3']) expect(taints(cluster, name)).toEqual(['node.kubernetes.io/unreachable:NoSchedule']);
});

it('a cordoned node gets its taint', () => {
  const cluster = new TestCluster();
  cluster.settle();
  cluster.admin.patch(NODES, undefined, 'node-2', { spec: { unschedulable: true } }, { type: 'merge' });
  cluster.settle();
  expect(taints(cluster, 'node-2')).toEqual(['node.kubernetes.io/unschedulable:NoSchedule']);
});

it('every node gets a /24 of its own, and a lost one is not given out again at once', () => {
  const cluster = new TestCluster();
  cluster.settle();
  const cidr = (name: string): string | undefined => node(cluster, name).spec?.podCIDR;
  expect(['node-1', 'node-2', 'node-3'].map(cidr)).toEqual(['10.244.0.0/24', '10.244.1.0/24', '10.244.2.0/24']);
  cluster.admin.delete(NODES, undefined, 'node-2');
  cluster.addNode('node-4');
  cluster.settle();
  expect(node(cluster, 'node-4').spec?.podCIDRs).toEqual(['10.244.3.0/24']);
});

it('pods of a node that is gone are collected after the quarantine', () => {
  const cluster = new TestCluster();
  cluster.apply(deploymentOf('web', { replicas: 3 }));
  cluster.settle();
  cluster.admin.delete(NODES, undefined, 'node-1');
  cluster.dead.add('node-1');
  cluster.run(30);
  const stranded = cluster.podsOf('web').filter(({ spec }) => spec?.nodeName === 'node-1');
  expect(stranded).toHaveLength(1);
  cluster.run(60);
  const left = cluster.podsOf('web');
  expect(left).toHaveLength(3);
  expect(left.some(({ metadata }) => metadata.name === stranded[0]?.metadata.name)).toBe(false);
});

it.each([
  [0, 1, 'FullDisruption'],
  [1, 2, 'Normal'],
  [2, 3, 'PartialDisruption'],
  [3, 3, 'Normal'],
  [0, 0, 'Normal'],
])('a zone with %i ready and %i other nodes is in %s', (up, down, state) => expect(stateOf(up, down)).toBe(state));
