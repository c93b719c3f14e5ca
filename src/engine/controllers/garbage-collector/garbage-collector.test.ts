import { describe, expect, it } from 'vitest';
import { isNotFound } from '../../api/errors.ts';
import type { ConfigMap } from '../../api/generated/types.ts';
import type { DeleteOptions } from '../../client/client.ts';
import { CONFIG_MAPS, DEPLOYMENTS, REPLICA_SETS } from '../../client/resources.ts';
import { SECOND } from '../../sim/time.ts';
import { TestCluster, deploymentOf } from '../test-cluster.ts';

function rolledOut(): TestCluster {
  const cluster = new TestCluster();
  cluster.apply(deploymentOf('web', { replicas: 2 }));
  cluster.settle();
  return cluster;
}
const remove = (cluster: TestCluster, propagationPolicy: NonNullable<DeleteOptions['propagationPolicy']>): void =>
  cluster.admin.delete(DEPLOYMENTS, 'default', 'web', { propagationPolicy });
const exists = (cluster: TestCluster, name: string): boolean => {
  try {
    return cluster.admin.get(CONFIG_MAPS, 'default', name) !== undefined;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
};
const configMap = (name: string, owners: { name: string; uid: string }[] = []): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', ownerReferences: owners.map((owner) => ({ apiVersion: 'v1', kind: 'ConfigMap', ...owner })) },
});

describe('deleting a Deployment', () => {
  it('in the background takes it at once and its dependents after it', () => {
    const cluster = rolledOut();
    remove(cluster, 'Background');
    expect(cluster.admin.list(DEPLOYMENTS, { namespace: 'default' }).items).toEqual([]);
    expect(cluster.sets('web')).toHaveLength(1);
    cluster.settle();
    expect(cluster.sets('web')).toEqual([]);
    expect(cluster.podsOf('web')).toEqual([]);
  });

  it('in the foreground takes it last', () => {
    const cluster = rolledOut();
    remove(cluster, 'Foreground');
    const waiting = cluster.admin.get(DEPLOYMENTS, 'default', 'web');
    expect(waiting.metadata.finalizers).toEqual(['foregroundDeletion']);
    const order: string[] = [];
    const gone = (): boolean => {
      const left = [
        cluster.podsOf('web').length,
        cluster.sets('web').length,
        cluster.admin.list(DEPLOYMENTS, { namespace: 'default' }).items.length,
      ];
      if (left[0] === 0 && !order.includes('pods')) order.push('pods');
      if (left[1] === 0 && !order.includes('sets')) order.push('sets');
      if (left[2] === 0 && !order.includes('deployment')) order.push('deployment');
      return left.every((count) => count === 0);
    };
    expect(cluster.sim.runUntilTrue(gone, 60 * SECOND)).toBe(true);
    expect(order).toEqual(['pods', 'sets', 'deployment']);
  });

  it('with orphaning leaves its dependents without an owner', () => {
    const cluster = rolledOut();
    remove(cluster, 'Orphan');
    cluster.settle();
    expect(cluster.admin.list(DEPLOYMENTS, { namespace: 'default' }).items).toEqual([]);
    expect(cluster.sets('web').map(({ metadata }) => metadata.ownerReferences)).toEqual([undefined]);
    expect(cluster.podsOf('web')).toHaveLength(2);
    // A Deployment of the same selector and template takes them over.
    cluster.apply(deploymentOf('web', { replicas: 2 }));
    cluster.settle();
    expect(cluster.sets('web').map(({ metadata }) => metadata.ownerReferences?.[0]?.name)).toEqual(['web']);
    expect(cluster.podsOf('web')).toHaveLength(2);
  });

  it('of a ReplicaSet leaves the Deployment to make another', () => {
    const cluster = rolledOut();
    const [before] = cluster.sets('web');
    cluster.admin.delete(REPLICA_SETS, 'default', before?.metadata.name ?? '', { propagationPolicy: 'Background' });
    cluster.settle();
    expect(cluster.sets('web').map(({ metadata }) => metadata.uid)).not.toContain(before?.metadata.uid);
    expect(cluster.podsOf('web')).toHaveLength(2);
  });
});

describe('an object', () => {
  it('goes when its owner never was', () => {
    const cluster = new TestCluster();
    cluster.admin.create(CONFIG_MAPS, configMap('child', [{ name: 'never', uid: '00000000-0000-0000-0000-000000000001' }]));
    cluster.settle();
    expect(exists(cluster, 'child')).toBe(false);
  });

  it('stays while one of its owners does, and loses the other', () => {
    const cluster = new TestCluster();
    const [a, b] = ['a', 'b'].map((name) => cluster.admin.create(CONFIG_MAPS, configMap(name)));
    const owners = [a, b].map((owner) => ({ name: owner?.metadata.name ?? '', uid: owner?.metadata.uid ?? '' }));
    cluster.admin.create(CONFIG_MAPS, configMap('child', owners));
    cluster.settle();
    cluster.admin.delete(CONFIG_MAPS, 'default', 'a');
    cluster.settle();
    expect(cluster.admin.get(CONFIG_MAPS, 'default', 'child').metadata.ownerReferences?.map(({ name }) => name)).toEqual(['b']);
    cluster.admin.delete(CONFIG_MAPS, 'default', 'b');
    cluster.settle();
    expect(exists(cluster, 'child')).toBe(false);
  });
});
