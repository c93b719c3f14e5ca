import { describe, expect, it } from 'vitest';
import { failure } from '../../api/errors.ts';
import type { Pod, ReplicaSet } from '../../api/generated/types.ts';
import { PODS, REPLICA_SETS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { parseTime } from '../../sim/time.ts';
import { TestCluster } from '../test-cluster.ts';
import { podsToDelete } from './deletion-order.ts';
import { slowStart } from './slow-start.ts';

function replicaSet(replicas: number): ReplicaSet {
  const labels = { app: 'rs' };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'rs', namespace: 'default', labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    },
  };
}
const status = (cluster: TestCluster): ReplicaSet['status'] => cluster.admin.get(REPLICA_SETS, 'default', 'rs').status;
const scale = (cluster: TestCluster, replicas: number): unknown =>
  cluster.admin.patch(REPLICA_SETS, 'default', 'rs', { spec: { replicas } }, { type: 'merge' });

describe('ReplicaSet', () => {
  it('replaces what is deleted, and never makes too many', () => {
    const cluster = new TestCluster();
    cluster.admin.create(REPLICA_SETS, replicaSet(3));
    cluster.settle();
    for (const { metadata } of cluster.podsOf('rs')) cluster.admin.delete(PODS, 'default', metadata.name ?? '');
    cluster.settle();
    expect(status(cluster)).toMatchObject({
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      terminatingReplicas: 0,
    });
    expect(cluster.podsOf('rs')).toHaveLength(3);
    expect(cluster.events('ReplicaSet')).toEqual(Array(6).fill('Normal SuccessfulCreate: Created pod: rs-#'));
  });

  it('adopts a matching orphan, and releases what no longer matches', () => {
    const cluster = new TestCluster();
    cluster.settle();
    const orphan = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'lone', namespace: 'default', labels: { app: 'rs' } },
      spec: { containers: [{ name: 'c', image: 'nginx' }] },
    };
    cluster.admin.create<Pod>(PODS, orphan);
    cluster.settle();
    cluster.admin.create(REPLICA_SETS, replicaSet(2));
    cluster.settle();
    expect(cluster.podsOf('rs')).toHaveLength(2);
    expect(cluster.admin.get(PODS, 'default', 'lone').metadata.ownerReferences).toMatchObject([
      { kind: 'ReplicaSet', name: 'rs', controller: true, blockOwnerDeletion: true },
    ]);

    cluster.admin.patch(PODS, 'default', 'lone', { metadata: { labels: { app: 'else' } } }, { type: 'merge' });
    cluster.settle();
    expect(cluster.admin.get(PODS, 'default', 'lone').metadata.ownerReferences ?? []).toEqual([]);
    expect(cluster.podsOf('rs')).toHaveLength(2);
  });

  it('starts slowly where pods are refused, and says so', () => {
    let refused = 0;
    const cluster = new TestCluster({
      refuse: ({ method, path }) => {
        if (method !== 'POST' || path !== '/api/v1/namespaces/default/pods') return undefined;
        refused++;
        return { code: 403, headers: {}, body: failure(403, 'Forbidden', 'pods "rs-" is forbidden: exceeded quota: q').status };
      },
    });
    cluster.admin.create(REPLICA_SETS, replicaSet(100));
    cluster.sim.runFor(4);
    cluster.sim.runUntilTrue(() => refused > 0);
    expect(refused).toBe(1);
    cluster.run(1);
    expect(refused).toBeLessThan(20);
    expect(status(cluster)?.conditions).toMatchObject([
      { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'pods "rs-" is forbidden: exceeded quota: q' },
    ]);
    expect(cluster.events('ReplicaSet')[0]).toBe('Warning FailedCreate: Error creating: pods "rs-" is forbidden: exceeded quota: q');
  });

  it('scales down, and its own pods only', () => {
    const cluster = new TestCluster();
    cluster.admin.create(REPLICA_SETS, replicaSet(5));
    cluster.settle();
    scale(cluster, 2);
    cluster.settle();
    expect(status(cluster)).toMatchObject({ replicas: 2, readyReplicas: 2 });
    expect(cluster.events('ReplicaSet').filter((text) => text === 'Normal SuccessfulDelete: Deleted pod: rs-#')).toHaveLength(3);
  });
});

it('batches double until one fails', () => {
  let calls = 0;
  const atOnce: number[] = [];
  const play = (act: () => void): { made: number; failure?: Error } => {
    const pause = function* (): Task<void> {
      atOnce.push(calls);
    };
    const task = function* (): Task<void> {
      act();
    };
    return slowStart(100, task, pause).next().value as { made: number; failure?: Error };
  };
  expect(play(() => void calls++)).toEqual({ made: 100 });
  // Nothing holds the event up for long.
  expect(atOnce).toEqual([31, 47, 63, 79, 95]);
  calls = 0;
  const stopped = play(() => {
    if (++calls > 5) throw new Error(`call ${calls}`);
  });
  // 1 + 2 + 4: the third batch is tried to its end.
  expect([calls, stopped.made, stopped.failure?.message]).toEqual([7, 5, 'call 6']);
});

describe('which pod goes first', () => {
  const now = parseTime('2026-01-05T10:00:00Z');
  const pod = (
    name: string,
    options: { node?: string; phase?: string; ready?: string; cost?: string; born?: string; restarts?: number } = {},
  ): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      creationTimestamp: options.born ?? '2026-01-05T09:00:00Z',
      ...(options.cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': options.cost } }),
    },
    spec: { containers: [], ...(options.node === undefined ? {} : { nodeName: options.node }) },
    status: {
      phase: options.phase ?? 'Running',
      conditions: [
        {
          type: 'Ready',
          status: options.ready === undefined ? 'False' : 'True',
          lastTransitionTime: options.ready ?? '2026-01-05T09:00:00Z',
        },
      ],
      containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: options.restarts ?? 0 }],
    },
  });
  const early = '2026-01-05T09:00:00Z';
  it.each([
    ['unassigned before assigned', pod('a', { phase: 'Pending' }), pod('b', { node: 'n', phase: 'Pending' })],
    ['pending before running', pod('a', { node: 'n', phase: 'Pending' }), pod('b', { node: 'n' })],
    ['not ready before ready', pod('a', { node: 'n' }), pod('b', { node: 'n', ready: early })],
    ['cheap before dear', pod('z', { node: 'n', ready: early, cost: '-5' }), pod('b', { node: 'n', ready: early })],
    ['lately ready before long ready', pod('z', { node: 'n', ready: '2026-01-05T09:59:59Z' }), pod('b', { node: 'n', ready: early })],
    ['often restarted before steady', pod('z', { node: 'n', ready: early, restarts: 3 }), pod('b', { node: 'n', ready: early })],
    ['young before old', pod('z', { node: 'n', ready: early, born: '2026-01-05T09:59:00Z' }), pod('b', { node: 'n', ready: early })],
  ])('%s', (_rule, first, second) => {
    expect(podsToDelete([second, first], () => [], 1, now)).toEqual([first]);
  });

  it('doubled up before alone', () => {
    const pods = [pod('a', { node: 'n1', ready: early }), pod('b', { node: 'n2', ready: early }), pod('c', { node: 'n2', ready: early })];
    expect(podsToDelete(pods, () => pods, 1, now)[0]?.spec?.nodeName).toBe('n2');
  });
});
