import { expect, it } from 'vitest';
import { DEPLOYMENTS, LEASES } from '../client/resources.ts';
import { SECOND } from '../sim/time.ts';
import { TestCluster, deploymentOf } from './test-cluster.ts';

const holder = (cluster: TestCluster): string | undefined =>
  cluster.admin.get(LEASES, 'kube-system', 'kube-controller-manager').spec?.holderIdentity;

it('one of two managers leads, and the other takes over when it stops', () => {
  const cluster = new TestCluster({ leaderElect: true });
  const second = cluster.newManager({ leaderElect: true, name: 'kube-controller-manager-2', hostname: 'second' });
  second.start();
  cluster.run(30);
  expect([cluster.manager.leading, second.leading]).toEqual([true, false]);
  expect(holder(cluster)).toMatch(/^control-plane_/);
  cluster.manager.stop();
  const stopped = cluster.sim.now;
  expect(cluster.sim.runUntilTrue(() => second.leading, 60 * SECOND)).toBe(true);
  // Not before the Lease of 15 s is over; the old leader renewed at most 2 s before it stopped.
  expect(cluster.sim.now - stopped).toBeGreaterThanOrEqual(13 * SECOND);
  expect(cluster.sim.now - stopped).toBeLessThan(22 * SECOND);
  expect(holder(cluster)).toMatch(/^second_/);
  expect(cluster.admin.get(LEASES, 'kube-system', 'kube-controller-manager').spec?.leaseTransitions).toBe(1);
  expect(cluster.events('Lease').map((text) => text.replace(/_[0-9a-f-]+/, '_#'))).toEqual([
    'Normal LeaderElection: control-plane_# became leader',
    'Normal LeaderElection: second_# became leader',
  ]);
});

it('a leader that cannot reach the API server gives up after 10 s and stands again', () => {
  const cluster = new TestCluster({ leaderElect: true });
  cluster.run(10);
  expect(cluster.manager.leading).toBe(true);
  cluster.server.stop();
  cluster.run(13);
  expect(cluster.manager.leading).toBe(false);
  cluster.server.start();
  cluster.run(25);
  expect(cluster.manager.leading).toBe(true);
  cluster.apply(deploymentOf('web'));
  cluster.settle();
  expect(cluster.admin.get(DEPLOYMENTS, 'default', 'web').status?.availableReplicas).toBe(1);
});

it('a stopped manager does nothing and leaves no timer; a restarted one catches up', () => {
  const cluster = new TestCluster();
  cluster.settle();
  cluster.manager.stop();
  cluster.apply(deploymentOf('web', { replicas: 2 }));
  cluster.settle();
  expect(cluster.sets('web')).toEqual([]);
  cluster.manager.start();
  cluster.settle();
  expect(cluster.admin.get(DEPLOYMENTS, 'default', 'web').status?.availableReplicas).toBe(2);
});

it('controllers wait for their caches while the API server is away', () => {
  const cluster = new TestCluster();
  cluster.manager.stop();
  cluster.server.stop();
  cluster.manager.start();
  cluster.run(5);
  cluster.server.start();
  cluster.run(120);
  cluster.apply(deploymentOf('web'));
  cluster.settle();
  expect(cluster.admin.get(DEPLOYMENTS, 'default', 'web').status?.availableReplicas).toBe(1);
  // The garbage collector had nothing to discover when it was made.
  cluster.admin.delete(DEPLOYMENTS, 'default', 'web', { propagationPolicy: 'Background' });
  cluster.settle();
  expect(cluster.podsOf('web')).toEqual([]);
});
