import { describe, expect, it } from 'vitest';
import type { DaemonSet, Pod } from '../../api/generated/types.ts';
import { CONTROLLER_REVISIONS, DAEMON_SETS, NODES, PODS } from '../../client/resources.ts';
import { isPodReady } from '../pod-state.ts';
import { TestCluster } from '../test-cluster.ts';
import { nodeOf } from './placement.ts';

function daemonSet(spec: Partial<NonNullable<DaemonSet['spec']>> = {}, image = 'agent:1'): DaemonSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default' },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'c', image }] } },
      ...spec,
    },
  };
}

/** A cluster whose pods are bound to the node that their affinity names. */
class World {
  readonly cluster = new TestCluster({ place: nodeOf });

  get pods(): Pod[] {
    const { items } = this.cluster.admin.list(PODS, { namespace: 'default', labelSelector: 'app=agent' });
    return [...items].sort((a, b) => (nodeOf(a) < nodeOf(b) ? -1 : 1));
  }
  get places(): string[] {
    return this.pods.map(nodeOf);
  }
  get status(): DaemonSet['status'] {
    return this.cluster.admin.get(DAEMON_SETS, 'default', 'agent').status;
  }
  images(): string[] {
    return this.pods.map(({ spec }) => spec?.containers[0]?.image ?? '');
  }
  setImage(image: string): void {
    const container = { name: 'c', image };
    this.cluster.admin.patch(DAEMON_SETS, 'default', 'agent', { spec: { template: { spec: { containers: [container] } } } });
  }
}

describe('a DaemonSet', () => {
  it('has a pod on every node, also on one that joins, and none where it does not belong', () => {
    const world = new World();
    const { admin } = world.cluster;
    admin.create(DAEMON_SETS, daemonSet());
    world.cluster.settle();
    expect(world.places).toEqual(['node-1', 'node-2', 'node-3']);
    expect(world.status).toMatchObject({
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
      numberReady: 3,
      numberAvailable: 3,
      updatedNumberScheduled: 3,
    });
    expect(world.status?.numberUnavailable).toBeUndefined();
    world.cluster.addNode('node-4');
    world.cluster.settle();
    expect(world.places).toEqual(['node-1', 'node-2', 'node-3', 'node-4']);
    // A taint that nobody tolerates keeps new pods away, and lets those stay that are there.
    admin.patch(NODES, undefined, 'node-2', { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }] } });
    world.cluster.settle();
    expect(world.places).toHaveLength(4);
    expect(world.status).toMatchObject({ desiredNumberScheduled: 3, numberMisscheduled: 1 });
    admin.patch(NODES, undefined, 'node-2', { spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } });
    world.cluster.settle();
    expect(world.places).toEqual(['node-1', 'node-3', 'node-4']);
    // A cordoned node keeps its daemon, and gets one.
    admin.patch(NODES, undefined, 'node-1', {
      spec: { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] },
    });
    admin.delete(PODS, 'default', world.pods[0]?.metadata.name ?? '');
    world.cluster.settle();
    expect(world.places).toEqual(['node-1', 'node-3', 'node-4']);
    admin.patch(DAEMON_SETS, 'default', 'agent', { spec: { template: { spec: { nodeSelector: { disk: 'ssd' } } } } });
    world.cluster.settle();
    expect(world.places).toEqual([]);
    admin.patch(NODES, undefined, 'node-3', { metadata: { labels: { disk: 'ssd' } } });
    world.cluster.settle();
    expect(world.places).toEqual(['node-3']);
  });

  it('rolls node by node, and back to a revision that it has had', () => {
    const world = new World();
    const { admin, sim } = world.cluster;
    admin.create(DAEMON_SETS, daemonSet());
    world.cluster.settle();
    world.setImage('agent:2');
    let fewest = 3;
    sim.runUntilTrue(() => {
      fewest = Math.min(fewest, world.pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined).length);
      return world.pods.length === 3 && world.images().every((image) => image === 'agent:2') && world.status?.numberAvailable === 3;
    });
    expect([fewest, world.images()]).toEqual([2, ['agent:2', 'agent:2', 'agent:2']]);
    const revisions = (): [string | undefined, number][] =>
      admin
        .list(CONTROLLER_REVISIONS, { namespace: 'default' })
        .items.map(({ metadata, revision }): [string | undefined, number] => [metadata.name, revision])
        .sort((a, b) => a[1] - b[1]);
    const [first, second] = revisions();
    expect([first?.[1], second?.[1]]).toEqual([1, 2]);
    world.setImage('agent:1');
    world.cluster.settle();
    expect(revisions()).toEqual([second, [first?.[0], 3]]);
    expect(world.pods[0]?.metadata.labels?.['controller-revision-hash']).toBe(first?.[0]?.replace('agent-', ''));
  });

  it('waits for the hand of man with OnDelete, and has two pods on a node with maxSurge', () => {
    const world = new World();
    const { admin, sim } = world.cluster;
    admin.create(DAEMON_SETS, daemonSet({ updateStrategy: { type: 'OnDelete' } }));
    world.cluster.settle();
    world.setImage('agent:2');
    world.cluster.settle();
    expect(world.images()).toEqual(['agent:1', 'agent:1', 'agent:1']);
    admin.delete(PODS, 'default', world.pods[0]?.metadata.name ?? '');
    world.cluster.settle();
    expect(world.images()).toEqual(['agent:2', 'agent:1', 'agent:1']);
    const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    admin.patch(DAEMON_SETS, 'default', 'agent', { spec: { updateStrategy } }, { type: 'merge' });
    // No node is ever without a pod that is ready, and no more than one is being doubled up.
    let ready = 3;
    let surging = 0;
    sim.runUntilTrue(() => {
      const staying = world.pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      const nodes = new Set(staying.filter((pod) => isPodReady(pod)).map(nodeOf));
      ready = Math.min(ready, nodes.size);
      surging = Math.max(surging, staying.length - 3);
      return world.images().every((image) => image === 'agent:2') && world.pods.length === 3;
    });
    expect([ready, surging]).toEqual([3, 1]);
  });

  it('replaces a pod that has failed, more slowly each time', () => {
    const world = new World();
    const { admin } = world.cluster;
    admin.create(DAEMON_SETS, daemonSet());
    world.cluster.settle();
    for (let i = 0; i < 2; i++) {
      const pod = world.pods[0] as Pod;
      admin.updateStatus(PODS, { ...pod, status: { ...pod.status, phase: 'Failed' } });
      world.cluster.settle();
    }
    expect(world.places).toEqual(['node-1', 'node-2', 'node-3']);
    const failed = world.cluster.events('DaemonSet').filter((text) => text.includes('FailedDaemonPod'));
    expect(failed[0]).toMatch(/^Warning FailedDaemonPod: Found failed daemon pod default\/agent-\w+ on node node-1, will try to kill it$/);
    expect(failed).toHaveLength(2);
  });
});
